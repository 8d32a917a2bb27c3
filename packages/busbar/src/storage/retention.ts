// Removes what is old or too much. The mark `pruned` moves first, in a transaction of its own; from then on nobody sees
// those entries, and the rows go afterwards in small steps (rule JN15).

import type { DatabaseSync } from 'node:sqlite'
import type { Position } from '@busbar/core/base/moment.ts'
import { type Job, sliceEnd, sliceOver } from './background-work.ts'
import { deleteChunks, deleteInSlices, inTransaction } from './compaction.ts'
import type { RetentionPolicy } from './journal-protocol.ts'
import { numberFrom } from './journal-schema.ts'

/** Pages given back to the file system per statement; each costs moving one page from the end of the file. */
const VACUUM_PAGES = 32
/** Free pages that are left for what comes next: 2 MiB, or an eighth of what is in use; compaction frees and fills them. */
const SPARE_PAGES = 256
const SPARE_SHARE = 8

/** What may not be removed. */
export interface RetentionBounds {
  /** Folds that are known to exist; one without a snapshot needs every entry. */
  readonly folds: readonly string[]
  /** Last durable position. */
  readonly last: Position
  /** Behind this one the open run of the chain begins, whose records must stay. */
  readonly chained: Position
}

/** The last position that every fold has a snapshot of. */
export function foldedUpTo(db: DatabaseSync, bounds: RetentionBounds): Position {
  const stored = new Map<string, Position>()
  for (const row of db.prepare('SELECT fold, position FROM fold').all()) {
    stored.set(row['fold'] as string, row['position'] as number)
  }
  let lowest = bounds.last
  for (const fold of new Set([...bounds.folds, ...stored.keys()])) lowest = Math.min(lowest, stored.get(fold) ?? 0)
  return lowest
}

/** Removes entries up to a position, as far as every fold has a snapshot of them. */
export function* prune(db: DatabaseSync, upTo: Position, bounds: RetentionBounds): Job {
  const mark = Math.min(upTo, foldedUpTo(db, bounds))
  if (mark > prunedUpTo(db)) db.prepare("UPDATE state SET value = ? WHERE name = 'pruned'").run(mark)
  yield
  yield* removePruned(db, bounds.chained)
}

/** Deletes the rows of pruned entries; rows that hold kept ones as well stay until all of theirs are pruned. */
export function* removePruned(db: DatabaseSync, chained: Position): Job {
  const mark = prunedUpTo(db)
  const oldest = db.prepare('SELECT first FROM window WHERE last <= ? ORDER BY first LIMIT 1')
  for (let row = oldest.get(mark); row !== undefined; row = oldest.get(mark)) {
    const first = row['first'] as number
    yield* deleteInSlices(db, 'DELETE FROM block WHERE id IN (SELECT id FROM block WHERE window = ? LIMIT 64)', first)
    db.prepare('DELETE FROM window WHERE first = ?').run(first)
    yield
  }
  yield* deleteInSlices(
    db,
    `DELETE FROM batch WHERE first IN (SELECT first FROM batch
     WHERE first <= ?1 AND last <= ?1 AND first < (SELECT max(first) FROM batch) ORDER BY first LIMIT 16)`,
    Math.min(mark, chained),
  )
  yield* deleteChunks(db, mark)
  inTransaction(db, () => {
    db.prepare('DELETE FROM lost WHERE last <= ? AND first < (SELECT max(first) FROM lost)').run(mark)
    // A run goes when none of its records is left; the last one stays, for the chain goes on from it.
    db.prepare(`DELETE FROM chain WHERE last < (SELECT max(last) FROM chain) AND last < coalesce(
      (SELECT min(first) FROM window), (SELECT min(first) FROM batch), 0)`).run()
  })
  yield
}

/** Applies a policy: removes by age, then by size, then gives free pages back to the file system. */
export function* retain(db: DatabaseSync, policy: RetentionPolicy, bounds: RetentionBounds): Job {
  const owed = policy.owedFrom === null ? Number.MAX_SAFE_INTEGER : policy.owedFrom - 1
  const old = yield* lastOlderThan(db, policy.now - policy.keepMs)
  yield* prune(db, Math.min(old, owed), bounds)
  const excess = usedBytes(db) - policy.maxBytes
  if (excess > 0) {
    const large = yield* lastOfOldest(db, excess)
    yield* prune(db, Math.min(large, owed), bounds)
  }
  yield* giveBackPages(db)
}

function prunedUpTo(db: DatabaseSync): Position {
  return numberFrom(db.prepare("SELECT value FROM state WHERE name = 'pruned'").get(), 'value', 0)
}

function pragma(db: DatabaseSync, name: string): number {
  return numberFrom(db.prepare(`PRAGMA ${name}`).get(), name, 0)
}

/** Bytes of the database that hold something. */
export function usedBytes(db: DatabaseSync): number {
  return (pragma(db, 'page_count') - pragma(db, 'freelist_count')) * pragma(db, 'page_size')
}

/** Walks windows, then batches, from the oldest on while `take` agrees; gives the last position it agreed to. */
function* walkRows(db: DatabaseSync, take: (row: Record<string, unknown>) => boolean): Generator<void, Position, void> {
  const mark = prunedUpTo(db)
  let last = mark
  for (const table of ['window', 'batch']) {
    const size = table === 'window' ? 'size' : 'length(bytes)'
    const next = db.prepare(
      `SELECT first, last, to_at, ${size} AS size FROM ${table} WHERE first > ? ORDER BY first LIMIT 1`,
    )
    // Rows that are pruned and not yet gone are passed over.
    let from = 0
    let end = sliceEnd()
    for (let row = next.get(from); row !== undefined; row = next.get(from)) {
      from = row['first'] as number
      if ((row['last'] as number) <= last) continue
      if (!take(row)) return last
      last = row['last'] as number
      if (sliceOver(end)) {
        yield
        end = sliceEnd()
      }
    }
  }
  return last
}

function lastOlderThan(db: DatabaseSync, limit: number): Generator<void, Position, void> {
  return walkRows(db, (row) => (row['to_at'] as number) < limit)
}

function lastOfOldest(db: DatabaseSync, bytes: number): Generator<void, Position, void> {
  let left = bytes
  return walkRows(db, (row) => {
    if (left <= 0) return false
    left -= row['size'] as number
    return true
  })
}

function* giveBackPages(db: DatabaseSync): Job {
  let free = pragma(db, 'freelist_count')
  const spare = Math.max(SPARE_PAGES, Math.floor((pragma(db, 'page_count') - free) / SPARE_SHARE))
  while (free > spare) {
    const end = sliceEnd()
    do {
      db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`)
      const left = pragma(db, 'freelist_count')
      // A file made without the vacuum mode does not shrink; then there is nothing to wait for.
      if (left >= free) return
      free = left
    } while (free > spare && !sliceOver(end))
    yield
  }
}
