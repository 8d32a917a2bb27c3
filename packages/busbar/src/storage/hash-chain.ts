// The chain of hashes over stored records: one SHA-256 per run of 256 positions, each over the hash of the run before and
// the bytes of its records in order of position. It runs over records and not over rows, so that compaction, which
// replaces the rows, leaves it as it is (rule JN9).

import { createHash, type Hash } from 'node:crypto'
import type { Position } from '@busbar/core/base/moment.ts'

/** Positions per run: about 60 KiB of records, so that a damaged one is found within a small range. */
export const RUN_POSITIONS = 256

/** What stands before the first run of a journal. */
export const GENESIS: Uint8Array = new Uint8Array(32)

/** A finished run. */
export interface ChainRun {
  readonly first: Position
  readonly last: Position
  readonly hash: Uint8Array
  readonly prev: Uint8Array
}

/** Last position of the run a position belongs to. */
export function runEnd(position: Position): Position {
  return Math.ceil(position / RUN_POSITIONS) * RUN_POSITIONS
}

/** A chain being made: feed it records in order of position. */
export class HashChain {
  #prev: Uint8Array
  #hash: Hash
  #first: Position | null = null
  #last: Position = 0

  /** @param prev the hash of the run before the one that begins or goes on */
  constructor(prev: Uint8Array) {
    this.#prev = prev
    this.#hash = createHash('sha256').update(prev)
  }

  /** Where the open run began, null when no record of it came yet. */
  get openFrom(): Position | null {
    return this.#first
  }

  /**
   * Takes the bytes of one or more neighbouring records that lie in one run.
   * @returns the runs this finished: the open one when these records begin another (positions may be missing between),
   *          and their own when they reach its end
   */
  add(bytes: Uint8Array, first: Position, last: Position): ChainRun[] {
    const finished: ChainRun[] = []
    if (this.#first !== null && first > runEnd(this.#last)) finished.push(this.#finish())
    this.#first ??= first
    this.#last = last
    this.#hash.update(bytes)
    if (last === runEnd(last)) finished.push(this.#finish())
    return finished
  }

  /** The running hash behind everything added. */
  running(): Uint8Array {
    return this.#first === null ? this.#prev : this.#hash.copy().digest()
  }

  #finish(): ChainRun {
    const hash = this.#hash.digest()
    const run = { first: this.#first ?? this.#last, last: this.#last, hash, prev: this.#prev }
    this.#prev = hash
    this.#hash = createHash('sha256').update(hash)
    this.#first = null
    return run
  }
}
