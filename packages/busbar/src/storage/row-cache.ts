// Stored rows taken apart for reading: where each record of a batch or of a decompressed block begins. Blocks are kept for
// a while, because whoever reads old entries in order of position comes back to the same blocks again and again.

import { zstdDecompressSync } from 'node:zlib'
import type { Position } from '@busbar/core/base/moment.ts'
import { LRUCache } from 'lru-cache'
import { overBytes, recordLength, recordPosition } from './record-codec.ts'
import { reasonOf, StoreError } from './store-fault.ts'

/** Decompressed blocks kept at most. A whole compaction window fits, so that reading one decompresses each block once. */
const CACHE_BYTES = 40 * 1024 * 1024

/** The ordering of a window says this where a position holds no entry. */
export const NO_BLOCK = 0xffffffff

/** Records that lie one after the other, ascending by position. */
export interface RecordRow {
  readonly bytes: Buffer
  readonly view: DataView
  readonly positions: readonly Position[]
  readonly offsets: readonly number[]
}

/**
 * Finds the records of a stored row.
 * @throws StoreError BB-STORE-008 when their lengths do not add up
 */
export function layOut(stored: Uint8Array): RecordRow {
  const { bytes, view } = overBytes(stored)
  const positions: Position[] = []
  const offsets: number[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const length = recordLength(view, offset)
    positions.push(recordPosition(view, offset))
    offsets.push(offset)
    offset += length
  }
  return { bytes, view, positions, offsets }
}

/** Where in a row the record of a position begins, -1 when it is not there. */
export function offsetOf(row: RecordRow, position: Position): number {
  let low = 0
  let high = row.positions.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = row.positions[middle]!
    if (found === position) return row.offsets[middle]!
    if (found < position) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/**
 * Decompresses a stored value; a block carries a checksum, so that a changed byte does not pass.
 * @throws StoreError BB-STORE-008
 */
export function decompress(stored: Uint8Array, what: string): Buffer {
  try {
    return zstdDecompressSync(stored)
  } catch (error) {
    throw new StoreError('BB-STORE-008', `${what} cannot be decompressed (${reasonOf(error)}).`, error)
  }
}

/** Decompressed blocks by window and ordinal, the most recently used ones. */
export class BlockCache {
  readonly #rows = new LRUCache<string, RecordRow>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (row) => row.bytes.length + row.positions.length * 16 + 200,
  })

  /** The block, from the cache or made of what `load` gives. */
  row(window: Position, ordinal: number, load: () => Uint8Array): RecordRow {
    const key = `${window}/${ordinal}`
    const kept = this.#rows.get(key)
    if (kept !== undefined) return kept
    const row = layOut(decompress(load(), `Block ${ordinal} of the window at position ${window}`))
    this.#rows.set(key, row)
    return row
  }
}
