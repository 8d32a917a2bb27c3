// Makes the chain of hashes anew while the records are walked, and compares it with what the store holds: the hash of each
// run, and the running hash of each batch, which narrows a mismatch down to the entries of one commit.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Position } from '@busbar/core/base/moment.ts'
import { type ChainRun, GENESIS, HashChain } from './hash-chain.ts'
import { numberFrom } from './journal-schema.ts'
import { Finding } from './verify-finding.ts'

/** Compares the chain of a store with its records. */
export class ChainCheck {
  readonly #runAt: StatementSync
  readonly #runBefore: StatementSync
  readonly #countRuns: StatementSync
  readonly #lastRun: { readonly last: Position; readonly hash: Uint8Array }
  #chain: HashChain | null = null
  #runsLeft = 0
  #started = false

  constructor(db: DatabaseSync) {
    this.#runAt = db.prepare('SELECT first, last, hash, prev FROM chain WHERE first = ?')
    this.#runBefore = db.prepare('SELECT hash FROM chain WHERE last < ? ORDER BY last DESC LIMIT 1')
    const row = db.prepare('SELECT last, hash FROM chain ORDER BY last DESC LIMIT 1').get()
    this.#lastRun = { last: numberFrom(row, 'last', 0), hash: (row?.['hash'] as Uint8Array | undefined) ?? GENESIS }
    this.#countRuns = db.prepare('SELECT count(*) AS n FROM chain WHERE first >= ?')
  }

  /** First position of the run that is not finished; its records are kept even when they are pruned. */
  get openFrom(): Position {
    return this.#lastRun.last + 1
  }

  /** Takes the next record. */
  record(bytes: Uint8Array, position: Position): void {
    if (this.#chain === null && !this.#begin(position)) return
    for (const run of this.#chain?.add(bytes, position, position) ?? []) this.#compare(run)
  }

  /** Compares the running hash at the end of a batch. */
  batchEnds(first: Position, last: Position, stored: Uint8Array): void {
    if (this.#chain === null || Buffer.compare(this.#chain.running(), stored) === 0) return
    throw new Finding('BB-STORE-009', first, last, 'The running hash of a batch does not fit its entries.')
  }

  /** Says that there are no more records. */
  finish(): void {
    if (this.#started && this.#runsLeft !== 0) {
      throw new Finding('BB-STORE-009', this.#lastRun.last, this.#lastRun.last, 'The chain has runs without entries.')
    }
  }

  /** Begins at a record with which a run begins; the first records after pruning may be the rest of one. */
  #begin(position: Position): boolean {
    const run = this.#runAt.get(position)
    if (run !== undefined) this.#chain = new HashChain(run['prev'] as Uint8Array)
    else if (position > this.#lastRun.last) this.#chain = new HashChain(this.#lastRun.hash)
    else return false
    const before = this.#runBefore.get(position)
    if (run !== undefined && before !== undefined) this.#link(position, run['prev'], before['hash'])
    if (run !== undefined && position === 1) this.#link(position, run['prev'], GENESIS)
    this.#runsLeft = numberFrom(this.#countRuns.get(position), 'n', 0)
    this.#started = true
    return true
  }

  #link(position: Position, prev: unknown, expected: unknown): void {
    if (Buffer.compare(prev as Uint8Array, expected as Uint8Array) === 0) return
    throw new Finding('BB-STORE-009', position, position, 'A run of the chain does not continue the one before.')
  }

  #compare(run: ChainRun): void {
    this.#runsLeft--
    const stored = this.#runAt.get(run.first)
    const fits =
      stored !== undefined &&
      stored['last'] === run.last &&
      Buffer.compare(stored['hash'] as Uint8Array, run.hash) === 0 &&
      Buffer.compare(stored['prev'] as Uint8Array, run.prev) === 0
    if (!fits) throw new Finding('BB-STORE-009', run.first, run.last, 'The hash of a run does not fit its entries.')
  }
}
