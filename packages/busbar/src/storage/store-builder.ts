// Builds a store out of entries that have positions already: for an import, and for what was saved out of a damaged one.
// It writes through the same packer, index and chain as a running broker does, only on the calling thread.

import type { DatabaseSync } from 'node:sqlite'
import type { Position } from '@busbar/core/base/moment.ts'
import type { Placed } from '@busbar/core/journal/entry.ts'
import { BatchPacker } from './batch-packer.ts'
import { CommitLog } from './commit-log.ts'
import type { FoldSnapshot } from './journal.ts'
import type { LostRange } from './journal-protocol.ts'
import { openForWriting } from './journal-schema.ts'
import { StationIndex } from './station-index.ts'

/** Record bytes per transaction. */
const COMMIT_BYTES = 4 * 1024 * 1024

/** A store being built; it counts only after `finish`. */
export class StoreBuilder {
  readonly #db: DatabaseSync
  readonly #log: CommitLog
  readonly #index = new StationIndex()
  readonly #packer = new BatchPacker(this.#index)
  readonly #reason: string
  readonly #lost: LostRange[] = []
  #newlyLost: LostRange[] = []
  #last: Position
  #bytes = 0
  #entries = 0

  /**
   * @param file path of a database that does not exist yet
   * @param pruned positions up to this one are not expected
   * @param reason what is put on record for positions that are missing
   */
  constructor(file: string, pruned: Position, reason: string) {
    this.#db = openForWriting(file)
    this.#db.prepare("UPDATE state SET value = ? WHERE name = 'pruned'").run(pruned)
    this.#log = new CommitLog(this.#db)
    this.#last = pruned
    this.#reason = reason
  }

  /** Last position that was added or put on record as lost. */
  get last(): Position {
    return this.#last
  }

  /** Number of entries added. */
  get entries(): number {
    return this.#entries
  }

  /** Positions that hold no entry. */
  get lost(): readonly LostRange[] {
    return this.#lost
  }

  /**
   * Adds an entry; the positions between the last one and it are lost.
   * @throws RangeError when its position lies at or before the last one
   */
  add({ position, entry }: Placed): void {
    if (position <= this.#last) throw new RangeError(`Position ${position} comes after ${this.#last}.`)
    if (position > this.#last + 1) this.loseUpTo(position - 1, this.#reason)
    this.#bytes += this.#packer.add(position, entry)
    this.#last = position
    this.#entries++
    if (this.#bytes >= COMMIT_BYTES) this.#commit([])
  }

  /** Puts on record that the positions behind the last one up to this one hold no entry. */
  loseUpTo(last: Position, reason: string): void {
    if (last <= this.#last) return
    this.#packer.cut()
    const range = { first: this.#last + 1, last, reason }
    this.#lost.push(range)
    this.#newlyLost.push(range)
    this.#last = last
  }

  /** Adds a fold's snapshot. */
  snapshot(snapshot: FoldSnapshot): void {
    this.#commit([snapshot])
  }

  /** Writes what is left and closes the file: it is complete and without a log then. */
  finish(): void {
    this.#commit([])
    const sealed = this.#index.take(this.#last, true)
    this.#log.write({ parts: [], snapshots: [], lost: [], sealed })
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#db.close()
  }

  /** Closes the file without completing it. */
  abandon(): void {
    this.#db.close()
  }

  #commit(snapshots: readonly FoldSnapshot[]): void {
    const parts = this.#packer.take(Number.POSITIVE_INFINITY).map(({ part }) => part)
    const lost = this.#newlyLost
    this.#newlyLost = []
    this.#bytes = 0
    if (parts.length === 0 && lost.length === 0 && snapshots.length === 0) return
    this.#log.write({ parts, snapshots, lost, sealed: null })
    this.#packer.recycle(parts.map(({ buffer }) => buffer))
  }
}
