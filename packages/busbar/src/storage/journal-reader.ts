// Reading the store over a connection of its own, beside the writer. Entries at or below the compaction mark come out of
// compressed blocks, those above out of batches; callers cannot tell which. Every question is answered within one read
// transaction, so that a mark that moves meanwhile changes nothing (rule JN13).

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Position } from '@busbar/core/base/moment.ts'
import type { Placed } from '@busbar/core/journal/entry.ts'
import { kindNumbers } from './entry-shape.ts'
import type { DocumentFilter, FoldDocument, TimelineFilter } from './journal.ts'
import type { LostRange } from './journal-protocol.ts'
import { numberFrom } from './journal-schema.ts'
import { unpackPositions } from './position-list.ts'
import { readRecord, recordAt, recordKind } from './record-codec.ts'
import { BlockCache, decompress, layOut, NO_BLOCK, offsetOf, type RecordRow } from './row-cache.ts'
import { isDamage, reasonOf, StoreError } from './store-fault.ts'

type Row = Record<string, unknown>

/** How far the journal reaches and how it lies. */
export interface Extent {
  /** First position that is kept. */
  readonly first: Position
  /** Last position ever given out durably; 0 when none was. */
  readonly last: Position
  /** Positions up to here are in blocks. */
  readonly compacted: Position
}

interface Window {
  readonly first: Position
  readonly last: Position
  readonly ordering: Uint32Array
}

interface Located {
  readonly row: RecordRow
  readonly offset: number
}

const ALL_KINDS = 0x7e

/** Reads entries, documents and bounds of one store. */
export class JournalReader {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #blocks = new BlockCache()
  #batch: RecordRow | null = null
  #window: Window | null = null

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** How far the journal reaches. */
  extent(): Extent {
    return this.#consistently(() => this.#extent())
  }

  /** Positions that hold no entry, ascending. */
  lost(): LostRange[] {
    return this.#all('SELECT first, last, reason FROM lost ORDER BY first').map((row) => {
      const { first, last, reason } = row as unknown as LostRange
      return { first, last, reason }
    })
  }

  /**
   * Entries in order of position.
   * @param from first position wanted
   * @param limit entries at most
   * @param upTo last position wanted
   */
  read(from: Position, limit: number, upTo: Position): Placed[] {
    return this.#consistently(() => {
      const found: Placed[] = []
      if (limit < 1) return found
      for (const { row, offset } of this.#records(from, upTo)) {
        found.push(readRecord(row.bytes, row.view, offset))
        if (found.length >= limit) break
      }
      return found
    })
  }

  /**
   * Walks records without taking them apart, in one read transaction.
   * @param visit gets the row and the offset of each record
   */
  walk(from: Position, upTo: Position, visit: (row: RecordRow, offset: number) => void): void {
    this.#consistently(() => {
      for (const { row, offset } of this.#records(from, upTo)) visit(row, offset)
    })
  }

  /**
   * One station's entries.
   * @param waiting its positions that are in no chunk row yet, ascending
   * @param upTo last position that may be shown
   */
  timeline(filter: TimelineFilter, waiting: readonly Position[], upTo: Position): Placed[] {
    return this.#consistently(() => {
      const found: Placed[] = []
      if (filter.limit < 1) return found
      const from = filter.from ?? -Number.MAX_VALUE
      const to = filter.to ?? Number.MAX_VALUE
      let mask = filter.kinds === undefined ? ALL_KINDS : 0
      for (const kind of filter.kinds ?? []) mask |= 1 << kindNumbers[kind]
      for (const { row, offset } of this.#recordsOf(filter, waiting, upTo, from, to, mask)) {
        const at = recordAt(row.view, offset)
        if (at < from || at > to || ((1 << recordKind(row.view, offset)) & mask) === 0) continue
        found.push(readRecord(row.bytes, row.view, offset))
        if (found.length >= filter.limit) break
      }
      return found
    })
  }

  /** Documents of a fold, by time, then by key. */
  documents(fold: string, filter: DocumentFilter): FoldDocument[] {
    const terms = ['fold = ?']
    const values: (string | number)[] = [fold]
    const where = (term: string, value: string | number | undefined): void => {
      if (value === undefined) return
      terms.push(term)
      values.push(value)
    }
    where('key = ?', filter.key)
    where('station = ?', filter.station)
    where('from_at >= ?', filter.from)
    where('from_at <= ?', filter.to)
    if (filter.open !== undefined) terms.push(filter.open ? 'to_at IS NULL' : 'to_at IS NOT NULL')
    const order = filter.order === 'desc' ? 'DESC' : 'ASC'
    values.push(filter.limit ?? -1)
    const rows = this.#consistently(() =>
      this.#all(
        `SELECT key, station, from_at AS "from", to_at AS "to", body FROM document WHERE ${terms.join(' AND ')}
         ORDER BY from_at ${order}, key ${order} LIMIT ?`,
        ...values,
      ),
    )
    return rows.map((row) => {
      const { key, station, from, to, body } = row as unknown as FoldDocument
      return { key, station, from, to, body }
    })
  }

  /** Position and version of a fold's last snapshot; 0 and 0 when there is none. */
  foldPosition(fold: string): { position: Position; version: number } {
    const row = this.#get('SELECT position, version FROM fold WHERE fold = ?', fold)
    return { position: numberFrom(row, 'position', 0), version: numberFrom(row, 'version', 0) }
  }

  /** Last position of a station that is in a chunk row; 0 when none is. */
  lastIndexed(station: string): Position {
    const row = this.#get('SELECT last FROM chunk WHERE station = ? ORDER BY first DESC LIMIT 1', station)
    return numberFrom(row, 'last', 0)
  }

  /** Up to here every position is in a chunk row or a block; behind it some are not. */
  indexedUpTo(): Position {
    const row = this.#get('SELECT indexed FROM batch ORDER BY first DESC LIMIT 1')
    const { compacted, first } = this.extent()
    return Math.max(numberFrom(row, 'indexed', 0), compacted, first - 1)
  }

  #extent(): Extent {
    const row = this.#get(`SELECT
      (SELECT value FROM state WHERE name = 'pruned') AS pruned,
      (SELECT value FROM state WHERE name = 'compacted') AS compacted,
      max(coalesce((SELECT max(last) FROM (SELECT last FROM batch ORDER BY first DESC LIMIT 1)), 0),
          coalesce((SELECT max(last) FROM (SELECT last FROM lost ORDER BY first DESC LIMIT 1)), 0)) AS last`)
    const pruned = numberFrom(row, 'pruned', 0)
    const compacted = numberFrom(row, 'compacted', 0)
    return { first: pruned + 1, last: Math.max(numberFrom(row, 'last', 0), compacted, pruned), compacted }
  }

  *#records(from: Position, upTo: Position): Generator<Located> {
    const { first, compacted } = this.#extent()
    let next = Math.max(from, first)
    while (next <= Math.min(compacted, upTo)) {
      const window = this.#windowAt(next)
      if (window === null) break
      const end = Math.min(window.last, upTo)
      for (let position = Math.max(next, window.first); position <= end; position++) {
        const located = this.#inWindow(window, position)
        if (located !== null) yield located
      }
      next = window.last + 1
    }
    next = Math.max(next, compacted + 1)
    while (next <= upTo) {
      const row = this.#batchAt(next) ?? this.#batchAfter(next)
      if (row === null) return
      for (let index = 0; index < row.positions.length; index++) {
        const position = row.positions[index]!
        if (position > upTo) return
        if (position >= next) yield { row, offset: row.offsets[index]! }
      }
      next = row.positions[row.positions.length - 1]! + 1
    }
  }

  *#recordsOf(
    filter: TimelineFilter,
    waiting: readonly Position[],
    upTo: Position,
    from: number,
    to: number,
    mask: number,
  ): Generator<Located> {
    const { first, compacted } = this.#extent()
    const descending = filter.order === 'desc'
    const { after } = filter
    const low = Math.max(first, descending || after === undefined ? 0 : after + 1)
    const high = Math.min(upTo, descending && after !== undefined ? after - 1 : upTo)
    const batchLow = Math.max(low, compacted + 1)
    // What waits in memory lies behind every chunk row; a row that was committed a moment ago may hold some of it too.
    const inMemory = waiting.filter((position) => position >= batchLow && position <= high)
    const chunkHigh = Math.min(high, (waiting[0] ?? Number.MAX_SAFE_INTEGER) - 1)

    const fromMemory = (): Iterable<Located> => this.#locate(descending ? inMemory.toReversed() : inMemory)
    const fromChunks = (): Iterable<Located> =>
      this.#chunkRecords(filter.station, batchLow, chunkHigh, from, to, mask, descending)
    const fromBlocks = (): Iterable<Located> =>
      this.#blockRecords(filter.station, low, Math.min(high, compacted), from, to, mask, descending)
    if (descending) {
      yield* fromMemory()
      yield* fromChunks()
      yield* fromBlocks()
    } else {
      yield* fromBlocks()
      yield* fromChunks()
      yield* fromMemory()
    }
  }

  *#locate(positions: readonly Position[]): Generator<Located> {
    for (const position of positions) {
      const row = this.#batchAt(position)
      const offset = row === null ? -1 : offsetOf(row, position)
      if (row === null || offset < 0) throw new StoreError('BB-STORE-010', `Position ${position} is not there.`)
      yield { row, offset }
    }
  }

  *#chunkRecords(
    station: string,
    low: Position,
    high: Position,
    from: number,
    to: number,
    mask: number,
    descending: boolean,
  ): Generator<Located> {
    if (low > high) return
    const rows = this.#prepared(
      `SELECT first, positions FROM chunk WHERE station = ? AND first <= ? AND last >= ?
       AND to_at >= ? AND from_at <= ? AND (kinds & ?) <> 0 ORDER BY first ${descending ? 'DESC' : 'ASC'}`,
    ).iterate(station, high, low, from, to, mask) as Iterable<Row>
    for (const { first, positions } of rows) {
      const list = unpackPositions(first as number, positions as Uint8Array)
      const wanted = list.filter((position) => position >= low && position <= high)
      yield* this.#locate(descending ? wanted.reverse() : wanted)
    }
  }

  *#blockRecords(
    station: string,
    low: Position,
    high: Position,
    from: number,
    to: number,
    mask: number,
    descending: boolean,
  ): Generator<Located> {
    if (low > high) return
    const rows = this.#prepared(
      `SELECT window, ordinal FROM block WHERE station = ? AND first <= ? AND last >= ?
       AND to_at >= ? AND from_at <= ? AND (kinds & ?) <> 0 ORDER BY first ${descending ? 'DESC' : 'ASC'}`,
    ).iterate(station, high, low, from, to, mask) as Iterable<Row>
    for (const { window, ordinal } of rows) {
      const row = this.#block(window as number, ordinal as number)
      const { positions, offsets } = row
      for (let step = 0; step < positions.length; step++) {
        const index = descending ? positions.length - 1 - step : step
        const position = positions[index]!
        if (position >= low && position <= high) yield { row, offset: offsets[index]! }
      }
    }
  }

  /** The batch that holds a position, null when it is in none. */
  #batchAt(position: Position): RecordRow | null {
    const kept = this.#batch
    if (kept !== null && position >= kept.positions[0]! && position <= kept.positions.at(-1)!) return kept
    const row = this.#get('SELECT last, bytes FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1', position)
    if (row === undefined || numberFrom(row, 'last', 0) < position) return null
    return this.#keepBatch(row)
  }

  #batchAfter(position: Position): RecordRow | null {
    const row = this.#get('SELECT last, bytes FROM batch WHERE first > ? ORDER BY first LIMIT 1', position)
    return row === undefined ? null : this.#keepBatch(row)
  }

  #keepBatch(row: Row): RecordRow {
    const laid = layOut(row['bytes'] as Uint8Array)
    if (laid.positions.length === 0) throw new StoreError('BB-STORE-008', 'A batch is empty.')
    this.#batch = laid
    return laid
  }

  #windowAt(position: Position): Window | null {
    const kept = this.#window
    if (kept !== null && position >= kept.first && position <= kept.last) return kept
    const row =
      this.#get(
        'SELECT first, last, ordering FROM window WHERE first <= ? AND last >= ? ORDER BY first DESC LIMIT 1',
        position,
        position,
      ) ?? this.#get('SELECT first, last, ordering FROM window WHERE first > ? ORDER BY first LIMIT 1', position)
    if (row === undefined) return null
    const first = row['first'] as number
    const last = row['last'] as number
    const ordering = decompress(row['ordering'] as Uint8Array, `The ordering of the window at position ${first}`)
    if (ordering.length !== (last - first + 1) * 4) {
      throw new StoreError('BB-STORE-008', `The ordering of the window at position ${first} is cut off.`)
    }
    const copy = new Uint8Array(ordering)
    this.#window = { first, last, ordering: new Uint32Array(copy.buffer) }
    return this.#window
  }

  #inWindow(window: Window, position: Position): Located | null {
    const ordinal = window.ordering[position - window.first]
    if (ordinal === undefined || ordinal === NO_BLOCK) return null
    const row = this.#block(window.first, ordinal)
    const offset = offsetOf(row, position)
    if (offset < 0) throw new StoreError('BB-STORE-010', `Position ${position} is not in its block.`)
    return { row, offset }
  }

  #block(window: Position, ordinal: number): RecordRow {
    return this.#blocks.row(window, ordinal, () => {
      const row = this.#get('SELECT bytes FROM block WHERE window = ? AND ordinal = ?', window, ordinal)
      if (row === undefined) {
        throw new StoreError('BB-STORE-010', `Block ${ordinal} of the window at position ${window} is missing.`)
      }
      return row['bytes'] as Uint8Array
    })
  }

  /** Runs a question within one read transaction and gives SQLite's word for damage our code. */
  #consistently<T>(question: () => T): T {
    this.#prepared('BEGIN').run()
    try {
      return question()
    } catch (error) {
      if (isDamage(error) && !(error instanceof StoreError))
        throw new StoreError('BB-STORE-003', reasonOf(error), error)
      throw error
    } finally {
      // SQLite ends the transaction itself on some errors.
      if (this.#db.isTransaction) this.#prepared('COMMIT').run()
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #get(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined
  }

  #all(sql: string, ...values: (string | number)[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[]
  }
}
