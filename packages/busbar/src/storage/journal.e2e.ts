import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { takeDataFolder } from './data-folder.ts'
import { verifyJournal } from './journal-care.ts'
import { SqliteJournal } from './journal-sqlite.ts'

const ROUNDS = 10

describe('the journal under kill -9', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busbar-kill-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** Runs the child on the folder and kills it some time after it opened; gives the last position it called synced. */
  const runAndKill = (afterMs: number): Promise<{ readonly opened: number; readonly synced: number }> => {
    const script = fileURLToPath(new URL('./journal-load.child.ts', import.meta.url))
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    const { promise, resolve, reject } = Promise.withResolvers<{ opened: number; synced: number }>()
    let opened = -1
    let synced = 0
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (opened < 0) {
        opened = Number(line.replace('opened ', ''))
        synced = opened
        setTimeout(() => child.kill('SIGKILL'), afterMs)
      } else synced = Number(line)
    })
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve({ opened, synced })
      else reject(new Error('The child ended by itself.'))
    })
    return promise
  }

  test('JN2 JN10 JN14 every position called synced is there, without holes, and the store verifies', async () => {
    let before = 0
    for (let round = 0; round < ROUNDS; round++) {
      const { opened, synced } = await runAndKill(20 + ((round * 137) % 400))
      assert.ok(opened >= before, 'what one start had, the next one has')
      const report = await verifyJournal(folder)
      assert.equal(report.problem, null, `round ${round}`)
      assert.ok(report.last >= synced, `round ${round}: ${synced} was called synced, ${report.last} is there`)
      assert.equal(report.entries, report.last)
      before = report.last
    }
    assert.ok(before > 1000, `${before} entries`)
    const journal = await SqliteJournal.open({ folder })
    assert.equal(journal.synced, before)
    assert.ok(journal.foldPosition('twin').position <= before)
    for (const number of [0, 17, 49]) {
      const found = journal.timeline({ station: `CS-${number}`, order: 'asc', limit: before })
      const expected = Array.from({ length: before }, (_, index) => index + 1).filter((at) => at % 50 === number)
      assert.deepEqual(
        found.map(({ position }) => position),
        expected,
      )
      assert.ok(found.every(({ position, entry }) => entry.kind === 'frame' && entry.messageId === String(position)))
    }
    await journal.close()
  })

  test('JN18 a second process is told who holds the folder, and the lock dies with its holder', async () => {
    const source = fileURLToPath(new URL('./data-folder.ts', import.meta.url))
    const code = `const { takeDataFolder } = await import(${JSON.stringify(source)})
      takeDataFolder(${JSON.stringify(folder)}, Date.now()); console.log('held'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
    assert.throws(() => takeDataFolder(folder, 0), {
      code: 'BB-STORE-001',
      message: new RegExp(`process ${child.pid} on`),
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.kill('SIGKILL')
    await ended
    takeDataFolder(folder, 0).release()
  })
})
