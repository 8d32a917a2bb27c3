// The writer thread: the only place that writes the store while a broker runs. It commits what the main thread hands over,
// does the work that may wait in between, and deals with a disk that does not do as it is told: a full one is tried again
// every second, and after any other error the handle is never used again (rules JN16, JN17, trap T31).

import { dirname } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { Position } from '@busbar/core/base/moment.ts'
import { BackgroundWork } from './background-work.ts'
import { CommitLog } from './commit-log.ts'
import { compactedUpTo, compactWindow, removeLeftovers } from './compaction.ts'
import { DiskReserve, probeSync } from './disk-reserve.ts'
import type { Commit, FromWriter, Rehearsal, RetentionPolicy, ToWriter, WriterSettings } from './journal-protocol.ts'
import { numberFrom, openForWriting } from './journal-schema.ts'
import { foldedUpTo, prune, removePruned, retain } from './retention.ts'
import { isDamage, reasonOf, StoreError, sqliteCode, sqliteCodeOf } from './store-fault.ts'

/** Log pages after which the writer moves them into the database: 8 MiB, some milliseconds of writing. */
const CHECKPOINT_PAGES = 1000
/** Record bytes between two looks at the size of the log. */
const CHECKPOINT_LOOK_BYTES = 256 * 1024
/** Longest wait between two attempts to open a store again; a check of a large one takes its time. */
const LONGEST_RETRY_MS = 60_000
/** Pages per step of a backup: 2 MiB, after which a commit gets its turn. */
const BACKUP_PAGES = 256

type Trouble = 'none' | 'full' | 'io'

class JournalWriter {
  readonly #settings: WriterSettings
  readonly #tell: (message: FromWriter, transfer?: readonly ArrayBuffer[]) => void
  readonly #background: BackgroundWork
  readonly #reserve: DiskReserve
  #db: DatabaseSync | null = null
  #log: CommitLog | null = null
  #trouble: Trouble = 'none'
  #waiting: Commit | null = null
  #waitingSince = 0
  #attempts = 0
  #bytesSinceLook = 0
  #failCommits: number
  /** Folds the main thread knows of. */
  #folds: readonly string[] = []
  #closing = false
  /** Compaction came across something it could not read: it rests until the next start, and was reported. */
  #compactionStuck = false

  constructor(settings: WriterSettings, tell: (message: FromWriter, transfer?: readonly ArrayBuffer[]) => void) {
    this.#settings = settings
    this.#reserve = new DiskReserve(settings.reserve)
    this.#tell = tell
    this.#failCommits = settings.rehearsal.failCommits ?? 0
    this.#background = new BackgroundWork(
      (error) => this.#backgroundFailed(error),
      () => this.#lookAtLog(),
    )
  }

  open(): void {
    try {
      const { log, db } = this.#openStore()
      this.#background.add('tidy', () => removeLeftovers(db))
      this.#background.add('tidy', () => removePruned(db, log.chained))
      this.#tell({ kind: 'opened', last: log.last })
    } catch (error) {
      const code = error instanceof StoreError ? error.code : null
      this.#tell({ kind: 'refused', code, detail: reasonOf(error), damage: isDamage(error) })
    }
  }

  hear(message: ToWriter): void {
    switch (message.kind) {
      case 'commit':
        this.#waiting = message.commit
        this.#waitingSince = performance.now()
        if (this.#trouble === 'none') this.#commit()
        return
      case 'prune':
        this.#folds = message.folds
        this.#withStore((db) => prune(db, message.upTo, this.#bounds()))
        return
      case 'retain':
        this.#folds = message.folds
        this.#retain(message.policy, message.id)
        return
      case 'backup':
        void this.#backup(message.toFile, message.id)
        return
      case 'settle':
        this.#settle(message.id)
        return
      case 'rehearse':
        this.#rehearse(message.rehearsal)
        return
      case 'forgetFold':
        this.#withStore(function* (db) {
          db.prepare('DELETE FROM document WHERE fold = ?').run(message.fold)
          db.prepare('DELETE FROM fold WHERE fold = ?').run(message.fold)
          yield
        })
        return
      case 'close':
        this.#close()
    }
  }

  #openStore(): { db: DatabaseSync; log: CommitLog } {
    const db = openForWriting(this.#settings.file)
    try {
      const log = new CommitLog(db)
      this.#db = db
      this.#log = log
      this.#reserve.hold()
      this.#boundPages(this.#settings.rehearsal.maxPages)
      return { db, log }
    } catch (error) {
      db.close()
      throw error
    }
  }

  #commit(): void {
    const commit = this.#waiting
    const log = this.#log
    if (commit === null || log === null) return
    try {
      this.#writeOrThrow(log, commit)
    } catch (error) {
      this.#commitFailed(error)
      return
    }
    this.#waiting = null
    this.#attempts = 0
    this.#works()
    this.#background.commitMade()
    const buffers = commit.parts.map((part) => part.buffer)
    this.#tell({ kind: 'committed', buffers, tookMs: performance.now() - this.#waitingSince }, buffers)
    this.#lookAfter(commit)
  }

  #writeOrThrow(log: CommitLog, commit: Commit): void {
    // After a store was opened anew the commit may turn out to have gone through; it must not be written twice.
    const parts = commit.parts.filter((part) => part.last > log.last)
    if (this.#failCommits > 0) {
      this.#failCommits--
      throw Object.assign(new Error('disk I/O error (rehearsed)'), { errcode: 10 })
    }
    log.write(parts.length === commit.parts.length ? commit : { ...commit, parts })
  }

  #commitFailed(error: unknown): void {
    if (sqliteCodeOf(error) !== sqliteCode.full) {
      this.#dropHandle(error)
      return
    }
    try {
      this.#log?.recover()
    } catch (deeper) {
      this.#dropHandle(deeper)
      return
    }
    if (this.#trouble === 'none') {
      this.#trouble = 'full'
      if (this.#reserve.giveUp()) {
        // There is room for a while; the failure is told all the same, so that somebody acts before it is used up.
        this.#tell({ kind: 'failed', failure: { kind: 'full', detail: reasonOf(error) } })
        this.#commit()
        return
      }
      this.#tell({ kind: 'failed', failure: { kind: 'full', detail: reasonOf(error) } })
    }
    this.#retryLater()
  }

  /** After an I/O error nobody knows what the handle's pages are worth: it is closed and never used again. */
  #dropHandle(error: unknown): void {
    const failure = { kind: 'io', detail: reasonOf(error) } as const
    this.#log = null
    const db = this.#db
    this.#db = null
    this.#background.abandon(error)
    try {
      db?.close()
    } catch {
      // The handle is given up either way, and the failure that counts is being reported.
    }
    if (this.#trouble !== 'io') this.#tell({ kind: 'failed', failure })
    this.#trouble = 'io'
    this.#retryLater()
  }

  #retryLater(): void {
    if (this.#closing) return
    const wait = this.#trouble === 'full' ? this.#settings.retryMs : this.#settings.retryMs * 2 ** this.#attempts
    this.#attempts = Math.min(this.#attempts + 1, 16)
    setTimeout(() => this.#retry(), Math.min(wait, Math.max(LONGEST_RETRY_MS, this.#settings.retryMs)))
  }

  #retry(): void {
    if (this.#closing) return
    if (this.#log === null) {
      try {
        this.#reopen()
      } catch (error) {
        this.#dropHandle(error)
        return
      }
    }
    if (this.#waiting === null) this.#works()
    else this.#commit()
  }

  /** Opens the store again after an I/O error: only if it is whole, the disk syncs, and all of it was written anew. */
  #reopen(): void {
    const { db } = this.#openStore()
    const verdict = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
    if (verdict !== 'ok') throw new StoreError('BB-STORE-003', String(verdict))
    probeSync(dirname(this.#settings.file))
    // After a failed sync the kernel may count pages of the log as written that are not. Moving the log into the database
    // writes all of them again, from memory, and syncs them.
    const moved = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
    if (moved?.['busy'] !== 0) throw new Error('The log could not be moved into the database.')
    this.#log?.recover()
  }

  #works(): void {
    if (this.#trouble === 'none') return
    const reopened = this.#trouble === 'io'
    this.#trouble = 'none'
    this.#tell({ kind: 'recovered', reopened })
    this.#reserve.hold()
  }

  /** What a commit may make due: moving the log, and compaction. */
  #lookAfter(commit: Commit): void {
    const { db, log } = { db: this.#db, log: this.#log }
    if (db === null || log === null || this.#closing) return
    for (const part of commit.parts) this.#bytesSinceLook += part.used
    if (this.#bytesSinceLook < CHECKPOINT_LOOK_BYTES && commit.snapshots.length === 0) return
    this.#bytesSinceLook = 0
    this.#lookAtLog()
    this.#compactIfDue()
  }

  /** Moves the log into the database when it has grown; between two slices of other work, not within a commit. */
  #lookAtLog(): void {
    const db = this.#db
    if (db === null) return
    const state = db.prepare('PRAGMA wal_checkpoint(NOOP)').get()
    const pages = numberFrom(state, 'log', 0) - numberFrom(state, 'checkpointed', 0)
    if (pages >= CHECKPOINT_PAGES) this.#background.soon(() => db.exec('PRAGMA wal_checkpoint(PASSIVE)'))
  }

  #compactIfDue(): boolean {
    const { db, log } = { db: this.#db, log: this.#log }
    const { compact, windowPositions } = this.#settings
    if (
      !compact ||
      this.#compactionStuck ||
      db === null ||
      log === null ||
      this.#closing ||
      this.#background.has('compaction')
    )
      return false
    const upTo = Math.min(foldedUpTo(db, this.#bounds()), log.chained, log.last - 1)
    if (upTo - compactedUpTo(db) < windowPositions) return false
    const before = compactedUpTo(db)
    this.#background.add(
      'compaction',
      () => compactWindow(db, upTo, windowPositions),
      (error) => {
        // Another window may be due. One that made no progress waits for the next commit.
        if (error === null && this.#db === db && compactedUpTo(db) > before) this.#compactIfDue()
      },
    )
    return true
  }

  #bounds(): { readonly folds: readonly string[]; readonly last: Position; readonly chained: Position } {
    return { folds: this.#folds, last: this.#log?.last ?? 0, chained: this.#log?.chained ?? 0 }
  }

  #withStore(job: (db: DatabaseSync) => Generator<void, void, void>): void {
    const db = this.#db
    if (db !== null) this.#background.add('upkeep', () => job(db))
  }

  #retain(policy: RetentionPolicy, id: number): void {
    const db = this.#db
    if (db === null) {
      this.#tell({ kind: 'done', id, error: 'The store is not writable.' })
      return
    }
    const ended = (error: unknown): void =>
      this.#tell({ kind: 'done', id, error: error === null ? null : reasonOf(error) })
    this.#background.add('upkeep', () => retain(db, policy, this.#bounds()), ended)
  }

  /**
   * Copies the store on this very connection, in small steps. A copy over another connection starts again with every
   * commit; on this one the commits in between flow into the copy.
   */
  async #backup(toFile: string, id: number): Promise<void> {
    try {
      if (this.#db === null) throw new Error('The store is not writable.')
      await backup(this.#db, toFile, { rate: BACKUP_PAGES })
      this.#tell({ kind: 'done', id, error: null })
    } catch (error) {
      this.#tell({ kind: 'done', id, error: reasonOf(error) })
    }
  }

  /** Answers when the background has nothing left to do. */
  #settle(id: number): void {
    if (this.#background.idle && !this.#compactIfDue()) this.#tell({ kind: 'done', id, error: null })
    else setTimeout(() => this.#settle(id), 2)
  }

  #rehearse(rehearsal: Rehearsal): void {
    this.#boundPages(rehearsal.maxPages)
    this.#failCommits = rehearsal.failCommits ?? this.#failCommits
    if (rehearsal.crash === true) throw new Error('The writer thread crashed (rehearsed).')
  }

  #boundPages(maxPages: number | null | undefined): void {
    if (maxPages !== undefined) this.#db?.exec(`PRAGMA max_page_count = ${maxPages ?? 4_294_967_294}`)
  }

  /** A background job's transaction failed: roll back, and judge the error as a commit's would be. */
  #backgroundFailed(error: unknown): void {
    if (this.#db === null) return
    if (error instanceof StoreError) {
      // Not the disk, but what is stored: new entries can be written all the same.
      this.#compactionStuck = true
      this.#tell({ kind: 'fault', code: error.code, detail: error.detail })
      return
    }
    if (sqliteCodeOf(error) === sqliteCode.full) {
      try {
        this.#log?.recover()
      } catch (deeper) {
        this.#dropHandle(deeper)
      }
      return
    }
    this.#dropHandle(error)
  }

  #close(): void {
    this.#closing = true
    this.#background.abandon(new StoreError('BB-STORE-016', 'It was closed meanwhile.'))
    let problem: string | null =
      this.#waiting === null ? null : 'Entries were waiting for a store that is not writable.'
    try {
      this.#db?.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      this.#db?.close()
    } catch (error) {
      problem ??= reasonOf(error)
    }
    this.#tell({ kind: 'closed', error: problem })
    parentPort?.close()
  }
}

const port = parentPort
if (port !== null) {
  const writer = new JournalWriter(workerData as WriterSettings, (message, transfer = []) =>
    port.postMessage(message, [...transfer]),
  )
  port.on('message', (message: ToWriter) => writer.hear(message))
  writer.open()
}
