// Turns old batches into blocks: the records of a window of positions, grouped by station and compressed. A block is
// archive and timeline index in one, at about a sixth of the room. Each step is a small transaction of its own, and the
// mark `compacted` says which form counts, so a crash at any point leaves either the old rows in force or the new ones
// (rule JN14).

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { constants, zstdCompressSync } from 'node:zlib'
import type { Position } from '@busbar/core/base/moment.ts'
import { type Job, sliceEnd, sliceOver } from './background-work.ts'
import { numberFrom } from './journal-schema.ts'
import { recordAt, recordKind, recordStation } from './record-codec.ts'
import { layOut, NO_BLOCK } from './row-cache.ts'

/** Positions per window; the records of one station in it should fill a block of some dozens. */
export const WINDOW_POSITIONS = 65_536
/** A window is closed early at this many record bytes, because it is held in memory while it is made. */
const WINDOW_BYTES = 32 * 1024 * 1024
/** A station's block is closed at this size: whoever reads its latest entries decompresses it whole. */
const BLOCK_BYTES = 64 * 1024

/** Level 1: higher ones gained nothing on OCPP traffic. The checksum lets a changed byte be noticed when it is read. */
const compression = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
}

interface Group {
  readonly ordinal: number
  readonly station: string | null
  readonly records: Uint8Array[]
  readonly first: Position
  last: Position
  fromAt: number
  toAt: number
  kinds: number
  size: number
}

interface Gathered {
  readonly first: Position
  readonly last: Position
  readonly toAt: number
  readonly groups: readonly Group[]
  readonly ordering: Uint32Array
}

/**
 * Runs background statements as one transaction that is not synced by itself: the next commit of entries syncs the log
 * with all that stands before it, in order, so a power cut can take this work back but never tear it.
 */
export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } finally {
    // The level cannot be changed within a transaction, and must be back whatever happened.
    if (db.isTransaction) db.exec('ROLLBACK')
    db.exec('PRAGMA synchronous = FULL')
  }
}

/** The mark: entries up to it are read from blocks. */
export function compactedUpTo(db: DatabaseSync): Position {
  return numberFrom(db.prepare("SELECT value FROM state WHERE name = 'compacted'").get(), 'value', 0)
}

/**
 * Compacts one window, if the entries for one are there.
 * @param upTo last position that may be compacted
 */
export function* compactWindow(db: DatabaseSync, upTo: Position, windowPositions: number): Job {
  yield* removeLeftovers(db)
  const gathered = yield* gather(db, compactedUpTo(db), upTo, windowPositions)
  if (gathered === null) return
  const size = yield* insertBlocks(db, gathered)
  const ordering = zstdCompressSync(new Uint8Array(gathered.ordering.buffer), compression)
  inTransaction(db, () => {
    db.prepare('INSERT INTO window (first, last, to_at, size, ordering) VALUES (?, ?, ?, ?, ?)').run(
      gathered.first,
      gathered.last,
      gathered.toAt,
      size + ordering.length,
      ordering,
    )
    db.prepare("UPDATE state SET value = ? WHERE name = 'compacted'").run(gathered.last)
  })
  yield
  yield* removeCompacted(db)
}

/** Deletes what an interrupted compaction left: blocks that do not count yet, and batches that count no more. */
export function* removeLeftovers(db: DatabaseSync): Job {
  const mark = compactedUpTo(db)
  yield* deleteInSlices(db, 'DELETE FROM block WHERE id IN (SELECT id FROM block WHERE window > ? LIMIT 64)', mark)
  yield* removeCompacted(db)
}

function* removeCompacted(db: DatabaseSync): Job {
  const mark = compactedUpTo(db)
  yield* deleteInSlices(
    db,
    'DELETE FROM batch WHERE first IN (SELECT first FROM batch WHERE first <= ? LIMIT 16)',
    mark,
  )
  yield* deleteChunks(db, mark)
}

/**
 * Deletes the chunk rows of which nothing lies behind a position.
 * @param upTo chunk rows whose last position is at most this go
 */
export function* deleteChunks(db: DatabaseSync, upTo: Position): Job {
  const nextStation = db.prepare('SELECT min(station) AS station FROM chunk WHERE station > ?')
  const remove = db.prepare('DELETE FROM chunk WHERE station = ? AND first <= ? AND last <= ?')
  const firstOf = db.prepare('SELECT min(last) AS last FROM chunk WHERE station = ? AND first <= ?')
  let station: unknown = ''
  while (typeof station === 'string') {
    const end = sliceEnd()
    inTransaction(db, () => {
      while (typeof station === 'string' && !sliceOver(end)) {
        if (numberFrom(firstOf.get(station, upTo), 'last', upTo + 1) <= upTo) remove.run(station, upTo, upTo)
        station = nextStation.get(station)?.['station']
      }
    })
    yield
  }
}

/** Repeats a DELETE that is bounded by a LIMIT until it finds nothing more, a slice of time per transaction. */
export function* deleteInSlices(db: DatabaseSync, sql: string, ...values: SQLInputValue[]): Job {
  const statement = db.prepare(sql)
  for (let more = true; more; ) {
    const end = sliceEnd()
    inTransaction(db, () => {
      do more = Number(statement.run(...values).changes) > 0
      while (more && !sliceOver(end))
    })
    yield
  }
}

function* gather(
  db: DatabaseSync,
  mark: Position,
  upTo: Position,
  windowPositions: number,
): Generator<void, Gathered | null, void> {
  const next = db.prepare('SELECT first, last, to_at, bytes FROM batch WHERE first > ? ORDER BY first LIMIT 1')
  const first = mark + 1
  const groups: Group[] = []
  const open = new Map<string | null, Group>()
  let ordering = new Uint32Array(windowPositions).fill(NO_BLOCK)
  let last = mark
  let toAt = -Number.MAX_VALUE
  let bytes = 0
  let end = sliceEnd()
  for (;;) {
    const batch = next.get(last)
    if (batch === undefined || bytes >= WINDOW_BYTES) break
    const batchLast = batch['last'] as number
    // A window ends with a batch, so that no batch is half in a block; a single batch larger than a window is one.
    if (batchLast > upTo || (last > mark && batchLast - mark > windowPositions)) break
    if (batchLast - mark > ordering.length) {
      const larger = new Uint32Array(batchLast - mark).fill(NO_BLOCK)
      larger.set(ordering)
      ordering = larger
    }
    const row = layOut(batch['bytes'] as Uint8Array)
    row.positions.forEach((position, index) => {
      const offset = row.offsets[index]!
      const station = recordStation(row.bytes, row.view, offset)
      const at = recordAt(row.view, offset)
      let group = open.get(station)
      if (group === undefined || group.size >= BLOCK_BYTES) {
        const ordinal = groups.length
        group = {
          ordinal,
          station,
          records: [],
          first: position,
          last: position,
          fromAt: at,
          toAt: at,
          kinds: 0,
          size: 0,
        }
        groups.push(group)
        open.set(station, group)
      }
      const record = row.bytes.subarray(offset, row.offsets[index + 1] ?? row.bytes.length)
      group.records.push(record)
      group.last = position
      group.fromAt = Math.min(group.fromAt, at)
      group.toAt = Math.max(group.toAt, at)
      group.kinds |= 1 << recordKind(row.view, offset)
      group.size += record.length
      ordering[position - first] = group.ordinal
    })
    bytes += row.bytes.length
    toAt = Math.max(toAt, batch['to_at'] as number)
    last = batchLast
    if (sliceOver(end)) {
      yield
      end = sliceEnd()
    }
  }
  if (last === mark) return null
  return { first, last, toAt, groups, ordering: ordering.slice(0, last - mark) }
}

function* insertBlocks(db: DatabaseSync, gathered: Gathered): Generator<void, number, void> {
  const insert = db.prepare(`INSERT INTO block
    (window, ordinal, station, first, last, from_at, to_at, kinds, size, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  let size = 0
  for (let index = 0; index < gathered.groups.length; ) {
    const end = sliceEnd()
    inTransaction(db, () => {
      while (index < gathered.groups.length && !sliceOver(end)) {
        const { ordinal, station, first, last, fromAt, toAt, kinds, records, size: raw } = gathered.groups[index++]!
        const bytes = zstdCompressSync(Buffer.concat(records), compression)
        size += bytes.length
        insert.run(gathered.first, ordinal, station, first, last, fromAt, toAt, kinds, raw, bytes)
      }
    })
    yield
  }
  return size
}
