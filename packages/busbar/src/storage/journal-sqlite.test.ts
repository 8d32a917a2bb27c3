import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Entry } from '@busbar/core/journal/entry.ts'
import { compactWindow } from './compaction.ts'
import { eventually, frame, journalContract } from './journal.contract.ts'
import { backupRunning, verifyJournal, verifyStore } from './journal-care.ts'
import { JOURNAL_FILE, openForWriting } from './journal-schema.ts'
import { type JournalOptions, SqliteJournal } from './journal-sqlite.ts'
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

/** Entries of several stations, some of none, with texts of uneven length. */
function traffic(count: number, from = 0): Entry[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index
    const station = number % 7 === 0 ? null : `CS-${number % 13}`
    return frame({ at: number * 10, station, raw: `[2,"${number}","Heartbeat",{"v":"${'x'.repeat(number % 97)}"}]` })
  })
}

describe('the journal in SQLite', () => {
  let journals: SqliteJournal[] = []

  const open = async (options: Partial<JournalOptions> = {}): Promise<SqliteJournal> => {
    const journal = await SqliteJournal.open({ folder, retryMs: 10, ...options })
    journals.push(journal)
    return journal
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busbar-journal-'))
    journals = []
  })
  afterEach(async () => {
    for (const journal of journals) await journal.close().catch(() => undefined)
    rmSync(folder, { recursive: true })
  })

  const rowsOf = (table: string): number => {
    const db = new DatabaseSync(join(folder, JOURNAL_FILE), { readOnly: true })
    const row = db.prepare(`SELECT count(*) AS n FROM ${table}`).get()
    db.close()
    return row?.['n'] as number
  }

  const everything = (journal: SqliteJournal): unknown => ({
    read: journal.read(1, 100_000),
    pages: [1, 77, 1500, 2999].map((from) => journal.read(from, 3)),
    timelines: Array.from({ length: 14 }, (_, number) =>
      (['asc', 'desc'] as const).map((order) => [
        journal.timeline({ station: `CS-${number}`, order, limit: 10_000 }),
        journal.timeline({ station: `CS-${number}`, order, limit: 9, from: 5000, to: 22_000, after: 1400 }),
      ]),
    ),
  })

  test('JN14 compaction cannot be seen by readers and takes the place of the batches', async () => {
    let journal = await open({ compact: false })
    for (let round = 0; round < 30; round++) {
      journal.append(traffic(100, round * 100))
      await journal.flush()
    }
    const before = everything(journal)
    await journal.close()
    journal = await open({ windowPositions: 512 })
    await journal.settled()
    assert.ok(rowsOf('window') >= 4)
    assert.ok(rowsOf('batch') < 12)
    assert.deepEqual(everything(journal), before)
    await journal.close()
    assert.equal((await verifyJournal(folder)).problem, null)
  })

  test('JN13 questions asked while entries are compacted and pruned get whole answers', async () => {
    let journal = await open({ compact: false })
    for (let round = 0; round < 20; round++) {
      journal.append(traffic(300, round * 300))
      await journal.flush()
    }
    const wholeRead = journal.read(1, 10_000)
    const filter = { station: 'CS-3', order: 'desc', limit: 10_000 } as const
    const wholeTimeline = journal.timeline(filter)
    await journal.close()
    journal = await open({ windowPositions: 256 })
    let settled = false
    const done = journal.settled().then(() => {
      settled = true
    })
    let asked = 0
    const seen = new Set<number>()
    while (!settled) {
      if (++asked === 20) journal.prune(1000)
      const { first } = journal.statistics()
      seen.add(rowsOf('window'))
      const timeline = journal.timeline(filter)
      const read = journal.read(1, 10_000)
      // Pruning may fall between two questions, never within one.
      const from = read[0]!.position
      assert.ok(from >= first && (from === 1 || from === 1001))
      assert.deepEqual(read, wholeRead.slice(from - 1))
      const kept = wholeTimeline.filter(({ position }) => position > 1000)
      assert.deepEqual(timeline, timeline.length === kept.length ? kept : wholeTimeline)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await done
    assert.ok(asked > 20 && seen.size > 2, `${asked} questions, ${seen.size} states`)
  })

  test('JN14 compaction stays behind the folds', async () => {
    const journal = await open({ windowPositions: 64 })
    journal.append([frame()])
    journal.snapshot({ fold: 'twin', position: 1, version: 1, put: [], remove: [] })
    for (let round = 0; round < 10; round++) {
      journal.append(traffic(60))
      journal.snapshot({ fold: 'sessions', position: journal.next - 1, version: 1, put: [], remove: [] })
      await journal.flush()
    }
    await journal.settled()
    assert.equal(rowsOf('window'), 0)
    journal.snapshot({ fold: 'twin', position: 601, version: 1, put: [], remove: [] })
    await journal.flush()
    await journal.settled()
    assert.ok(rowsOf('window') > 0)
  })

  test('JN14 an interrupted compaction leaves one form in force, whatever step it came to', async () => {
    let journal = await open({ compact: false })
    for (let round = 0; round < 20; round++) {
      journal.append(traffic(50, round * 50))
      await journal.flush()
    }
    const before = everything(journal)
    await journal.close()
    // Each round lets the compaction go one slice further before it is cut off, as a kill would.
    let finished = false
    for (let slices = 0; !finished && slices < 60; slices++) {
      const db = openForWriting(join(folder, JOURNAL_FILE))
      const job = compactWindow(db, 768, 128)
      for (let slice = 0; slice <= slices && !finished; slice++) finished = job.next().done === true && slices > 40
      db.close()
      assert.equal((await verifyJournal(folder)).problem, null, `after ${slices} slices`)
    }
    journal = await open({ compact: false })
    await journal.settled()
    assert.deepEqual(everything(journal), before)
    assert.ok(rowsOf('window') > 1)
  })

  test('JN15 pruning takes rows away, in blocks and in batches, and verify still holds', async () => {
    const journal = await open({ windowPositions: 256 })
    for (let round = 0; round < 40; round++) {
      journal.append(traffic(50, round * 50))
      await journal.flush()
    }
    await journal.settled()
    const windows = rowsOf('window')
    assert.ok(windows >= 4)
    const whole = journal.read(1, 10_000)
    for (const upTo of [300, 700, 1990]) {
      journal.prune(upTo)
      await journal.settled()
      assert.equal(journal.statistics().first, upTo + 1)
      assert.deepEqual(journal.read(1, 10_000), whole.slice(upTo))
      assert.equal((await verifyJournal(folder)).problem, null)
    }
    assert.equal(rowsOf('window'), 0)
    assert.ok(rowsOf('batch') < 12)
    assert.ok(rowsOf('chain') < 3)
    assert.ok(journal.timeline({ station: 'CS-1', order: 'asc', limit: 5 }).every(({ position }) => position > 1990))
  })

  test('JN15 retention by age, by size, and never what a backend is owed', async () => {
    const journal = await open({ windowPositions: 256 })
    for (let round = 0; round < 60; round++) {
      journal.append(traffic(50, round * 50))
      await journal.flush()
    }
    const keep = { keepMs: 1e12, maxBytes: 1e12, now: 30_000, owedFrom: null }
    await journal.retain(keep)
    assert.equal(journal.statistics().first, 1)
    await journal.retain({ ...keep, keepMs: 20_000 })
    const { first } = journal.statistics()
    assert.ok(first > 500 && first <= 1001, String(first))
    await journal.retain({ ...keep, keepMs: 1, owedFrom: 1500 })
    assert.ok(journal.statistics().first <= 1500)
    assert.equal(journal.read(1500, 1)[0]?.position, 1500)
    await journal.retain({ ...keep, maxBytes: 0 })
    assert.ok(journal.statistics().first > 2900)
    assert.equal((await verifyJournal(folder)).problem, null)
  })

  test('JN15 retention gives room back to the file system', async () => {
    const journal = await open({ compact: false })
    for (let round = 0; round < 30; round++) {
      journal.append(Array.from({ length: 30 }, () => frame({ raw: 'x'.repeat(9000) })))
      await journal.flush()
    }
    const pages = (): number => {
      const db = new DatabaseSync(join(folder, JOURNAL_FILE), { readOnly: true })
      const row = db.prepare('PRAGMA page_count').get()
      db.close()
      return row?.['page_count'] as number
    }
    const before = pages()
    await journal.retain({ keepMs: 1e12, maxBytes: 1_000_000, now: 0, owedFrom: null })
    assert.ok(pages() < before / 2, `${pages()} of ${before}`)
  })

  test('JN11 what the index lacked is found again after a start that no closing preceded', async () => {
    const journal = await open()
    journal.append(traffic(1000))
    await journal.flush()
    const copy = join(folder, 'copy')
    mkdirSync(copy)
    // A backup holds what a kill would have left: no chunk rows of what was waiting.
    await journal.backup(join(copy, JOURNAL_FILE))
    const other = await SqliteJournal.open({ folder: copy })
    journals.push(other)
    assert.deepEqual(everything(other), everything(journal))
    other.append(traffic(200, 1000))
    journal.append(traffic(200, 1000))
    await Promise.all([other.flush(), journal.flush()])
    assert.deepEqual(everything(other), everything(journal))
    await other.close()
    assert.equal((await verifyJournal(copy)).problem, null)
  })

  test('JN16 a full disk: nothing is lost, nothing is called synced, work resumes by itself', async () => {
    const journal = await open({ rehearsal: { maxPages: 40 } })
    const told: (string | null)[] = []
    journal.onFailed((failure) => told.push(failure?.kind ?? null))
    let synced = 0
    journal.onSynced((upTo) => {
      synced = upTo
    })
    for (let round = 0; round < 20; round++) journal.append(traffic(200, round * 200))
    await eventually(() => told.length > 0, 'the disk is full')
    assert.equal(existsSync(join(folder, 'ballast')), false)
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
    assert.equal(existsSync(join(folder, 'ballast')), true)
    await journal.close()
    assert.equal((await verifyJournal(folder)).problem, null)
  })

  test('JN17 an I/O error: the handle is dropped, the store opened anew, nothing is lost or twice', async () => {
    const journal = await open()
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
    assert.equal((await verifyJournal(folder)).problem, null)
  })

  test('JN12 what cannot be kept while writing fails is on record as lost', async () => {
    const journal = await open({ waitingBytes: 20_000, rehearsal: { failCommits: 4 }, retryMs: 50 })
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
    const report = await verifyJournal(folder)
    assert.equal(report.problem, null)
    assert.deepEqual(report.lost, [lost])
    const again = await open()
    assert.equal(again.next, 561)
  })

  test('JN19 a store of a newer format is refused and left as it was', async () => {
    await (await open()).close()
    const db = new DatabaseSync(join(folder, JOURNAL_FILE))
    db.exec('PRAGMA user_version = 99')
    db.close()
    await assert.rejects(open(), { code: 'BB-STORE-002' })
    await assert.rejects(verifyJournal(folder), { code: 'BB-STORE-002' })
    await assert.rejects(openJournal({ folder, strict: false, now: 0 }), { code: 'BB-STORE-002' })
    assert.ok(existsSync(join(folder, JOURNAL_FILE)))
  })

  test('JN23 a backup under load is consistent, verified, and does not stop the writing', async () => {
    const journal = await open({ windowPositions: 2048 })
    for (let round = 0; round < 40; round++) {
      journal.append(traffic(500, round * 500))
      await journal.flush()
    }
    let running = true
    const load = (async () => {
      for (let round = 0; running; round++) {
        journal.append(traffic(20, round * 20))
        await journal.flush()
      }
    })()
    const before = journal.synced
    const report = await backupRunning(journal, join(folder, 'copy.db'))
    const after = journal.synced
    running = false
    await load
    assert.equal(report.problem, null)
    assert.ok(report.last >= before && report.last <= after)
    assert.ok(after > before, 'the journal went on meanwhile')
    assert.equal((await verifyStore(join(folder, 'copy.db'))).entries, report.last)
    assert.equal(existsSync(join(folder, 'copy.db.part')), false)
    await assert.rejects(backupRunning(journal, join(folder, 'copy.db')), { code: 'BB-STORE-012' })
  })

  test('a closed journal says so', async () => {
    const journal = await open()
    journal.append(traffic(10))
    await journal.close()
    await journal.close()
    assert.throws(() => journal.append(traffic(1)), { code: 'BB-STORE-016' })
    await assert.rejects(journal.settled(), { code: 'BB-STORE-016' })
  })
})
