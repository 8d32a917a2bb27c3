// Copies of a store and their return. A copy counts as made only when it has been read from end to end; what a restore
// replaces is set aside, not deleted (rule JN23).

import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { renameDurably } from './durable-file.ts'
import { JOURNAL_FILE, openForReading } from './journal-schema.ts'
import { type VerifyReport, verifyStore } from './journal-verify.ts'
import { StoreError } from './store-fault.ts'

/** Makes a consistent copy of itself under a path while it is in use: what a running broker's journal offers. */
export interface BackupSource {
  backup(toFile: string): Promise<void>
}

/**
 * Backs up a data folder from outside, whether a broker runs on it or not. It copies one state of the store in one go;
 * meanwhile the broker writes on, and its log grows by what it writes.
 * @param folder the data folder
 * @param toFile where the copy goes; must not exist
 * @returns what reading the copy showed
 * @throws StoreError BB-STORE-012 when the target exists, -014 when there is no store, the copy's first problem otherwise
 */
export function backupJournal(folder: string, toFile: string): Promise<VerifyReport> {
  const file = join(folder, JOURNAL_FILE)
  if (!existsSync(file)) throw new StoreError('BB-STORE-014', `There is no journal in ${folder}.`)
  return copyAndVerify(toFile, async (part) => {
    const db = openForReading(file)
    try {
      db.prepare('VACUUM INTO ?').run(part)
    } finally {
      db.close()
    }
  })
}

/**
 * Backs up the journal of this process.
 * @param journal the open journal; it copies in small steps between its commits
 * @returns what reading the copy showed
 */
export function backupRunning(journal: BackupSource, toFile: string): Promise<VerifyReport> {
  return copyAndVerify(toFile, (part) => journal.backup(part))
}

async function copyAndVerify(toFile: string, copy: (part: string) => Promise<void>): Promise<VerifyReport> {
  const target = resolve(toFile)
  if (existsSync(target)) throw new StoreError('BB-STORE-012', `${target} exists.`)
  const part = `${target}.part`
  removeStore(part)
  try {
    await copy(part)
    const report = await verifyStore(part)
    if (report.problem !== null) throw new StoreError(report.problem.code, `The copy: ${report.problem.detail}`)
    for (const suffix of ['-wal', '-shm']) rmSync(part + suffix, { force: true })
    renameDurably(part, target)
    return report
  } catch (error) {
    removeStore(part)
    throw error
  }
}

export interface RestoreOptions {
  /** Whether a store that is there may be replaced; it is set aside as journal.replaced-<time>. */
  readonly overwrite: boolean
  /** Wall time in milliseconds, for that name. */
  readonly now: number
}

/**
 * Puts a backup in place of a folder's store. The folder must be held by this process.
 * @param fromFile a backup
 * @returns what reading the backup showed
 * @throws StoreError BB-STORE-012 when there is a store and it may not be replaced; the backup's first problem
 */
export async function restoreJournal(fromFile: string, folder: string, options: RestoreOptions): Promise<VerifyReport> {
  const file = join(folder, JOURNAL_FILE)
  if (existsSync(file) && !options.overwrite) throw new StoreError('BB-STORE-012', `${file} exists.`)
  if (!existsSync(fromFile)) throw new StoreError('BB-STORE-014', `There is no ${fromFile}.`)
  const part = `${file}.part`
  removeStore(part)
  try {
    copyFileSync(fromFile, part)
    const report = await verifyStore(part)
    if (report.problem !== null) throw new StoreError(report.problem.code, `The backup: ${report.problem.detail}`)
    for (const suffix of ['-wal', '-shm']) rmSync(part + suffix, { force: true })
    if (existsSync(file)) setAside(file, `journal.replaced-${timeForName(options.now)}`)
    renameDurably(part, file)
    return report
  } catch (error) {
    removeStore(part)
    throw error
  }
}

/** Renames a store with its log; gives the new path. */
export function setAside(file: string, name: string): string {
  const target = join(file, '..', name)
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix)
  }
  return target
}

/** A time as it stands in the name of a file, such as 20260131T120000Z. */
export function timeForName(now: number): string {
  return new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}

function removeStore(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}
