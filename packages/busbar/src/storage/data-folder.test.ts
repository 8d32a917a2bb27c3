import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { holderOf, installationKey, KEY_FILE, takeDataFolder } from './data-folder.ts'

describe('data folder', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'busbar-folder-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('JN18 it is made for its owner alone and held by one', () => {
    const path = join(folder, 'deep', 'data')
    const held = takeDataFolder(path, Date.UTC(2026, 0, 1))
    assert.equal(statSync(path).mode & 0o777, 0o700)
    assert.deepEqual(holderOf(path), { pid: process.pid, host: hostname(), since: '2026-01-01T00:00:00.000Z' })
    assert.throws(
      () => takeDataFolder(path, 0),
      (error: Error & { code?: string }) =>
        error.code === 'BB-STORE-001' &&
        error.message.includes(String(process.pid)) &&
        error.message.includes(hostname()),
    )
    held.release()
    assert.equal(holderOf(path), null)
    takeDataFolder(path, 0).release()
  })

  test('JN18 the note of a holder that died holds nobody up', () => {
    writeFileSync(join(folder, 'lock.json'), '{"pid":1,"host":"elsewhere","since":"2020-01-01T00:00:00.000Z"}')
    takeDataFolder(folder, 0).release()
    writeFileSync(join(folder, 'lock.json'), 'rubbish')
    assert.equal(holderOf(folder), null)
  })

  test('JN18 a folder that cannot be one is refused', () => {
    writeFileSync(join(folder, 'file'), '')
    assert.throws(() => takeDataFolder(join(folder, 'file'), 0), { code: 'BB-STORE-014' })
    assert.throws(() => takeDataFolder(join(folder, 'file', 'below'), 0), { code: 'BB-STORE-014' })
  })

  test('JN25 the key is made once, for its owner alone, and never replaced', () => {
    const key = installationKey(folder)
    assert.equal(key.length, 32)
    assert.equal(statSync(join(folder, KEY_FILE)).mode & 0o777, 0o600)
    assert.deepEqual(installationKey(folder), key)
    truncateSync(join(folder, KEY_FILE), 7)
    assert.throws(() => installationKey(folder), { code: 'BB-STORE-015' })
    assert.throws(() => installationKey(join(folder, 'none')), { code: 'BB-STORE-015' })
  })
})
