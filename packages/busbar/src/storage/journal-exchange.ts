// The journal as JSON Lines: a first line that says what the file is, then one entry per line with its position. Lossless
// both ways, so that a journal can be moved, searched with ordinary tools, or built anew (rule JN22).

import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Position } from '@busbar/core/base/moment.ts'
import type { EntryKind, Placed } from '@busbar/core/journal/entry.ts'
import { renameDurably } from './durable-file.ts'
import { entryOf, isEntryKind, storedFields } from './entry-shape.ts'
import { JournalReader } from './journal-reader.ts'
import { JOURNAL_FILE, openForReading } from './journal-schema.ts'
import { StoreBuilder } from './store-builder.ts'
import { StoreError } from './store-fault.ts'

/** Format of the lines. */
const EXCHANGE_FORMAT = 1
/** Entries per read: some hundred kilobytes. */
const PAGE = 500
/** Reason on record for positions that an import does not have. */
const NOT_IMPORTED = 'not in the import'

export interface ExportFilter {
  readonly station?: string | undefined
  /** Wall time bounds in milliseconds, both inclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Only entries after this position. */
  readonly after?: Position | undefined
  readonly kinds?: ReadonlySet<EntryKind> | undefined
}

/**
 * Writes a journal as JSON Lines; works beside a running broker.
 * @param folder the data folder
 * @param sink takes one line at a time, without its line break; is waited for
 * @returns the number of entries written
 * @throws StoreError when there is no store or it cannot be read
 */
export async function exportJournal(
  folder: string,
  sink: (line: string) => void | Promise<void>,
  filter: ExportFilter = {},
): Promise<number> {
  const file = join(folder, JOURNAL_FILE)
  if (!existsSync(file)) throw new StoreError('BB-STORE-014', `There is no journal in ${folder}.`)
  const db = openForReading(file)
  try {
    const reader = new JournalReader(db)
    const { first, last } = reader.extent()
    await sink(JSON.stringify({ busbarJournal: EXCHANGE_FORMAT, first, last }))
    const whole = Object.values(filter).every((value) => value === undefined)
    const lost = whole ? reader.lost().filter((range) => range.last >= first) : []
    let written = 0
    for (let next = Math.max(first, (filter.after ?? 0) + 1); next <= last; ) {
      const page = reader.read(next, PAGE, last)
      for (const placed of page) {
        while (lost.length > 0 && lost[0]!.first < placed.position) await sink(JSON.stringify({ lost: lost.shift() }))
        if (!wanted(placed, filter)) continue
        await sink(exportLine(placed))
        written++
      }
      if (page.length < PAGE) break
      next = page[page.length - 1]!.position + 1
    }
    for (const range of lost) await sink(JSON.stringify({ lost: range }))
    return written
  } finally {
    db.close()
  }
}

/** One entry as a line of an export. */
export function exportLine({ position, entry }: Placed): string {
  const { kind, at, station } = entry
  return JSON.stringify({ position, at, station, kind, ...storedFields(entry) })
}

function wanted({ entry }: Placed, filter: ExportFilter): boolean {
  return (
    (filter.station === undefined || entry.station === filter.station) &&
    (filter.from === undefined || entry.at >= filter.from) &&
    (filter.to === undefined || entry.at <= filter.to) &&
    (filter.kinds === undefined || filter.kinds.has(entry.kind))
  )
}

export interface ImportResult {
  readonly entries: number
  readonly first: Position
  readonly last: Position
}

/**
 * Makes a store of an export. The folder must be held by this process and have no store yet; a faulty line leaves nothing
 * behind.
 * @param lines the lines of an export, without line breaks; empty ones are passed over
 * @throws StoreError BB-STORE-012 when there is a store, -013 for a faulty line, which the message names
 */
export async function importJournal(
  lines: AsyncIterable<string> | Iterable<string>,
  folder: string,
): Promise<ImportResult> {
  const file = join(folder, JOURNAL_FILE)
  if (existsSync(file)) throw new StoreError('BB-STORE-012', `${file} exists.`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const part = `${file}.part`
  removeStore(part)
  let builder: StoreBuilder | null = null
  let first = 1
  let announced = 0
  let number = 0
  try {
    for await (const line of lines) {
      number++
      if (line.trim() === '') continue
      const value = parseLine(line, number)
      if (builder === null) {
        const head = headOf(value, number)
        first = head.first
        announced = head.last
        builder = new StoreBuilder(part, first - 1, NOT_IMPORTED)
        continue
      }
      takeLine(builder, value, number)
    }
    if (builder === null) throw new StoreError('BB-STORE-013', 'The file is empty.')
    builder.loseUpTo(announced, NOT_IMPORTED)
    builder.finish()
    const { entries, last } = builder
    renameDurably(part, file)
    return { entries, first, last }
  } catch (error) {
    builder?.abandon()
    removeStore(part)
    throw error
  }
}

function removeStore(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}

function faulty(number: number, what: string, cause?: unknown): StoreError {
  return new StoreError('BB-STORE-013', `Line ${number}: ${what}`, cause)
}

function parseLine(line: string, number: number): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw faulty(number, 'it is not JSON.', error)
  }
  if (typeof value !== 'object' || value === null) throw faulty(number, 'it is not an object.')
  return value as Record<string, unknown>
}

function headOf(value: Record<string, unknown>, number: number): { readonly first: Position; readonly last: Position } {
  const { busbarJournal, first, last } = value
  if (busbarJournal !== EXCHANGE_FORMAT) throw faulty(number, 'it does not begin an export that this release reads.')
  if (!isPosition(first) || !Number.isSafeInteger(last) || (last as number) < first - 1) {
    throw faulty(number, 'its bounds are not positions.')
  }
  return { first, last: last as number }
}

function takeLine(builder: StoreBuilder, value: Record<string, unknown>, number: number): void {
  const { lost, position, kind, at, station } = value
  if (typeof lost === 'object' && lost !== null) {
    const { first, last, reason } = lost as Record<string, unknown>
    if (!isPosition(first) || !isPosition(last) || last < first || typeof reason !== 'string') {
      throw faulty(number, 'it names no range of positions.')
    }
    builder.loseUpTo(first - 1, NOT_IMPORTED)
    builder.loseUpTo(last, reason)
    return
  }
  if (!isPosition(position)) throw faulty(number, 'its position is not one.')
  if (position <= builder.last) throw faulty(number, `position ${position} comes after ${builder.last}.`)
  if (!isEntryKind(kind)) throw faulty(number, 'its kind is unknown.')
  const entry = entryOf(kind, at, station, value)
  if ('badField' in entry) throw faulty(number, `its ${entry.badField} is missing or impossible.`)
  builder.add({ position, entry })
}

function isPosition(value: unknown): value is Position {
  return Number.isSafeInteger(value) && (value as number) > 0
}
