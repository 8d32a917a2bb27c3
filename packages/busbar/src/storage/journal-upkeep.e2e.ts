import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { compactWindow } from './compaction.ts'
import { frame } from './journal.contract.ts'
import { backupRunning, verifyJournal, verifyStore } from './journal-care.ts'
import { everything, JournalRig, traffic } from './journal-rig.ts'
import { JOURNAL_FILE, openForWriting } from './journal-schema.ts'

describe('looking after the journal while it is in use', () => {
  const rig = new JournalRig()

  test('JN14 compaction cannot be seen by readers and takes the place of the batches', async () => {
    let journal = await rig.open({ compact: false })
    for (let round = 0; round < 30; round++) {
      journal.append(traffic(100, round * 100))
      await journal.flush()
    }
    const before = everything(journal)
    await journal.close()
    journal = await rig.open({ windowPositions: 512 })
    await journal.settled()
    assert.ok(rig.rowsOf('window') >= 4)
    assert.ok(rig.rowsOf('batch') < 12)
    assert.deepEqual(everything(journal), before)
    await journal.close()
    assert.equal((await verifyJournal(rig.folder)).problem, null)
  })

  test('JN13 questions asked while entries are compacted and pruned get whole answers', async () => {
    let journal = await rig.open({ compact: false })
    for (let round = 0; round < 20; round++) {
      journal.append(traffic(300, round * 300))
      await journal.flush()
    }
    const wholeRead = journal.read(1, 10_000)
    const filter = { station: 'CS-3', order: 'desc', limit: 10_000 } as const
    const wholeTimeline = journal.timeline(filter)
    await journal.close()
    journal = await rig.open({ windowPositions: 256 })
    let settled = false
    const done = journal.settled().then(() => {
      settled = true
    })
    let asked = 0
    const seen = new Set<number>()
    while (!settled) {
      if (++asked === 5) journal.prune(1000)
      const { first } = journal.statistics()
      seen.add(rig.rowsOf('window'))
      const timeline = journal.timeline(filter)
      const read = journal.read(1, 300)
      // Pruning may fall between two questions, never within one.
      const from = read[0]!.position
      assert.ok(from >= first && (from === 1 || from === 1001))
      assert.deepEqual(read, wholeRead.slice(from - 1, from + 299))
      const kept = wholeTimeline.filter(({ position }) => position > 1000)
      assert.deepEqual(timeline, timeline.length === kept.length ? kept : wholeTimeline)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await done
    assert.ok(asked > 5 && seen.size > 2, `${asked} questions, ${seen.size} states`)
  })

  test('JN6 compaction that meets a damaged entry is told, and writing goes on', async () => {
    const filled = await rig.open({ compact: false })
    for (let round = 0; round < 20; round++) {
      filled.append(traffic(50, round * 50))
      await filled.flush()
    }
    await filled.close()
    const db = new DatabaseSync(join(rig.folder, JOURNAL_FILE))
    db.exec('UPDATE batch SET bytes = zeroblob(200) WHERE first = 101')
    db.close()
    const journal = await rig.open({ windowPositions: 256 })
    const faults: string[] = []
    journal.onFault(({ code }) => faults.push(code))
    await journal.settled()
    journal.append(traffic(50, 1000))
    await journal.flush()
    await journal.settled()
    assert.deepEqual(faults, ['BB-STORE-008'])
    assert.equal(journal.synced, 1050)
    assert.equal(rig.rowsOf('window'), 0)
    assert.equal(journal.read(1, 100).length, 100)
    assert.throws(() => journal.read(1, 200), { code: 'BB-STORE-008' })
    assert.equal((await verifyJournal(rig.folder)).problem?.first, 101)
  })

  test('JN14 compaction stays behind the folds', async () => {
    const journal = await rig.open({ windowPositions: 64 })
    journal.append([frame()])
    journal.snapshot({ fold: 'twin', position: 1, version: 1, put: [], remove: [] })
    for (let round = 0; round < 10; round++) {
      journal.append(traffic(60))
      journal.snapshot({ fold: 'sessions', position: journal.next - 1, version: 1, put: [], remove: [] })
      await journal.flush()
    }
    await journal.settled()
    assert.equal(rig.rowsOf('window'), 0)
    journal.snapshot({ fold: 'twin', position: 601, version: 1, put: [], remove: [] })
    await journal.flush()
    await journal.settled()
    assert.ok(rig.rowsOf('window') > 0)
  })

  test('JN14 an interrupted compaction leaves one form in force, whatever step it came to', async () => {
    let journal = await rig.open({ compact: false })
    for (let round = 0; round < 20; round++) {
      journal.append(traffic(50, round * 50))
      await journal.flush()
    }
    const before = everything(journal)
    await journal.close()
    // Each round lets the compaction go one slice further before it is cut off, as a kill would.
    let finished = false
    for (let slices = 0; !finished && slices < 60; slices += 2) {
      const db = openForWriting(join(rig.folder, JOURNAL_FILE))
      const job = compactWindow(db, 768, 128)
      for (let slice = 0; slice <= slices && !finished; slice++) finished = job.next().done === true && slices > 40
      db.close()
      assert.equal((await verifyJournal(rig.folder)).problem, null, `after ${slices} slices`)
    }
    journal = await rig.open({ compact: false })
    await journal.settled()
    assert.deepEqual(everything(journal), before)
    assert.ok(rig.rowsOf('window') > 1)
  })

  test('JN15 pruning takes rows away, in blocks and in batches, and verify still holds', async () => {
    const journal = await rig.open({ windowPositions: 256 })
    for (let round = 0; round < 40; round++) {
      journal.append(traffic(50, round * 50))
      await journal.flush()
    }
    await journal.settled()
    const windows = rig.rowsOf('window')
    assert.ok(windows >= 4)
    const whole = journal.read(1, 10_000)
    for (const upTo of [300, 700, 1990]) {
      journal.prune(upTo)
      await journal.settled()
      assert.equal(journal.statistics().first, upTo + 1)
      assert.deepEqual(journal.read(1, 10_000), whole.slice(upTo))
      assert.equal((await verifyJournal(rig.folder)).problem, null)
    }
    assert.equal(rig.rowsOf('window'), 0)
    assert.ok(rig.rowsOf('batch') < 12)
    assert.ok(rig.rowsOf('chain') < 3)
    assert.ok(journal.timeline({ station: 'CS-1', order: 'asc', limit: 5 }).every(({ position }) => position > 1990))
  })

  test('JN15 retention by age, by size, and never what a backend is owed', async () => {
    const journal = await rig.open({ windowPositions: 256 })
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
    assert.equal((await verifyJournal(rig.folder)).problem, null)
  })

  test('JN15 retention gives room back to the file system', async () => {
    const journal = await rig.open({ compact: false })
    for (let round = 0; round < 30; round++) {
      journal.append(Array.from({ length: 30 }, () => frame({ raw: 'x'.repeat(9000) })))
      await journal.flush()
    }
    const pages = (): number => {
      const db = new DatabaseSync(join(rig.folder, JOURNAL_FILE), { readOnly: true })
      const row = db.prepare('PRAGMA page_count').get()
      db.close()
      return row?.['page_count'] as number
    }
    const before = pages()
    await journal.retain({ keepMs: 1e12, maxBytes: 1_000_000, now: 0, owedFrom: null })
    assert.ok(pages() < before / 2, `${pages()} of ${before}`)
  })

  test('JN23 a backup under load is consistent, verified, and does not stop the writing', async () => {
    const journal = await rig.open({ windowPositions: 2048 })
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
    const report = await backupRunning(journal, join(rig.folder, 'copy.db'))
    const after = journal.synced
    running = false
    await load
    assert.equal(report.problem, null)
    assert.ok(report.last >= before && report.last <= after)
    assert.ok(after > before, 'the journal went on meanwhile')
    assert.equal((await verifyStore(join(rig.folder, 'copy.db'))).entries, report.last)
    assert.equal(existsSync(join(rig.folder, 'copy.db.part')), false)
    await assert.rejects(backupRunning(journal, join(rig.folder, 'copy.db')), { code: 'BB-STORE-012' })
  })
})
