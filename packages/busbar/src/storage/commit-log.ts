// One transaction of the store: batches with their index rows, the chain of hashes over them, and the snapshots of the
// folds. Lives in the writer thread. What it knows (last position, running hash) is read back from the file whenever a
// commit did not go through, so that memory never runs ahead of the disk.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Position } from '@busbar/core/base/moment.ts'
import { type ChainRun, GENESIS, HashChain, runEnd } from './hash-chain.ts'
import type { FoldSnapshot } from './journal.ts'
import type { BatchPart, Commit } from './journal-protocol.ts'
import { numberFrom } from './journal-schema.ts'
import { overBytes, recordLength, recordPosition } from './record-codec.ts'
import type { Chunk } from './station-index.ts'
import { StoreError } from './store-fault.ts'

/** Writes transactions and knows where the journal ends. */
export class CommitLog {
  readonly #db: DatabaseSync
  #chain: HashChain
  #last: Position
  /** Last position of the last finished run of the chain; 0 when none is. */
  #chained: Position
  readonly #insertBatch: StatementSync
  readonly #insertChunk: StatementSync
  readonly #insertRun: StatementSync
  readonly #insertLost: StatementSync

  /**
   * Takes up a store where it ends.
   * @throws StoreError BB-STORE-008 or -009 when its end is damaged; SQLite's errors
   */
  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insertBatch = db.prepare(
      'INSERT INTO batch (first, last, indexed, to_at, hash, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#insertChunk = db.prepare(
      'INSERT OR REPLACE INTO chunk (station, first, last, from_at, to_at, kinds, positions) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#insertRun = db.prepare('INSERT INTO chain (last, first, hash, prev) VALUES (?, ?, ?, ?)')
    this.#insertLost = db.prepare('INSERT OR REPLACE INTO lost (first, last, reason) VALUES (?, ?, ?)')
    const end = this.#readEnd()
    this.#chain = end.chain
    this.#chained = end.chained
    this.#last = end.last
  }

  /** Last durable position. */
  get last(): Position {
    return this.#last
  }

  /** Everything up to here lies in finished runs of the chain; what lies behind must stay in batches. */
  get chained(): Position {
    return this.#chained
  }

  /**
   * Makes a commit durable.
   * @throws SQLite's errors; nothing of the commit is in the store then, and `recover` has to be called
   */
  write(commit: Commit): void {
    const hashed = commit.parts.map((part) => this.#hash(part))
    const only = commit.parts.length === 1 ? commit.parts[0] : undefined
    // A commit of one row is a transaction by itself and costs two statements less.
    const single =
      only !== undefined &&
      only.chunks.length === 0 &&
      hashed[0]!.runs.length === 0 &&
      commit.snapshots.length === 0 &&
      commit.lost.length === 0 &&
      commit.sealed === null
    if (!single) this.#db.exec('BEGIN IMMEDIATE')
    commit.parts.forEach((part, index) => {
      this.#insertPart(part, hashed[index]!.running, hashed[index]!.runs)
    })
    for (const lost of commit.lost) this.#insertLost.run(lost.first, lost.last, lost.reason)
    for (const snapshot of commit.snapshots) this.#writeSnapshot(snapshot)
    if (commit.sealed !== null) this.#seal(commit.sealed)
    if (!single) this.#db.exec('COMMIT')
    this.#last = Math.max(this.#last, commit.parts.at(-1)?.last ?? 0, commit.lost.at(-1)?.last ?? 0)
    this.#chained = hashed.flatMap(({ runs }) => runs).at(-1)?.last ?? this.#chained
  }

  /** Forgets what did not become durable. */
  recover(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
    const end = this.#readEnd()
    this.#chain = end.chain
    this.#chained = end.chained
    this.#last = end.last
  }

  #hash(part: BatchPart): { readonly running: Uint8Array; readonly runs: ChainRun[] } {
    const bytes = new Uint8Array(part.buffer, 0, part.used)
    const view = new DataView(part.buffer, 0, part.used)
    const runs: ChainRun[] = []
    let start = 0
    let offset = 0
    let first = part.first
    for (let position = part.first; position <= part.last; position++) {
      offset += recordLength(view, offset)
      if (position !== part.last && position !== runEnd(first)) continue
      runs.push(...this.#chain.add(bytes.subarray(start, offset), first, position))
      start = offset
      first = position + 1
    }
    return { running: this.#chain.running(), runs }
  }

  #insertPart(part: BatchPart, running: Uint8Array, runs: readonly ChainRun[]): void {
    const bytes = new Uint8Array(part.buffer, 0, part.used)
    this.#insertBatch.run(part.first, part.last, part.indexed, part.toAt, running, bytes)
    for (const chunk of part.chunks) this.#writeChunk(chunk)
    for (const run of runs) this.#insertRun.run(run.last, run.first, run.hash, run.prev)
  }

  #writeChunk(chunk: Chunk): void {
    const { station, first, last, fromAt, toAt, kinds, positions } = chunk
    this.#insertChunk.run(station, first, last, fromAt, toAt, kinds, positions)
  }

  #seal(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.#writeChunk(chunk)
    this.#db.exec('UPDATE batch SET indexed = last WHERE first = (SELECT max(first) FROM batch)')
  }

  #writeSnapshot(snapshot: FoldSnapshot): void {
    const { fold, position, version } = snapshot
    const stored = this.#db.prepare('SELECT version FROM fold WHERE fold = ?').get(fold)
    // Documents of another shape are of no use to anybody: the fold began again without them.
    if (stored !== undefined && stored['version'] !== version) {
      this.#db.prepare('DELETE FROM document WHERE fold = ?').run(fold)
    }
    this.#db
      .prepare('INSERT OR REPLACE INTO fold (fold, position, version) VALUES (?, ?, ?)')
      .run(fold, position, version)
    const put =
      this.#db.prepare(`INSERT INTO document (fold, key, station, from_at, to_at, body) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (fold, key) DO UPDATE SET
      station = excluded.station, from_at = excluded.from_at, to_at = excluded.to_at, body = excluded.body`)
    for (const { key, station, from, to, body } of snapshot.put) put.run(fold, key, station, from, to, body)
    const remove = this.#db.prepare('DELETE FROM document WHERE fold = ? AND key = ?')
    for (const key of snapshot.remove) remove.run(fold, key)
  }

  /** The end of the journal as the file has it, with the open run hashed anew and held against what was stored. */
  #readEnd(): { readonly chain: HashChain; readonly chained: Position; readonly last: Position } {
    const run = this.#db.prepare('SELECT last, hash FROM chain ORDER BY last DESC LIMIT 1').get()
    const chained = numberFrom(run, 'last', 0)
    const chain = new HashChain(run === undefined ? GENESIS : (run['hash'] as Uint8Array))
    const start = this.#db.prepare('SELECT max(first) AS first FROM batch WHERE first <= ?').get(chained + 1)
    const rows = this.#db
      .prepare('SELECT first, last, hash, bytes FROM batch WHERE first >= ? ORDER BY first')
      .iterate(numberFrom(start, 'first', 0)) as Iterable<Record<string, unknown>>
    let lastBatch = 0
    let stored: Uint8Array | null = null
    for (const row of rows) {
      const { bytes, view } = overBytes(row['bytes'] as Uint8Array)
      let expected = row['first'] as number
      for (let offset = 0; offset < bytes.length; expected++) {
        const length = recordLength(view, offset)
        const position = recordPosition(view, offset)
        if (position !== expected) throw new StoreError('BB-STORE-010', `Position ${expected} is not where it belongs.`)
        if (position > chained) chain.add(bytes.subarray(offset, offset + length), position, position)
        offset += length
      }
      lastBatch = row['last'] as number
      if (expected !== lastBatch + 1) throw new StoreError('BB-STORE-010', `Position ${expected} is missing.`)
      stored = row['hash'] as Uint8Array
    }
    if (stored !== null && Buffer.compare(stored, chain.running()) !== 0) {
      throw new StoreError('BB-STORE-009', `It breaks between positions ${chained + 1} and ${lastBatch}.`)
    }
    const other = this.#db
      .prepare(`SELECT max(coalesce((SELECT last FROM lost ORDER BY first DESC LIMIT 1), 0),
        coalesce((SELECT max(value) FROM state), 0)) AS last`)
      .get()
    return { chain, chained, last: Math.max(lastBatch, numberFrom(other, 'last', 0)) }
  }
}
