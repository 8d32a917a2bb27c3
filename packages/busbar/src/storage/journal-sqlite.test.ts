import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { eventually, journalContract } from './journal.contract.ts'
import { verifyJournal } from './journal-care.ts'
import { everything, JournalRig, traffic } from './journal-rig.ts'
import { JOURNAL_FILE } from './journal-schema.ts'
import { SqliteJournal } from './journal-sqlite.ts'
import { openJournal } from './open-journal.ts'

let folder = ''

for (const [name, options] of [
  ['SQLite', {}],
  ['SQLite with tiny compaction windows', { windowPositions: 32, windowMs: 0 }],
] as const) {
  journalContract(name, {
    open: () => {
      folder = mkdtempSync(join(tmpdir(), 'busbar-journal-'))
      return SqliteJournal.open({ folder, ...options })
    },
    reopen: async (journal) => {
      await journal.close()
      return SqliteJournal.open({ folder, ...options })
    },
    clear: async (journal) => {
      await journal.close()
      rmSync(folder, { recursive: true })
    },
  })
}

describe('the journal in SQLite', () => {
  const rig = new JournalRig()

  test('JN11 what the index lacked is found again after a start that no closing preceded', async () => {
    const journal = await rig.open()
    journal.append(traffic(1000))
    await journal.flush()
    const copy = join(rig.folder, 'copy')
    mkdirSync(copy)
    // A backup holds what a kill would have left: no chunk rows of what was waiting.
    await journal.backup(join(copy, JOURNAL_FILE))
    const other = await rig.open({ folder: copy })
    assert.deepEqual(everything(other), everything(journal))
    other.append(traffic(200, 1000))
    journal.append(traffic(200, 1000))
    await Promise.all([other.flush(), journal.flush()])
    assert.deepEqual(everything(other), everything(journal))
    await other.close()
    assert.equal((await verifyJournal(copy)).problem, null)
  })

  test('JN16 a full disk: nothing is lost, nothing is called synced, work resumes by itself', async () => {
    const journal = await rig.open({ rehearsal: { maxPages: 40 } })
    const told: (string | null)[] = []
    journal.onFailed((failure) => told.push(failure?.kind ?? null))
    let synced = 0
    journal.onSynced((upTo) => {
      synced = upTo
    })
    for (let round = 0; round < 20; round++) journal.append(traffic(200, round * 200))
    await eventually(() => told.length > 0, 'the disk is full')
    assert.equal(existsSync(join(rig.folder, 'reserve')), false)
    assert.ok(synced < 4000)
    assert.equal(journal.statistics().writable, false)
    await assert.rejects(journal.flush(), { code: 'BB-STORE-005' })
    journal.append(traffic(100, 4000))
    journal.rehearse({ maxPages: null })
    await eventually(() => told.length > 1, 'there is room again')
    await journal.flush()
    assert.deepEqual(told, ['full', null])
    assert.equal(synced, 4100)
    assert.equal(journal.read(1, 5000).length, 4100)
    assert.equal(existsSync(join(rig.folder, 'reserve')), true)
    await journal.close()
    assert.equal((await verifyJournal(rig.folder)).problem, null)
  })

  test('JN17 an I/O error: the handle is dropped, the store opened anew, nothing is lost or twice', async () => {
    const journal = await rig.open()
    const told: (string | null)[] = []
    journal.onFailed((failure) => told.push(failure?.kind ?? null))
    journal.append(traffic(100))
    await journal.flush()
    journal.rehearse({ failCommits: 3 })
    journal.append(traffic(100, 100))
    await eventually(() => told.length > 0, 'the error is told')
    assert.equal(journal.synced, 100)
    journal.append(traffic(100, 200))
    journal.snapshot({ fold: 'twin', position: 300, version: 1, put: [], remove: [] })
    await eventually(() => told.length > 1, 'the store works again')
    await journal.flush()
    assert.deepEqual(told, ['io', null])
    assert.equal(journal.synced, 300)
    assert.equal(journal.foldPosition('twin').position, 300)
    assert.deepEqual(
      journal.read(1, 1000).map(({ position }) => position),
      Array.from({ length: 300 }, (_, index) => index + 1),
    )
    await journal.close()
    assert.equal((await verifyJournal(rig.folder)).problem, null)
  })

  test('JN12 what cannot be kept while writing fails is on record as lost', async () => {
    const journal = await rig.open({ waitingBytes: 20_000, rehearsal: { failCommits: 4 }, retryMs: 50 })
    const told: (string | null)[] = []
    journal.onFailed((failure) => told.push(failure?.kind ?? null))
    journal.append(traffic(50))
    await eventually(() => told.length > 0, 'the error is told')
    journal.append(traffic(500, 50))
    assert.equal(journal.pressure(), 1)
    assert.equal(journal.next, 551)
    await eventually(() => told.length > 1, 'the store works again')
    journal.append(traffic(10, 550))
    await journal.flush()
    const [lost] = journal.lost()
    assert.ok(lost !== undefined && lost.first > 51 && lost.last === 550)
    const kept = journal.read(1, 1000).map(({ position }) => position)
    assert.equal(kept.length, 560 - (lost.last - lost.first + 1))
    assert.equal(kept.at(-1), 560)
    assert.equal(journal.pressure(), 0)
    await journal.close()
    const report = await verifyJournal(rig.folder)
    assert.equal(report.problem, null)
    assert.deepEqual(report.lost, [lost])
    const again = await rig.open()
    assert.equal(again.next, 561)
  })

  test('JN19 a store of a newer format is refused and left as it was', async () => {
    await (await rig.open()).close()
    const db = new DatabaseSync(join(rig.folder, JOURNAL_FILE))
    db.exec('PRAGMA user_version = 99')
    db.close()
    await assert.rejects(rig.open(), { code: 'BB-STORE-002' })
    await assert.rejects(verifyJournal(rig.folder), { code: 'BB-STORE-002' })
    await assert.rejects(openJournal({ folder: rig.folder, strict: false, now: 0 }), { code: 'BB-STORE-002' })
    assert.ok(existsSync(join(rig.folder, JOURNAL_FILE)))
  })

  test('JN17 a writer thread that ends is told as a failure, and closing does not hang', async () => {
    const journal = await rig.open()
    const told: (string | null)[] = []
    journal.onFailed((failure) => told.push(failure?.kind ?? null))
    journal.append(traffic(10))
    await journal.flush()
    journal.rehearse({ crash: true })
    journal.append(traffic(10, 10))
    await eventually(() => told.length > 0, 'the failure is told')
    assert.deepEqual(told, ['io'])
    assert.equal(journal.read(1, 100).length, journal.synced)
    await assert.rejects(journal.flush(), { code: 'BB-STORE-006' })
    await assert.rejects(journal.close(), { code: 'BB-STORE-006' })
    assert.equal((await verifyJournal(rig.folder)).problem, null)
  })

  test('a closed journal says so', async () => {
    const journal = await rig.open()
    journal.append(traffic(10))
    await journal.close()
    await journal.close()
    assert.throws(() => journal.append(traffic(1)), { code: 'BB-STORE-016' })
    await assert.rejects(journal.settled(), { code: 'BB-STORE-016' })
  })
})
