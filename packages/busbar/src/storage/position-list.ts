// Ascending positions packed small: each as the distance to the one before it, in as few bytes as that takes. Sixty-four
// positions of a station among a thousand others are about two bytes each.

import type { Position } from '@busbar/core/base/moment.ts'
import { StoreError } from './store-fault.ts'

/**
 * Packs positions.
 * @param positions ascending, at least one; the first one is not stored, it stands beside the list
 */
export function packPositions(positions: readonly Position[]): Uint8Array {
  const bytes: number[] = []
  for (let index = 1; index < positions.length; index++) {
    let distance = positions[index]! - positions[index - 1]!
    while (distance >= 0x80) {
      bytes.push((distance % 0x80) | 0x80)
      distance = Math.floor(distance / 0x80)
    }
    bytes.push(distance)
  }
  return Uint8Array.from(bytes)
}

/**
 * Unpacks what `packPositions` gave.
 * @param first the first position
 * @throws StoreError BB-STORE-011 when the bytes end within a number
 */
export function unpackPositions(first: Position, bytes: Uint8Array): Position[] {
  const positions = [first]
  let position = first
  let distance = 0
  let scale = 1
  for (const byte of bytes) {
    distance += (byte & 0x7f) * scale
    if (byte >= 0x80) {
      scale *= 0x80
      continue
    }
    position += distance
    positions.push(position)
    distance = 0
    scale = 1
  }
  if (scale !== 1) throw new StoreError('BB-STORE-011', `A chunk that begins at ${first} is cut off.`)
  return positions
}
