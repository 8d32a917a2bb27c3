import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Entry } from '@busbar/core/journal/entry.ts'
import { frame, otherEntries } from './journal.contract.ts'
import { backupJournal, exportJournal, importJournal, restoreJournal, verifyJournal } from './journal-care.ts'
import { JOURNAL_FILE } from './journal-schema.ts'
import { SqliteJournal } from './journal-sqlite.ts'

let folder = ''
const store = (): string => join(folder, JOURNAL_FILE)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-care-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** A closed store with entries in blocks and in batches, a lost range and a fold. */
async function makeStore(path: string): Promise<void> {
  mkdirSync(path, { recursive: true })
  const journal = await SqliteJournal.open({
    folder: path,
    windowPositions: 256,
    waitingBytes: 1,
    retryMs: 10,
    rehearsal: { failCommits: 1 },
  })
  const failed = Promise.withResolvers<void>()
  const recovered = Promise.withResolvers<void>()
  journal.onFailed((failure) => (failure === null ? recovered : failed).resolve())
  journal.append([frame()])
  await failed.promise
  journal.append([frame(), frame()])
  await recovered.promise
  for (let round = 0; round < 20; round++) {
    const entries: Entry[] = Array.from({ length: 40 }, (_, index) =>
      frame({
        at: round * 40 + index,
        station: index % 9 === 0 ? null : `CS-${index % 5}`,
        raw: `[2,"${round}-${index}ü"]`,
      }),
    )
    journal.append([...entries, ...otherEntries])
    await journal.flush()
  }
  journal.snapshot({
    fold: 'twin',
    position: journal.next - 1,
    version: 1,
    put: [{ key: 'a', station: null, from: 1, to: null, body: '{}' }],
    remove: [],
  })
  await journal.flush()
  await journal.settled()
  await journal.close()
}

async function exported(path: string): Promise<string[]> {
  const lines: string[] = []
  await exportJournal(path, (line) => void lines.push(line))
  return lines
}

function change(sql: string, ...values: (string | number | Uint8Array)[]): void {
  const db = new DatabaseSync(store())
  db.prepare(sql).run(...values)
  db.close()
}

describe('verify', () => {
  test('JN21 a whole store has no problem, and its lost positions are named', async () => {
    await makeStore(folder)
    const report = await verifyJournal(folder)
    assert.equal(report.problem, null)
    assert.deepEqual([report.first, report.last, report.entries], [1, 903, 901])
    assert.deepEqual(
      report.lost.map(({ first, last }) => [first, last]),
      [[2, 3]],
    )
  })

  test('JN21 a changed byte anywhere in a batch or a block is found', async () => {
    await makeStore(folder)
    const original = join(folder, 'original.db')
    copyFileSync(store(), original)
    const db = new DatabaseSync(original, { readOnly: true })
    const rows = [
      ...db.prepare("SELECT 'batch' AS name, first AS id, bytes FROM batch").all(),
      ...db.prepare("SELECT 'block' AS name, id, bytes FROM block").all(),
    ] as { name: string; id: number; bytes: Uint8Array }[]
    db.close()
    const few = rows.filter((_, index) => index % 3 === 0)
    assert.ok(few.length >= 6 && new Set(few.map(({ name }) => name)).size === 2)
    // Chosen by a fixed sequence, so that a failure can be repeated.
    let chance = 12_345
    for (const { name, id, bytes } of few) {
      for (let round = 0; round < 4; round++) {
        chance = (chance * 1_103_515_245 + 12_345) % 2 ** 31
        const changed = Uint8Array.from(bytes)
        const at = chance % changed.length
        changed[at] = changed[at]! ^ (1 << (round * 2))
        copyFileSync(original, store())
        change(`UPDATE ${name} SET bytes = ? WHERE ${name === 'batch' ? 'first' : 'id'} = ?`, changed, id)
        const { problem } = await verifyJournal(folder)
        assert.ok(problem !== null, `byte ${at} of ${name} ${id}`)
        assert.match(problem.code, /^BB-STORE-0(08|09|10|11)$/)
        assert.ok(problem.first >= 1 && problem.last <= 903)
      }
    }
  })

  test('JN21 removed rows, a mended chain, a wrong index: each is found with its code', async () => {
    await makeStore(folder)
    const original = join(folder, 'original.db')
    copyFileSync(store(), original)
    for (const [sql, code] of [
      ['DELETE FROM batch WHERE first = (SELECT min(first) FROM batch)', 'BB-STORE-010'],
      ['DELETE FROM block WHERE id = (SELECT max(id) FROM block)', 'BB-STORE-010'],
      ['DELETE FROM window WHERE first = (SELECT max(first) FROM window)', 'BB-STORE-010'],
      ['DELETE FROM lost', 'BB-STORE-010'],
      ['DELETE FROM chain WHERE last = 512', 'BB-STORE-009'],
      ["UPDATE chain SET prev = x'00' WHERE last = 512", 'BB-STORE-009'],
      ["UPDATE batch SET hash = x'00' WHERE first = (SELECT max(first) FROM batch)", 'BB-STORE-009'],
      ["UPDATE block SET station = 'CS-9' WHERE id = 2", 'BB-STORE-011'],
      ['UPDATE block SET to_at = 0 WHERE id = 2', 'BB-STORE-011'],
      ["UPDATE chunk SET station = 'CS-9' WHERE station = 'CS-1'", 'BB-STORE-011'],
      ["DELETE FROM chunk WHERE station = 'CS-1'", 'BB-STORE-011'],
      ["UPDATE chunk SET positions = x'01' WHERE station = 'CS-1'", 'BB-STORE-011'],
    ] as const) {
      copyFileSync(original, store())
      change(sql)
      assert.equal((await verifyJournal(folder)).problem?.code, code, sql)
    }
  })

  test('JN21 a file that is no store, and none at all', async () => {
    assert.throws(() => verifyJournal(folder), { code: 'BB-STORE-014' })
    const db = new DatabaseSync(store())
    db.exec('CREATE TABLE other (x)')
    db.close()
    assert.equal((await verifyJournal(folder)).problem?.code, 'BB-STORE-003')
  })
})

describe('export and import', () => {
  test('JN22 a whole export makes the same journal with the same chain', async () => {
    await makeStore(join(folder, 'a'))
    const lines = await exported(join(folder, 'a'))
    const result = await importJournal(lines, join(folder, 'b'))
    assert.deepEqual(result, { entries: 901, first: 1, last: 903 })
    assert.deepEqual(await exported(join(folder, 'b')), lines)
    assert.equal((await verifyJournal(join(folder, 'b'))).problem, null)
    const chainOf = (name: string): unknown => {
      const db = new DatabaseSync(join(folder, name, JOURNAL_FILE), { readOnly: true })
      const rows = db.prepare('SELECT * FROM chain ORDER BY last').all()
      db.close()
      return rows
    }
    assert.deepEqual(chainOf('b'), chainOf('a'))
    const journal = await SqliteJournal.open({ folder: join(folder, 'b') })
    assert.equal(journal.next, 904)
    const ofOne = lines.filter((line) => line.includes('"station":"CS-1"')).length
    assert.equal(journal.timeline({ station: 'CS-1', order: 'asc', limit: 10_000 }).length, ofOne)
    await journal.close()
  })

  test('JN22 a filtered export keeps positions; what it left out is on record', async () => {
    await makeStore(join(folder, 'a'))
    const lines: string[] = []
    const filter = { station: 'CS-1', kinds: new Set(['frame'] as const), after: 50, from: 0, to: 700 }
    const count = await exportJournal(join(folder, 'a'), async (line) => void lines.push(line), filter)
    assert.equal(count, lines.length - 1)
    await importJournal(lines, join(folder, 'b'))
    const report = await verifyJournal(join(folder, 'b'))
    assert.equal(report.problem, null)
    assert.equal(report.entries, count)
    assert.equal(report.last, 903)
  })

  test('JN22 a faulty import names its line and leaves nothing behind', async () => {
    await makeStore(join(folder, 'a'))
    const lines = await exported(join(folder, 'a'))
    for (const [faulty, line] of [
      [[], /empty/],
      [['x'], /Line 1/],
      [lines.slice(1), /Line 1/],
      [[...lines, '{"position":'], /Line 904/],
      [[...lines, lines[1]!], /Line 904/],
      [[lines[0]!, lines[1]!.replace('"redacted":false', '"redacted":1')], /Line 2.*redacted/],
      [[lines[0]!, lines[1]!.replace('"kind":"frame"', '"kind":"freme"')], /Line 2.*kind/],
      [[lines[0]!, '', '{"lost":{"first":5,"last":1,"reason":"x"}}'], /Line 3/],
    ] as const) {
      await assert.rejects(importJournal(faulty, join(folder, 'b')), { code: 'BB-STORE-013', message: line })
      assert.deepEqual(readdirSync(join(folder, 'b')), [])
    }
    await assert.rejects(importJournal(lines, join(folder, 'a')), { code: 'BB-STORE-012' })
  })
})

describe('backup and restore', () => {
  test('JN23 a backup from outside while the broker writes, and its return', async () => {
    const journal = await SqliteJournal.open({ folder })
    journal.append(Array.from({ length: 3000 }, (_, index) => frame({ at: index })))
    await journal.flush()
    journal.append([frame()])
    const target = join(folder, 'backup.db')
    const report = await backupJournal(folder, target)
    assert.equal(report.problem, null)
    assert.ok(report.entries >= 3000)
    journal.append([frame()])
    await journal.close()
    await assert.rejects(backupJournal(folder, target), { code: 'BB-STORE-012' })

    const options = { overwrite: false, now: Date.UTC(2026, 0, 31, 12) }
    await assert.rejects(restoreJournal(target, folder, options), { code: 'BB-STORE-012' })
    await restoreJournal(target, folder, { ...options, overwrite: true })
    assert.ok(existsSync(join(folder, 'journal.replaced-20260131T120000Z')))
    const restored = await SqliteJournal.open({ folder })
    assert.equal(restored.synced, report.last)
    assert.equal(restored.timeline({ station: 'CS-1', order: 'desc', limit: 5000 }).length, report.entries)
    await restored.close()
  })

  test('JN23 a damaged backup is not restored', async () => {
    await makeStore(join(folder, 'a'))
    const target = join(folder, 'backup.db')
    await backupJournal(join(folder, 'a'), target)
    const db = new DatabaseSync(target)
    db.exec('DELETE FROM batch')
    db.close()
    mkdirSync(join(folder, 'b'))
    const options = { overwrite: false, now: 0 }
    await assert.rejects(restoreJournal(target, join(folder, 'b'), options), /BB-STORE-0/)
    assert.deepEqual(readdirSync(join(folder, 'b')), [])
    await assert.rejects(restoreJournal(join(folder, 'none'), join(folder, 'b'), options), { code: 'BB-STORE-014' })
  })
})
