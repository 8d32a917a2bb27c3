import assert from 'node:assert/strict'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Placed } from '@busbar/core/journal/entry.ts'
import { frame } from './journal.contract.ts'
import { verifyJournal } from './journal-care.ts'
import { JOURNAL_FILE } from './journal-schema.ts'
import { SqliteJournal } from './journal-sqlite.ts'
import { type OpenedJournal, openJournal } from './open-journal.ts'

const COUNT = 2000

describe('opening a damaged store', () => {
  let folder = ''
  let whole: Placed[] = []
  const file = (): string => join(folder, JOURNAL_FILE)
  const opened: OpenedJournal[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'busbar-damage-'))
    const journal = await SqliteJournal.open({ folder, windowPositions: 512 })
    for (let first = 0; first < COUNT; first += 100) {
      journal.append(
        Array.from({ length: 100 }, (_, index) => frame({ at: first + index, station: `CS-${index % 4}` })),
      )
      await journal.flush()
    }
    const put = [{ key: 'CS-1', station: 'CS-1', from: 1, to: null, body: '{"a":1}' }]
    journal.snapshot({ fold: 'twin', position: 1900, version: 3, put, remove: [] })
    await journal.flush()
    await journal.settled()
    whole = journal.read(1, COUNT)
    await journal.close()
  })
  afterEach(async () => {
    for (const { journal } of opened.splice(0)) await journal.close()
    rmSync(folder, { recursive: true })
  })

  const open = async (): Promise<OpenedJournal> => {
    const result = await openJournal({ folder, strict: false, now: Date.UTC(2026, 4, 1) })
    opened.push(result)
    return result
  }

  /** What was saved is what was there; what is not is named as lost; numbering goes on behind all of it. */
  const check = async ({ journal, rescue }: OpenedJournal, atLeast: number): Promise<void> => {
    assert.ok(rescue !== null)
    const saved = journal.read(1, COUNT * 2)
    assert.equal(saved.length, rescue.saved)
    assert.ok(saved.length >= atLeast, `${saved.length} saved`)
    for (const placed of saved) assert.deepEqual(placed, whole[placed.position - 1])
    const lost = rescue.lost.reduce((sum, { first, last }) => sum + last - first + 1, 0)
    assert.equal(saved.length + lost, journal.synced)
    assert.deepEqual(journal.lost(), rescue.lost)
    assert.ok(existsSync(join(folder, 'journal.damaged-20260501T000000Z')))
    assert.equal(journal.append([frame()]), journal.synced + 1)
    await journal.flush()
    assert.equal((await verifyJournal(folder)).problem, null)
  }

  const overwrite = (bytes: Uint8Array, at: number): void => {
    const handle = openSync(file(), 'r+')
    writeSync(handle, bytes, 0, bytes.length, at)
    closeSync(handle)
  }

  test('JN20 a whole store is opened as it is', async () => {
    const { journal, rescue } = await open()
    assert.equal(rescue, null)
    assert.deepEqual(journal.read(1, COUNT), whole)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('damaged')),
      [],
    )
  })

  test('JN20 the first page is gone: everything is saved', async () => {
    overwrite(new Uint8Array(8192), 0)
    const result = await open()
    await check(result, COUNT)
    assert.deepEqual(result.rescue?.lost, [])
    assert.deepEqual(result.journal.foldPosition('twin'), { position: 1900, version: 3 })
    assert.equal(result.journal.documents('twin', {})[0]?.body, '{"a":1}')
  })

  test('JN20 the end of the journal is damaged: the rest is saved, the positions are named', async () => {
    const db = new DatabaseSync(file())
    const row = db.prepare('SELECT first, bytes FROM batch ORDER BY first DESC LIMIT 1').get() as {
      first: number
      bytes: Uint8Array
    }
    row.bytes[4] = 77
    db.prepare('UPDATE batch SET bytes = ? WHERE first = ?').run(row.bytes, row.first)
    db.close()
    const result = await open()
    await check(result, COUNT - 1)
    assert.deepEqual(
      result.rescue?.lost.map(({ first, last }) => [first, last]),
      [[row.first, row.first]],
    )
  })

  test('JN20 a page in the middle is overwritten: what lies around it is saved', async () => {
    const pages = readFileSync(file()).length / 8192
    let rescued = 0
    for (const page of [8, 14, 20, 26, pages - 2]) {
      const before = readFileSync(file())
      overwrite(new Uint8Array(8192).fill(0xa5), Math.floor(page) * 8192)
      // Damage that the start does not come across is found by verify; a rescue is then made on demand.
      const { problem } = await verifyJournal(folder)
      const result = await open()
      if (result.rescue !== null) {
        assert.ok(problem !== null)
        await check(result, COUNT / 4)
        rescued++
      }
      await result.journal.close()
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
      writeFileSync(file(), before)
    }
    assert.ok(rescued > 0)
  })

  test('JN20 a cut file, a file of rubbish', async () => {
    truncateSync(file(), 8192 * 9)
    const cut = await open()
    assert.ok(cut.rescue !== null)
    await cut.journal.close()
    writeFileSync(file(), 'rubbish '.repeat(5000))
    for (const suffix of ['-wal', '-shm']) rmSync(file() + suffix, { force: true })
    const { journal, rescue } = await openJournal({ folder, strict: false, now: Date.UTC(2026, 4, 2) })
    opened.push({ journal, rescue })
    assert.equal(rescue?.saved, 0)
    assert.equal(journal.append([frame()]), 1)
    await journal.flush()
    assert.equal((await verifyJournal(folder)).problem, null)
  })

  test('JN20 in strict mode damage refuses the start and changes nothing', async () => {
    overwrite(new Uint8Array(8192), 0)
    const before = readFileSync(file())
    await assert.rejects(openJournal({ folder, strict: true, now: 0 }), { code: 'BB-STORE-003' })
    assert.deepEqual(readFileSync(file()), before)
  })
})
