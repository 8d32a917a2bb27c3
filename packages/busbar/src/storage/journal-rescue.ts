// Saves what can be read out of a damaged store. The old file is set aside and left as it is; every readable entry goes
// into a new store under its old position, and what is missing is on record there as lost (rule JN20).

import { closeSync, copyFileSync, existsSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { Position } from '@busbar/core/base/moment.ts'
import type { Placed } from '@busbar/core/journal/entry.ts'
import { renameDurably } from './durable-file.ts'
import type { FoldDocument } from './journal.ts'
import { setAside, timeForName } from './journal-backup.ts'
import type { LostRange } from './journal-protocol.ts'
import { numberFrom, openForWriting } from './journal-schema.ts'
import { overBytes, readRecord, recordLength } from './record-codec.ts'
import { decompress } from './row-cache.ts'
import { StoreBuilder } from './store-builder.ts'

type Row = Record<string, unknown>

const REASON = 'The store was damaged.'

/** What a rescue came to; the caller makes the fault entry BB-STORE-004 of it. */
export interface Rescue {
  /** Where the damaged store lies now. */
  readonly setAside: string
  /** Entries in the new store. */
  readonly saved: number
  /** Positions that could not be saved this time. */
  readonly lost: readonly LostRange[]
  /** Why the old store was not taken as it was. */
  readonly because: string
}

/**
 * Replaces a damaged store by a new one with everything that could be read.
 * @param file path of the store; nobody has it open
 * @param now wall time in milliseconds, for the name of what is set aside
 * @param because why it is not taken as it is
 */
export function rescueJournal(file: string, now: number, because: string): Rescue {
  let name = `journal.damaged-${timeForName(now)}`
  for (let copy = 2; existsSync(`${file}/../${name}`); copy++) name = `journal.damaged-${timeForName(now)}-${copy}`
  const damaged = setAside(file, name)
  const part = `${file}.part`
  removeStore(part)
  const work = `${file}.rescue`
  removeStore(work)
  try {
    const source = openDamaged(damaged, work, part)
    removeStore(part)
    const before = new Damaged(source)
    const builder = new StoreBuilder(part, before.state('pruned'), REASON)
    before.save(builder)
    builder.finish()
    source?.close()
    renameDurably(part, file)
    const { entries, lost } = builder
    return { setAside: damaged, saved: entries, lost, because }
  } finally {
    removeStore(part)
    removeStore(work)
  }
}

/**
 * Opens what is left of a store, never writing to it. When SQLite cannot make sense of its first page, a copy gets the
 * first page of an empty store: the tables were made in the same order, so they lie where that page says.
 */
function openDamaged(damaged: string, work: string, empty: string): DatabaseSync | null {
  for (const suffix of ['', '-wal']) if (existsSync(damaged + suffix)) copyFileSync(damaged + suffix, work + suffix)
  const asItIs = tryOpen(work)
  if (asItIs !== null) return asItIs
  removeStore(work)
  openForWriting(empty).close()
  copyFileSync(damaged, work)
  const page = Buffer.alloc(8192)
  const from = openSync(empty, 'r')
  readSync(from, page, 0, page.length, 0)
  closeSync(from)
  // The counters at 24 and 92 differ: SQLite then takes the size of the file for the size of the database.
  page.writeUInt32BE(1, 24)
  page.writeUInt32BE(2, 92)
  const to = openSync(work, 'r+')
  writeSync(to, page, 0, page.length, 0)
  closeSync(to)
  return tryOpen(work)
}

function tryOpen(file: string): DatabaseSync | null {
  let db: DatabaseSync | null = null
  try {
    db = new DatabaseSync(file)
    db.prepare('SELECT first FROM batch LIMIT 1').get()
    return db
  } catch {
    db?.close()
    return null
  }
}

/** Reads a damaged store piece by piece; what cannot be read is as if it were not there. */
class Damaged {
  readonly #db: DatabaseSync | null
  readonly #statements = new Map<string, StatementSync>()

  constructor(db: DatabaseSync | null) {
    this.#db = db
  }

  state(name: string): number {
    return numberFrom(this.#row('SELECT value FROM state WHERE name = ?', name), 'value', 0)
  }

  /** Adds what is readable to a new store, in order, and what is known to have been there besides. */
  save(builder: StoreBuilder): void {
    const lost = this.#rows('lost', 'first', 'first, last, reason')
    const add = (placed: Placed): void => {
      while (lost.length > 0 && (lost[0]!['first'] as number) < placed.position) this.#addLost(builder, lost.shift()!)
      if (placed.position > builder.last) builder.add(placed)
    }
    this.#saveBlocks(add)
    this.#saveBatches(add)
    for (const row of lost) this.#addLost(builder, row)
    const folds = this.#folds()
    const known = [
      numberFrom(this.#row('SELECT max(last) AS last FROM chain'), 'last', 0),
      numberFrom(this.#row('SELECT max(last) AS last FROM chunk'), 'last', 0),
      numberFrom(this.#row('SELECT last FROM batch ORDER BY first DESC LIMIT 1'), 'last', 0),
      ...folds.map(({ position }) => position),
    ]
    builder.loseUpTo(Math.max(...known), REASON)
    for (const fold of folds) builder.snapshot({ ...fold, remove: [] })
  }

  #addLost(builder: StoreBuilder, { first, last, reason }: Row): void {
    if (typeof first !== 'number' || typeof last !== 'number' || first <= builder.last) return
    builder.loseUpTo(first - 1, REASON)
    builder.loseUpTo(last, String(reason))
  }

  #saveBlocks(add: (placed: Placed) => void): void {
    const compacted = this.state('compacted')
    let window: Position = 0
    let records: Placed[] = []
    const flush = (): void => {
      for (const placed of records.sort((one, other) => one.position - other.position)) add(placed)
      records = []
    }
    for (const row of this.#rows('block', 'id', 'id, window')) {
      const of = row['window'] as Position
      // Blocks behind the mark belong to a compaction that was not finished: their batches are still there.
      if (typeof of !== 'number' || (compacted > 0 && of > compacted)) continue
      if (of !== window) flush()
      window = of
      const stored = this.#row('SELECT bytes FROM block WHERE id = ?', row['id'] as number)?.['bytes']
      if (stored instanceof Uint8Array) records.push(...recordsOf(() => decompress(stored, 'A block')))
    }
    flush()
  }

  #saveBatches(add: (placed: Placed) => void): void {
    for (const row of this.#rows('batch', 'first', 'first')) {
      const stored = this.#row('SELECT bytes FROM batch WHERE first = ?', row['first'] as number)?.['bytes']
      if (stored instanceof Uint8Array) for (const placed of recordsOf(() => stored)) add(placed)
    }
  }

  #folds(): { fold: string; position: Position; version: number; put: FoldDocument[] }[] {
    if (this.#db === null) return []
    try {
      return this.#db
        .prepare('SELECT fold, position, version FROM fold')
        .all()
        .map((row) => {
          const { fold, position, version } = row as unknown as { fold: string; position: number; version: number }
          const put = this.#db!.prepare(
            'SELECT key, station, from_at AS "from", to_at AS "to", body FROM document WHERE fold = ?',
          ).all(fold) as unknown as FoldDocument[]
          return { fold, position, version, put }
        })
    } catch {
      // A fold that lost documents would be wrong without anybody knowing; without a snapshot it folds the journal anew.
      return []
    }
  }

  /**
   * Rows of a table by ascending key, stepping over parts that cannot be read: forward from the front, then, where that
   * fails, by ever larger steps until something is found, and back from there.
   */
  #rows(table: string, key: string, columns: string): Row[] {
    const next = `SELECT ${columns} FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT 1`
    const before = `SELECT ${columns} FROM ${table} WHERE ${key} < ? AND ${key} > ? ORDER BY ${key} DESC LIMIT 1`
    const found: Row[] = []
    let last = 0
    for (;;) {
      const row = this.#rowOrFault(next, last)
      if (row === undefined) return found
      // A damaged tree may give keys out of order; that is as good as nothing.
      if (row !== 'fault' && (row[key] as number) > last) {
        found.push(row)
        last = row[key] as number
        continue
      }
      let beyond: Row | 'fault' | undefined = 'fault'
      for (let step = 1; beyond === 'fault' && step < Number.MAX_SAFE_INTEGER / 4; step *= 2) {
        beyond = this.#rowOrFault(next, last + step)
      }
      if (beyond === 'fault' || beyond === undefined || !((beyond[key] as number) > last)) return found
      const back: Row[] = [beyond]
      for (;;) {
        const earlier = this.#rowOrFault(before, back[0]![key] as number, last)
        if (earlier === undefined || earlier === 'fault') break
        if (!((earlier[key] as number) > last && (earlier[key] as number) < (back[0]![key] as number))) break
        back.unshift(earlier)
      }
      found.push(...back)
      last = beyond[key] as number
    }
  }

  #row(sql: string, ...values: SQLInputValue[]): Row | undefined {
    const row = this.#rowOrFault(sql, ...values)
    return row === 'fault' ? undefined : row
  }

  #rowOrFault(sql: string, ...values: SQLInputValue[]): Row | 'fault' | undefined {
    if (this.#db === null) return undefined
    try {
      return this.#statement(sql).get(...values)
    } catch {
      return 'fault'
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db!.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** The readable records of a row. Behind one whose length cannot be believed nothing can be found. */
function recordsOf(load: () => Uint8Array): Placed[] {
  const found: Placed[] = []
  try {
    const { bytes, view } = overBytes(load())
    for (let offset = 0; offset < bytes.length; ) {
      const length = recordLength(view, offset)
      try {
        found.push(readRecord(bytes, view, offset))
      } catch {
        // This one is lost, and its position will be on record as lost; the next one may be whole.
      }
      offset += length
    }
  } catch {
    // As above, for the rest of the row.
  }
  return found
}

function removeStore(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}
