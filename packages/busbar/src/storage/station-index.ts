// Which positions belong to which station, for the entries that lie in batches. Sixty-four positions of a station make one
// chunk row; what is short of that waits here in memory, oldest first, and is written part-filled when it has waited for
// long, so that a restart finds it again by walking a bounded stretch of the journal (rule JN11).

import type { Position } from '@busbar/core/base/moment.ts'
import { packPositions } from './position-list.ts'

/** Positions per chunk row. */
export const CHUNK_POSITIONS = 64
/** A station's waiting positions are written part-filled once the oldest lies this far back. Bounds the walk at start. */
export const WALK_POSITIONS = 65_536
/** Part-filled chunks per batch at most, so that one commit stays small when thousands of stations come due together. */
const OVERDUE_PER_BATCH = 64

/** A chunk row. */
export interface Chunk {
  readonly station: string
  readonly first: Position
  readonly last: Position
  readonly fromAt: number
  readonly toAt: number
  /** Bit `n` is set when an entry of kind number `n` is among them. */
  readonly kinds: number
  readonly positions: Uint8Array
}

interface Tail {
  readonly station: string
  readonly positions: Position[]
  fromAt: number
  toAt: number
  kinds: number
}

/** Positions of a station that are not in chunk rows yet, with the rows that are on their way to the disk. */
export class StationIndex {
  /** In order of each tail's first position, because a tail is put in anew with its first entry. */
  readonly #tails = new Map<string, Tail>()
  /** Positions in chunks that were handed out and are not durable yet. */
  readonly #underWay = new Map<string, Position[][]>()
  #full: Chunk[] = []

  /** Takes one entry. */
  add(station: string, position: Position, at: number, kind: number): void {
    const tail = this.#tails.get(station)
    if (tail === undefined) {
      this.#tails.set(station, { station, positions: [position], fromAt: at, toAt: at, kinds: 1 << kind })
      return
    }
    tail.positions.push(position)
    if (at < tail.fromAt) tail.fromAt = at
    if (at > tail.toAt) tail.toAt = at
    tail.kinds |= 1 << kind
    if (tail.positions.length === CHUNK_POSITIONS) this.#seal(tail)
  }

  /**
   * The chunk rows to be written with a batch: the full ones, and part-filled ones that have waited for long.
   * @param last the batch's last position; everything added so far lies at or before it
   * @param all true: every waiting position, for closing
   */
  take(last: Position, all: boolean): Chunk[] {
    let overdue = 0
    for (const tail of this.#tails.values()) {
      if (!all && (overdue === OVERDUE_PER_BATCH || tail.positions[0]! > last - WALK_POSITIONS)) break
      this.#seal(tail)
      overdue++
    }
    const chunks = this.#full
    if (chunks.length > 0) this.#full = []
    return chunks
  }

  /** Every position up to here is in a chunk row that was taken. `last` when nothing waits. */
  indexedUpTo(last: Position): Position {
    const oldest = this.#tails.values().next()
    return oldest.done === true ? last : oldest.value.positions[0]! - 1
  }

  /** Says that chunks that were taken are durable. */
  landed(chunks: readonly Chunk[]): void {
    for (const { station } of chunks) {
      const lists = this.#underWay.get(station)
      if (lists === undefined) continue
      lists.shift()
      if (lists.length === 0) this.#underWay.delete(station)
    }
  }

  /** A station's positions that are in no durable chunk row, ascending. */
  waiting(station: string): Position[] {
    const positions = this.#underWay.get(station)?.flat() ?? []
    const tail = this.#tails.get(station)
    return tail === undefined ? positions : positions.concat(tail.positions)
  }

  #seal(tail: Tail): void {
    const { station, positions, fromAt, toAt, kinds } = tail
    this.#tails.delete(station)
    const lists = this.#underWay.get(station)
    if (lists === undefined) this.#underWay.set(station, [positions])
    else lists.push(positions)
    const first = positions[0]!
    const last = positions[positions.length - 1]!
    this.#full.push({ station, first, last, fromAt, toAt, kinds, positions: packPositions(positions) })
  }
}
