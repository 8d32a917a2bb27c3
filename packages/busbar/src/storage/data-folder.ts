// The folder in which one installation keeps everything: made for its owner alone, locked by one process at a time, and
// holding the installation key. The lock is SQLite's exclusive lock on a small file of its own: it dies with the process,
// however that ends, so there is nothing stale to clear away (rules JN18, JN25).

import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createDurably } from './durable-file.ts'
import { reasonOf, StoreError, sqliteCodeOf } from './store-fault.ts'

/** Name of the installation key in the data folder. */
export const KEY_FILE = 'busbar.key'
const KEY_BYTES = 32

const LOCK_FILE = 'lock.db'
const HOLDER_FILE = 'lock.json'
const SQLITE_BUSY = 5

/** Locks in force. Kept here because a handle that nobody refers to is closed, and its lock with it. */
const heldLocks = new Set<DatabaseSync>()

/** A data folder held by this process. */
export interface DataFolder {
  readonly path: string
  /** Lets go of the lock; the folder must not be used afterwards. */
  release(): void
}

/** Who holds a folder. */
export interface LockHolder {
  readonly pid: number
  readonly host: string
  /** When it took the lock, ISO 8601. */
  readonly since: string
}

/**
 * Takes a data folder for this process, making it when it is not there.
 * @param path absolute path
 * @param now wall time in milliseconds, for whoever is refused later
 * @throws StoreError BB-STORE-001 when another process holds it, -014 when it cannot be used
 */
export function takeDataFolder(path: string, now: number): DataFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new StoreError('BB-STORE-014', reasonOf(error), error)
  }
  const lock = takeLock(path)
  heldLocks.add(lock)
  const holder: LockHolder = { pid: process.pid, host: hostname(), since: new Date(now).toISOString() }
  const note = join(path, HOLDER_FILE)
  writeFileSync(note, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  return {
    path,
    release(): void {
      if (!heldLocks.delete(lock)) return
      rmSync(note, { force: true })
      lock.close()
    },
  }
}

function takeLock(path: string): DatabaseSync {
  let lock: DatabaseSync | null = null
  try {
    lock = new DatabaseSync(join(path, LOCK_FILE), { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (sqliteCodeOf(error) !== SQLITE_BUSY) throw new StoreError('BB-STORE-014', reasonOf(error), error)
    const holder = holderOf(path)
    const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.host} since ${holder.since}`
    throw new StoreError('BB-STORE-001', `${path} is held by ${who}.`, error)
  }
}

/** Who holds the folder according to the note it left; null when there is none that can be read. */
export function holderOf(path: string): LockHolder | null {
  try {
    const note: unknown = JSON.parse(readFileSync(join(path, HOLDER_FILE), 'utf8'))
    if (typeof note !== 'object' || note === null) return null
    const { pid, host, since } = note as Record<string, unknown>
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof since !== 'string') return null
    return { pid, host, since }
  } catch {
    return null
  }
}

/**
 * The installation key: made at the first start, read at every other one.
 * @returns 32 bytes
 * @throws StoreError BB-STORE-015 when the file holds something else; it is never replaced silently
 */
export function installationKey(path: string): Uint8Array {
  const file = join(path, KEY_FILE)
  try {
    if (!existsSync(file)) createDurably(file, randomBytes(KEY_BYTES), 0o600)
    const key = readFileSync(file)
    if (key.length !== KEY_BYTES) throw new Error(`It has ${key.length} bytes instead of ${KEY_BYTES}.`)
    return key
  } catch (error) {
    throw new StoreError('BB-STORE-015', `${file}: ${reasonOf(error)}`, error)
  }
}
