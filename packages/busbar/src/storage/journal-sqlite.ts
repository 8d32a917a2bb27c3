// The journal of a running broker: SQLite behind a writer thread. The main thread packs entries into buffers and hands
// them over, one commit under way at a time; what arrives meanwhile is the next one. Reading goes over a connection of its
// own and sees what is durable.

import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import type { Position } from '@busbar/core/base/moment.ts'
import type { Entry, Placed } from '@busbar/core/journal/entry.ts'
import { type Clock, systemClock } from '../system/clock.ts'
import { BatchPacker, type PackedBatch } from './batch-packer.ts'
import { CommitWindow } from './commit-window.ts'
import { DurabilityWaiters } from './durability-waiters.ts'
import type {
  DocumentFilter,
  FoldDocument,
  FoldSnapshot,
  Journal,
  JournalFailure,
  JournalStatistics,
  TimelineFilter,
} from './journal.ts'
import type { FromWriter, LostRange, Rehearsal, RetentionPolicy, ToWriter } from './journal-protocol.ts'
import { JournalReader } from './journal-reader.ts'
import { JOURNAL_FILE, openForReading } from './journal-schema.ts'
import { recordAt, recordKind, recordPosition, recordStation } from './record-codec.ts'
import { type JournalOptions, startWriter } from './start-writer.ts'
import { type Chunk, StationIndex } from './station-index.ts'
import { StoreError } from './store-fault.ts'

/** Record bytes that may wait for the disk; then `pressure()` is 1, and entries are let go of while writing fails. */
const WAITING_BYTES = 64 * 1024 * 1024
/** Record bytes per transaction: the answers of the first entries wait for the last ones. */
const COMMIT_BYTES = 4 * 1024 * 1024

interface UnderWay {
  readonly batches: readonly PackedBatch[]
  readonly upTo: Position
  readonly bytes: number
  readonly ticket: number
  readonly sealed: boolean
}

/** The journal in a data folder. Made by `SqliteJournal.open`. */
export class SqliteJournal implements Journal {
  readonly #worker: Worker
  readonly #file: string
  readonly #clock: Clock
  readonly #waitingBound: number
  readonly #window: CommitWindow
  readonly #index = new StationIndex()
  readonly #packer = new BatchPacker(this.#index)
  readonly #syncedListeners: ((upTo: Position) => void)[] = []
  readonly #failedListeners: ((failure: JournalFailure | null) => void)[] = []
  readonly #commitListeners: ((tookMs: number) => void)[] = []
  readonly #faultListeners: ((fault: StoreError) => void)[] = []
  readonly #followers = new Set<(entries: readonly Placed[]) => void>()
  readonly #waiters = new DurabilityWaiters()
  readonly #folds = new Set<string>()
  readonly #errands = new Map<number, (error: string | null) => void>()
  #readDb: DatabaseSync
  #reader: JournalReader
  #next: Position
  #synced: Position
  #snapshots: { readonly snapshot: FoldSnapshot; readonly after: Position }[] = []
  #lost: LostRange[] = []
  #underWay: UnderWay | null = null
  #waitingBytes = 0
  #waitingSince: number | null = null
  #timerSet = false
  #failure: JournalFailure | null = null
  #sealing: readonly Chunk[] | null = null
  #state: 'open' | 'closing' | 'closed' = 'open'
  #closed: ((error: string | null) => void) | null = null
  #errandCount = 0
  /** The thread ended without being asked to: nothing can be written any more by this journal. */
  #writerGone = false

  private constructor(worker: Worker, file: string, last: Position, options: JournalOptions) {
    this.#worker = worker
    this.#file = file
    this.#clock = options.clock ?? systemClock
    this.#waitingBound = options.waitingBytes ?? WAITING_BYTES
    this.#window = new CommitWindow(options.windowMs ?? 5)
    this.#readDb = openForReading(file)
    this.#reader = new JournalReader(this.#readDb)
    this.#next = last + 1
    this.#synced = last
  }

  /**
   * Opens the journal of a data folder, making it when there is none.
   * @throws StoreError BB-STORE-002 for a newer format, -003 and -008 to -010 for damage, -014 when it cannot be opened
   */
  static async open(options: JournalOptions): Promise<SqliteJournal> {
    const file = join(options.folder, JOURNAL_FILE)
    const { worker, last } = await startWriter(file, options)
    let journal: SqliteJournal | null = null
    try {
      journal = new SqliteJournal(worker, file, last, options)
      journal.#begin()
      return journal
    } catch (error) {
      worker.removeAllListeners()
      if (journal !== null) journal.#readDb.close()
      await worker.terminate()
      throw error
    }
  }

  get next(): Position {
    return this.#next
  }

  get synced(): Position {
    return this.#synced
  }

  append(entries: readonly Entry[]): Position {
    if (this.#state !== 'open') throw new StoreError('BB-STORE-016', 'An entry came afterwards.')
    for (const entry of entries) {
      if (this.#failure !== null && this.#waitingBytes >= this.#waitingBound) this.#lose(this.#next)
      else this.#waitingBytes += this.#packer.add(this.#next, entry)
      this.#next++
    }
    this.#waiters.draw()
    if (this.#underWay === null) this.#arm()
    else this.#waitingSince ??= this.#clock.mono()
    return this.#next - 1
  }

  onSynced(listener: (upTo: Position) => void): void {
    this.#syncedListeners.push(listener)
  }

  onFailed(listener: (failure: JournalFailure | null) => void): void {
    this.#failedListeners.push(listener)
  }

  /** Called after each commit with the milliseconds it took in the writer thread. */
  onCommit(listener: (tookMs: number) => void): void {
    this.#commitListeners.push(listener)
  }

  /**
   * Called when something turns out to be wrong with what is stored, while writing goes on; the listener puts it on
   * record. Without a listener it becomes a warning of the process.
   */
  onFault(listener: (fault: StoreError) => void): void {
    this.#faultListeners.push(listener)
  }

  pressure(): number {
    return Math.min(1, this.#waitingBytes / this.#waitingBound)
  }

  snapshot(snapshot: FoldSnapshot): void {
    if (this.#state !== 'open') throw new StoreError('BB-STORE-016', 'A snapshot came afterwards.')
    if (snapshot.position >= this.#next) {
      throw new RangeError(`A snapshot of position ${snapshot.position} covers entries that do not exist.`)
    }
    this.#folds.add(snapshot.fold)
    this.#snapshots.push({ snapshot, after: this.#next - 1 })
    this.#waiters.draw()
    if (this.#underWay === null) this.#arm()
  }

  foldPosition(fold: string): { readonly position: Position; readonly version: number } {
    this.#folds.add(fold)
    return this.#reader.foldPosition(fold)
  }

  documents(fold: string, filter: DocumentFilter): FoldDocument[] {
    return this.#reader.documents(fold, filter)
  }

  follow(listener: (entries: readonly Placed[]) => void): () => void {
    const own = (entries: readonly Placed[]): void => listener(entries)
    this.#followers.add(own)
    return () => void this.#followers.delete(own)
  }

  read(from: Position, limit: number): Placed[] {
    return this.#reader.read(from, limit, this.#synced)
  }

  timeline(filter: TimelineFilter): Placed[] {
    return this.#reader.timeline(filter, this.#index.waiting(filter.station), this.#synced)
  }

  /** Ranges of positions that hold no entry, with the reason each. */
  lost(): LostRange[] {
    return this.#reader.lost()
  }

  prune(upTo: Position): void {
    this.#post({ kind: 'prune', upTo: Math.min(upTo, this.#synced), folds: [...this.#folds] })
  }

  /**
   * Removes what the policy does not keep; in small steps, between commits.
   * @returns when it is done
   */
  async retain(policy: RetentionPolicy): Promise<void> {
    await this.#errand((id) => ({ kind: 'retain', policy, folds: [...this.#folds], id }))
  }

  /**
   * Copies the store as it is to another file while it is being written.
   * @param toFile path of the copy; it must not exist
   */
  async backup(toFile: string): Promise<void> {
    if (existsSync(toFile)) throw new StoreError('BB-STORE-012', `${toFile} exists.`)
    await this.flush()
    await this.#errand((id) => ({ kind: 'backup', toFile, id }))
  }

  /** Gives up a fold that exists no more, so that it holds nothing back from retention. */
  forgetFold(fold: string): void {
    this.#folds.delete(fold)
    this.#post({ kind: 'forgetFold', fold })
  }

  /** Resolves when the writer has no work left that may wait (compaction, pruning); for tests and for closing calmly. */
  async settled(): Promise<void> {
    await this.#errand((id) => ({ kind: 'settle', id }))
  }

  /** Makes failures on purpose, for tests. */
  rehearse(rehearsal: Rehearsal): void {
    this.#post({ kind: 'rehearse', rehearsal })
  }

  statistics(): JournalStatistics {
    const bytes = sizeOf(this.#file) + sizeOf(`${this.#file}-wal`)
    const { first } = this.#reader.extent()
    return { first, last: this.#next - 1, synced: this.#synced, bytes, writable: this.#failure === null }
  }

  flush(): Promise<void> {
    if (this.#waiters.settled) return Promise.resolve()
    if (this.#failure !== null) return Promise.reject(failureError(this.#failure))
    if (this.#state === 'closed') return Promise.reject(new StoreError('BB-STORE-016', 'It cannot be made durable.'))
    const durable = this.#waiters.wait()
    if (this.#underWay === null) this.#send()
    return durable
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return
    this.#state = 'closing'
    let problem: unknown = null
    try {
      await this.flush()
      this.#sealing = this.#index.take(this.#next - 1, true)
      if (this.#sealing.length > 0) this.#waiters.draw()
      await this.flush()
    } catch (error) {
      problem = error
    }
    const error = await new Promise<string | null>((resolve) => {
      this.#closed = resolve
      if (this.#writerGone) resolve(null)
      else this.#post({ kind: 'close' })
    })
    this.#state = 'closed'
    this.#readDb.close()
    await this.#worker.terminate()
    if (problem !== null) throw problem
    if (error !== null) throw new StoreError('BB-STORE-006', error)
  }

  /** Rebuilds the open tail of the index and begins to listen to the writer. */
  #begin(): void {
    this.#worker.on('message', (message: FromWriter) => this.#hear(message))
    this.#worker.on('error', (error) => this.#writerEnded(error.message))
    this.#worker.on('exit', () => this.#writerEnded('The writer thread ended.'))
    const indexed = new Map<string, Position>()
    this.#reader.walk(this.#reader.indexedUpTo() + 1, this.#synced, ({ bytes, view }, offset) => {
      const station = recordStation(bytes, view, offset)
      if (station === null) return
      const position = recordPosition(view, offset)
      let last = indexed.get(station)
      if (last === undefined) {
        last = this.#reader.lastIndexed(station)
        indexed.set(station, last)
      }
      // Stations whose entries came more often have chunk rows in the stretch that is walked.
      if (position > last) this.#index.add(station, position, recordAt(view, offset), recordKind(view, offset))
    })
  }

  #arm(): void {
    if (this.#timerSet) return
    const now = this.#clock.mono()
    this.#waitingSince ??= now
    const wait = this.#waitingSince + this.#window.delay(now) - now
    this.#timerSet = true
    const due = (): void => {
      this.#timerSet = false
      if (this.#underWay === null) this.#send()
    }
    // Below half a millisecond no timer is exact; the end of this turn of the loop is.
    if (wait < 0.5) setImmediate(due)
    else this.#clock.after(Math.round(wait), due)
  }

  #send(): void {
    if (this.#state === 'closed') return
    const batches = this.#packer.take(COMMIT_BYTES)
    const caughtUp = this.#packer.empty
    const upTo = caughtUp ? this.#next - 1 : (batches.at(-1)?.part.last ?? this.#synced)
    const snapshots = this.#snapshots.filter(({ after }) => after <= upTo)
    const lost = this.#lost.filter(({ last }) => last <= upTo)
    const sealed = caughtUp ? this.#sealing : null
    if (batches.length === 0 && snapshots.length === 0 && lost.length === 0 && sealed === null) return
    this.#snapshots = this.#snapshots.filter(({ after }) => after > upTo)
    this.#lost = this.#lost.filter(({ last }) => last > upTo)
    if (sealed !== null) this.#sealing = null
    let bytes = 0
    let entries = 0
    for (const { part, placed } of batches) {
      bytes += part.used
      entries += placed.length
    }
    const now = this.#clock.mono()
    this.#window.committed(entries, now)
    this.#waitingSince = caughtUp ? null : now
    const ticket = caughtUp ? this.#waiters.drawn : this.#waiters.durable
    this.#underWay = { batches, upTo, bytes, ticket, sealed: sealed !== null }
    const parts = batches.map(({ part }) => part)
    const commit = { parts, snapshots: snapshots.map(({ snapshot }) => snapshot), lost, sealed }
    this.#post(
      { kind: 'commit', commit },
      parts.map(({ buffer }) => buffer),
    )
  }

  #hear(message: FromWriter): void {
    switch (message.kind) {
      case 'committed':
        this.#committed(message.buffers, message.tookMs)
        return
      case 'failed':
        this.#failed(message.failure)
        return
      case 'recovered':
        this.#recovered(message.reopened)
        return
      case 'fault': {
        const fault = new StoreError(message.code, message.detail)
        if (this.#faultListeners.length === 0) process.emitWarning(fault)
        for (const listener of this.#faultListeners) listener(fault)
        return
      }
      case 'done':
        this.#errands.get(message.id)?.(message.error)
        this.#errands.delete(message.id)
        return
      case 'closed':
        this.#closed?.(message.error)
        return
      case 'opened':
      case 'refused':
    }
  }

  #committed(buffers: readonly ArrayBuffer[], tookMs: number): void {
    const done = this.#underWay
    if (done === null) return
    this.#underWay = null
    this.#packer.recycle(buffers)
    this.#waitingBytes -= done.bytes
    for (const { part } of done.batches) this.#index.landed(part.chunks)
    this.#waiters.reached(done.ticket)
    // The next commit goes out before anybody hears of this one: the disk need not wait for what they do.
    if (!this.#packer.empty || !this.#waiters.settled) {
      if (this.#waiters.pressing || !this.#windowOpen()) this.#send()
      else this.#arm()
    }
    if (done.upTo > this.#synced) {
      this.#synced = done.upTo
      for (const listener of this.#syncedListeners) listener(done.upTo)
      for (const { placed } of done.batches) for (const follower of this.#followers) follower(placed)
    }
    for (const listener of this.#commitListeners) listener(tookMs)
    this.#waiters.release()
  }

  #windowOpen(): boolean {
    const now = this.#clock.mono()
    return now - (this.#waitingSince ?? now) < this.#window.delay(now)
  }

  #failed(failure: JournalFailure): void {
    this.#failure = failure
    this.#waiters.fail(failureError(failure))
    for (const listener of this.#failedListeners) listener(failure)
  }

  #recovered(reopened: boolean): void {
    this.#failure = null
    if (reopened) {
      this.#readDb.close()
      this.#readDb = openForReading(this.#file)
      this.#reader = new JournalReader(this.#readDb)
    }
    for (const listener of this.#failedListeners) listener(null)
  }

  /** A position goes by without its entry, because nothing more can be kept in memory; it will be on record as lost. */
  #lose(position: Position): void {
    this.#packer.cut()
    const open = this.#lost.at(-1)
    if (open?.last === position - 1) this.#lost[this.#lost.length - 1] = { ...open, last: position }
    else
      this.#lost.push({
        first: position,
        last: position,
        reason: `The store was not writable (${this.#failure?.kind}).`,
      })
  }

  #writerEnded(detail: string): void {
    if (this.#state === 'closed' || this.#writerGone) return
    this.#writerGone = true
    this.#closed?.(detail)
    for (const ended of this.#errands.values()) ended(detail)
    this.#errands.clear()
    if (this.#closed === null) this.#failed({ kind: 'io', detail })
  }

  async #errand(message: (id: number) => ToWriter): Promise<void> {
    if (this.#state !== 'open' || this.#writerGone) throw new StoreError('BB-STORE-016', 'An errand came afterwards.')
    const id = ++this.#errandCount
    const error = await new Promise<string | null>((resolve) => {
      this.#errands.set(id, resolve)
      this.#post(message(id))
    })
    if (error !== null) throw new StoreError('BB-STORE-006', error)
  }

  #post(message: ToWriter, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, [...transfer])
  }
}

function failureError({ kind, detail }: JournalFailure): StoreError {
  return new StoreError(kind === 'full' ? 'BB-STORE-005' : 'BB-STORE-006', detail)
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
