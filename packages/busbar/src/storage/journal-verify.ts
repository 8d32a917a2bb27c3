// Reads a store from end to end and says whether it is whole: SQLite's own check, every record, the row of positions
// without holes, the chain of hashes, and the index of stations (rule JN21). It changes nothing, works beside a running
// broker on one consistent state, and hands the event loop back now and then.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Position } from '@busbar/core/base/moment.ts'
import { ChainCheck } from './chain-check.ts'
import { IndexCheck } from './index-check.ts'
import type { LostRange } from './journal-protocol.ts'
import { type Extent, JournalReader } from './journal-reader.ts'
import { JOURNAL_FILE, openForReading } from './journal-schema.ts'
import { readRecord, recordLength } from './record-codec.ts'
import { decompress, layOut, NO_BLOCK, offsetOf, type RecordRow } from './row-cache.ts'
import { isDamage, reasonOf, StoreError } from './store-fault.ts'
import { Finding, type VerifyProblem } from './verify-finding.ts'

type Row = Record<string, unknown>

export interface VerifyReport {
  readonly first: Position
  readonly last: Position
  /** Entries that were read. */
  readonly entries: number
  /** Positions that hold no entry, as the store has it on record. */
  readonly lost: readonly LostRange[]
  /** null when the store is whole. */
  readonly problem: VerifyProblem | null
}

const nothingRead = { first: 1, last: 0, entries: 0, lost: [] }

/**
 * Verifies the journal of a data folder.
 * @throws StoreError BB-STORE-014 when there is none, -002 for a newer format
 */
export function verifyJournal(folder: string): Promise<VerifyReport> {
  const file = join(folder, JOURNAL_FILE)
  if (!existsSync(file)) throw new StoreError('BB-STORE-014', `There is no journal in ${folder}.`)
  return verifyStore(file)
}

/** As `verifyJournal`, for one file such as a backup. */
export async function verifyStore(file: string): Promise<VerifyReport> {
  let db: DatabaseSync
  try {
    db = openForReading(file)
  } catch (error) {
    if (!isDamage(error)) throw error
    return { ...nothingRead, problem: problemOf(error, 1, 0) }
  }
  let walk: Walk | null = null
  try {
    walk = new Walk(db)
    await walk.run()
    return walk.report(null)
  } catch (error) {
    const at = walk?.at ?? 1
    const problem = problemOf(error, at, at)
    return walk?.report(problem) ?? { ...nothingRead, problem }
  } finally {
    db.close()
  }
}

function problemOf(error: unknown, first: Position, last: Position): VerifyProblem {
  if (error instanceof Finding) return error.problem
  const code = error instanceof StoreError ? error.code : isDamage(error) ? 'BB-STORE-003' : null
  if (code === null) throw error
  return { code, first, last, detail: error instanceof StoreError ? error.detail : reasonOf(error) }
}

class Walk {
  readonly #db: DatabaseSync
  readonly #chain: ChainCheck
  readonly #index = new IndexCheck()
  #extent: Extent = { first: 1, last: 0, compacted: 0 }
  #lost: LostRange[] = []
  #lostAhead: LostRange[] = []
  #entries = 0
  /** The position that comes next if nothing is missing; null before the first record. */
  #expected: Position | null = null

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#chain = new ChainCheck(db)
  }

  /** The position the walk has come to. */
  get at(): Position {
    return this.#expected ?? this.#extent.first
  }

  report(problem: VerifyProblem | null): VerifyReport {
    const { first, last } = this.#extent
    return { first, last, entries: this.#entries, lost: this.#lost, problem }
  }

  async run(): Promise<void> {
    const reader = new JournalReader(this.#db)
    this.#extent = reader.extent()
    this.#lost = reader.lost()
    this.#lostAhead = [...this.#lost]
    this.#db.exec('BEGIN')
    const verdict = this.#db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (verdict !== 'ok') throw new StoreError('BB-STORE-003', String(verdict))
    await this.#windows()
    await this.#batches()
    this.#end()
    this.#index.finish(this.#db, this.#extent.first, this.#extent.compacted)
    this.#db.exec('COMMIT')
  }

  async #windows(): Promise<void> {
    const { first, compacted } = this.#extent
    const rows = this.#db
      .prepare('SELECT first, last, ordering FROM window WHERE last >= ? AND first <= ? ORDER BY first')
      .iterate(first, compacted) as Iterable<Row>
    for (const row of rows) {
      this.#window(row['first'] as Position, row['last'] as Position, row['ordering'] as Uint8Array)
      await turn()
    }
  }

  #window(first: Position, last: Position, stored: Uint8Array): void {
    const ordering = decompress(stored, `The ordering of the window at position ${first}`)
    if (ordering.length !== (last - first + 1) * 4) {
      throw new Finding('BB-STORE-008', first, last, 'The ordering of a window is cut off.')
    }
    const blocks: RecordRow[] = []
    const rows = this.#db
      .prepare('SELECT * FROM block WHERE window = ? ORDER BY ordinal')
      .iterate(first) as Iterable<Row>
    for (const row of rows) {
      const from = row['first'] as Position
      if (row['ordinal'] !== blocks.length) throw new Finding('BB-STORE-010', first, last, 'A block is missing.')
      let laid: RecordRow
      try {
        laid = layOut(decompress(row['bytes'] as Uint8Array, 'A block'))
      } catch (error) {
        throw new Finding('BB-STORE-008', from, row['last'] as Position, reasonOf(error))
      }
      this.#index.block(row, laid)
      blocks.push(laid)
    }
    let seen = 0
    for (let position = first; position <= last; position++) {
      const ordinal = ordering.readUInt32LE((position - first) * 4)
      if (ordinal === NO_BLOCK) continue
      const block = blocks[ordinal]
      const offset = block === undefined ? -1 : offsetOf(block, position)
      if (block === undefined || offset < 0) {
        throw new Finding('BB-STORE-010', position, position, `Position ${position} is not in its block.`)
      }
      this.#record(block, offset, position)
      seen++
    }
    const held = blocks.reduce((sum, block) => sum + block.positions.length, 0)
    if (held !== seen) throw new Finding('BB-STORE-011', first, last, 'Blocks hold records that cannot be found.')
  }

  async #batches(): Promise<void> {
    const { first, compacted } = this.#extent
    const rows = this.#db
      .prepare('SELECT * FROM batch WHERE first > ? AND last >= ? ORDER BY first')
      .iterate(compacted, Math.min(first, this.#chain.openFrom)) as Iterable<Row>
    let read = 0
    for (const row of rows) {
      const from = row['first'] as Position
      const to = row['last'] as Position
      let laid: RecordRow
      try {
        laid = layOut(row['bytes'] as Uint8Array)
      } catch (error) {
        throw new Finding('BB-STORE-008', from, to, reasonOf(error))
      }
      laid.positions.forEach((position, index) => {
        if (position !== from + index) {
          throw new Finding('BB-STORE-010', from, to, `Position ${from + index} is not in its batch.`)
        }
        this.#record(laid, laid.offsets[index]!, position)
        this.#index.record(laid, laid.offsets[index]!, position)
      })
      if (from + laid.positions.length - 1 !== to) {
        throw new Finding('BB-STORE-010', from, to, 'A batch does not hold what it says.')
      }
      this.#chain.batchEnds(from, to, row['hash'] as Uint8Array)
      this.#index.batchEnds(row)
      if (++read % 64 === 0) await turn()
    }
  }

  #record(row: RecordRow, offset: number, position: Position): void {
    this.#expected ??= Math.min(position, this.#extent.first)
    while (this.#expected < position) {
      const range = this.#lostAhead[0]
      if (range === undefined || range.first > this.#expected || range.last >= position) {
        throw new Finding('BB-STORE-010', this.#expected, position - 1, 'Nothing on record says why they are missing.')
      }
      this.#expected = Math.max(this.#expected, range.last + 1)
      this.#lostAhead.shift()
    }
    while (this.#lostAhead[0] !== undefined && this.#lostAhead[0].last < position) this.#lostAhead.shift()
    if (this.#expected !== position || (this.#lostAhead[0]?.first ?? position + 1) <= position) {
      throw new Finding('BB-STORE-010', position, position, `Position ${position} is there twice, or lost and there.`)
    }
    const end = offset + recordLength(row.view, offset)
    try {
      readRecord(row.bytes, row.view, offset)
    } catch (error) {
      throw new Finding('BB-STORE-008', position, position, reasonOf(error))
    }
    this.#chain.record(row.bytes.subarray(offset, end), position)
    this.#expected = position + 1
    if (position >= this.#extent.first) this.#entries++
  }

  #end(): void {
    let next = this.#expected ?? this.#extent.first
    for (const range of this.#lostAhead) if (range.first <= next) next = Math.max(next, range.last + 1)
    if (next <= this.#extent.last) {
      throw new Finding('BB-STORE-010', next, this.#extent.last, 'The end of the journal is missing.')
    }
    this.#chain.finish()
  }
}

/** Lets everything else of this process have a turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
