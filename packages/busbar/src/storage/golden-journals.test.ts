// Every format of the store that was ever released stays readable. Each folder of recordings/journals holds a store as an
// earlier release left it, and the export that release made of it.

import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { exportJournal, importJournal, verifyJournal } from './journal-care.ts'
import { JOURNAL_FILE } from './journal-schema.ts'
import { SqliteJournal } from './journal-sqlite.ts'

const recordings = join(import.meta.dirname, '../../../../recordings/journals')
const formats = readdirSync(recordings)

test('JN24 there are golden journals', () => {
  assert.ok(formats.includes('v1'))
})

for (const format of formats) {
  describe(`golden journal ${format}`, () => {
    let folder = ''
    let lines: string[] = []
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'busbar-golden-'))
      copyFileSync(join(recordings, format, JOURNAL_FILE), join(folder, JOURNAL_FILE))
      lines = readFileSync(join(recordings, format, 'journal.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
    })
    after(() => rmSync(folder, { recursive: true }))

    const exported = async (path: string): Promise<string[]> => {
      const written: string[] = []
      await exportJournal(path, (line) => void written.push(line))
      return written
    }

    test('JN24 it verifies and reads as its export says', async () => {
      assert.equal((await verifyJournal(folder)).problem, null)
      assert.deepEqual(await exported(folder), lines)
    })

    test('JN24 its export can be imported and gives the same again', async () => {
      const other = join(folder, 'imported')
      await importJournal(lines, other)
      assert.equal((await verifyJournal(other)).problem, null)
      assert.deepEqual(await exported(other), lines)
    })

    test('JN24 it opens, is written on, and its timelines and documents are there', async () => {
      const journal = await SqliteJournal.open({ folder })
      const entries = journal.read(1, 100_000)
      assert.equal(journal.next, entries.at(-1)!.position + 1)
      const stations = new Set(entries.map(({ entry }) => entry.station).filter((station) => station !== null))
      for (const station of stations) {
        assert.deepEqual(
          journal.timeline({ station, order: 'asc', limit: 100_000 }),
          entries.filter(({ entry }) => entry.station === station),
        )
      }
      assert.equal(journal.documents('sessions', {}).length, 2)
      assert.ok(journal.foldPosition('sessions').position > 0)
      journal.append(entries.map(({ entry }) => entry).slice(0, 20))
      await journal.close()
      assert.equal((await verifyJournal(folder)).problem, null)
    })
  })
}
