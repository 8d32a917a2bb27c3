// What the tests of the embedded journal share: a folder of their own, journals that are closed whatever happens, traffic of
// several stations, and everything a reader can see.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach } from 'node:test'
import type { Entry } from '@busbar/core/journal/entry.ts'
import { frame } from './journal.contract.ts'
import { JOURNAL_FILE } from './journal-schema.ts'
import { SqliteJournal } from './journal-sqlite.ts'
import type { JournalOptions } from './start-writer.ts'

/** Entries of several stations, some of none, with texts of uneven length. */
export function traffic(count: number, from = 0): Entry[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index
    const station = number % 7 === 0 ? null : `CS-${number % 13}`
    return frame({ at: number * 10, station, raw: `[2,"${number}","Heartbeat",{"v":"${'x'.repeat(number % 97)}"}]` })
  })
}

/** Everything a reader can see of a journal of up to 3,000 entries of `traffic`. */
export function everything(journal: SqliteJournal): unknown {
  return {
    read: journal.read(1, 100_000),
    pages: [1, 77, 1500, 2999].map((from) => journal.read(from, 3)),
    timelines: Array.from({ length: 14 }, (_, number) =>
      (['asc', 'desc'] as const).map((order) => [
        journal.timeline({ station: `CS-${number}`, order, limit: 10_000 }),
        journal.timeline({ station: `CS-${number}`, order, limit: 9, from: 5000, to: 22_000, after: 1400 }),
      ]),
    ),
  }
}

/** A fresh folder for each test of the suite it is called in. */
export class JournalRig {
  folder = ''
  #journals: SqliteJournal[] = []

  constructor() {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), 'busbar-journal-'))
    })
    afterEach(async () => {
      // A test may have broken a journal on purpose; then closing it fails, and that is not what the test is about.
      for (const journal of this.#journals.splice(0)) await journal.close().catch(() => undefined)
      rmSync(this.folder, { recursive: true })
    })
  }

  /** Opens a journal that is closed after the test. */
  async open(options: Partial<JournalOptions> = {}): Promise<SqliteJournal> {
    const journal = await SqliteJournal.open({ folder: this.folder, retryMs: 10, ...options })
    this.#journals.push(journal)
    return journal
  }

  /** The rows of a table as the file has them now. */
  rowsOf(table: string): number {
    const db = new DatabaseSync(join(this.folder, JOURNAL_FILE), { readOnly: true })
    const row = db.prepare(`SELECT count(*) AS n FROM ${table}`).get()
    db.close()
    return row?.['n'] as number
  }
}
