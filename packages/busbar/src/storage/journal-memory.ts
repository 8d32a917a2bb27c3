// A journal in memory, for the simulation and for tests: the same promises, with the disk in the hands of the test. What
// was appended is not durable until `sync` says so; a crash loses what was not, or part of it at any boundary between
// entries. It knows no timers and no chance, so that a history replays exactly.

import type { Position } from '@busbar/core/base/moment.ts'
import type { Entry, Placed } from '@busbar/core/journal/entry.ts'
import type {
  DocumentFilter,
  FoldDocument,
  FoldSnapshot,
  Journal,
  JournalFailure,
  JournalStatistics,
  TimelineFilter,
} from './journal.ts'
import { StoreError } from './store-fault.ts'

/** What is on the simulated disk: it outlives the journal object, as a disk outlives a process. */
interface Disk {
  /** Ascending by position. */
  readonly entries: Placed[]
  readonly folds: Map<string, { position: Position; version: number; readonly documents: Map<string, FoldDocument> }>
  /** Entries of each station, ascending by position. */
  readonly stations: Map<string, Placed[]>
  pruned: Position
  last: Position
}

/** What waits for a sync, in the order in which it came. */
type Waiting = { readonly placed: Placed } | { readonly snapshot: FoldSnapshot }

export interface MemoryJournalOptions {
  /** manual: only `sync()` makes anything durable. automatic: each append does, at the end of the present job. */
  readonly mode: 'manual' | 'automatic'
  /** Unsynced entries at which `pressure()` is 1. */
  readonly bound?: number
}

/** The journal in memory. `crash` gives the journal of the next start over the same disk. */
export class MemoryJournal implements Journal {
  readonly #options: MemoryJournalOptions
  readonly #disk: Disk
  readonly #syncedListeners: ((upTo: Position) => void)[] = []
  readonly #failedListeners: ((failure: JournalFailure | null) => void)[] = []
  readonly #followers = new Set<(entries: readonly Placed[]) => void>()
  readonly #knownFolds = new Set<string>()
  #waiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
  #waiting: Waiting[] = []
  #unsynced = 0
  #next: Position
  #failure: JournalFailure | null = null
  #syncDue = false
  #ended = false

  constructor(options: MemoryJournalOptions = { mode: 'automatic' }, disk: Disk | null = null) {
    this.#options = options
    this.#disk = disk ?? { entries: [], folds: new Map(), stations: new Map(), pruned: 0, last: 0 }
    this.#next = this.#disk.last + 1
  }

  get next(): Position {
    return this.#next
  }

  get synced(): Position {
    return this.#disk.last
  }

  append(entries: readonly Entry[]): Position {
    this.#alive()
    for (const entry of entries) this.#waiting.push({ placed: { position: this.#next++, entry } })
    this.#unsynced += entries.length
    this.#soon()
    return this.#next - 1
  }

  onSynced(listener: (upTo: Position) => void): void {
    this.#syncedListeners.push(listener)
  }

  onFailed(listener: (failure: JournalFailure | null) => void): void {
    this.#failedListeners.push(listener)
  }

  pressure(): number {
    return Math.min(1, this.#unsynced / (this.#options.bound ?? 100_000))
  }

  snapshot(snapshot: FoldSnapshot): void {
    this.#alive()
    if (snapshot.position >= this.#next) {
      throw new RangeError(`A snapshot of position ${snapshot.position} covers entries that do not exist.`)
    }
    this.#knownFolds.add(snapshot.fold)
    this.#waiting.push({ snapshot })
    this.#soon()
  }

  foldPosition(fold: string): { readonly position: Position; readonly version: number } {
    this.#knownFolds.add(fold)
    const { position, version } = this.#disk.folds.get(fold) ?? { position: 0, version: 0 }
    return { position, version }
  }

  documents(fold: string, filter: DocumentFilter): FoldDocument[] {
    const found = [...(this.#disk.folds.get(fold)?.documents.values() ?? [])].filter(
      ({ key, station, from, to }) =>
        (filter.key === undefined || key === filter.key) &&
        (filter.station === undefined || station === filter.station) &&
        (filter.from === undefined || from >= filter.from) &&
        (filter.to === undefined || from <= filter.to) &&
        (filter.open === undefined || (to === null) === filter.open),
    )
    found.sort((one, other) => one.from - other.from || Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)))
    if (filter.order === 'desc') found.reverse()
    return found.slice(0, filter.limit)
  }

  follow(listener: (entries: readonly Placed[]) => void): () => void {
    const own = (entries: readonly Placed[]): void => listener(entries)
    this.#followers.add(own)
    return () => void this.#followers.delete(own)
  }

  read(from: Position, limit: number): Placed[] {
    const { entries } = this.#disk
    const start = firstAtOrAfter(entries, Math.max(from, this.#disk.pruned + 1))
    return entries.slice(start, start + Math.max(0, limit))
  }

  timeline(filter: TimelineFilter): Placed[] {
    const found: Placed[] = []
    const all = this.#disk.stations.get(filter.station) ?? []
    const descending = filter.order === 'desc'
    for (let step = 0; step < all.length && found.length < filter.limit; step++) {
      const placed = all[descending ? all.length - 1 - step : step]!
      const { position, entry } = placed
      if (filter.after !== undefined && (descending ? position >= filter.after : position <= filter.after)) continue
      if (filter.from !== undefined && entry.at < filter.from) continue
      if (filter.to !== undefined && entry.at > filter.to) continue
      if (filter.kinds === undefined || filter.kinds.has(entry.kind)) found.push(placed)
    }
    return found
  }

  prune(upTo: Position): void {
    const disk = this.#disk
    let mark = Math.min(upTo, disk.last)
    for (const fold of new Set([...this.#knownFolds, ...disk.folds.keys()])) {
      mark = Math.min(mark, disk.folds.get(fold)?.position ?? 0)
    }
    if (mark <= disk.pruned) return
    disk.pruned = mark
    disk.entries.splice(0, firstAtOrAfter(disk.entries, mark + 1))
    for (const list of disk.stations.values()) list.splice(0, firstAtOrAfter(list, mark + 1))
  }

  statistics(): JournalStatistics {
    const { pruned, last, entries } = this.#disk
    const writable = this.#failure === null
    return { first: pruned + 1, last: this.#next - 1, synced: last, bytes: entries.length * 400, writable }
  }

  flush(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve()
    if (this.#failure !== null) return Promise.reject(failureError(this.#failure))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiters.push({ resolve, reject })
    return promise
  }

  async close(): Promise<void> {
    if (this.#ended) return
    if (this.#failure !== null && this.#waiting.length > 0) {
      this.#ended = true
      throw failureError(this.#failure)
    }
    this.sync()
    this.#ended = true
  }

  /**
   * Makes what was appended durable and tells everybody, as a commit does.
   * @param entries how many of the waiting entries; all when left out. A snapshot goes with the entry before it
   */
  sync(entries: number = Number.POSITIVE_INFINITY): void {
    if (this.#ended || this.#failure !== null || this.#waiting.length === 0) return
    const placed = this.#makeDurable(entries)
    if (placed.length > 0) {
      for (const listener of this.#syncedListeners) listener(this.#disk.last)
      for (const follower of this.#followers) follower(placed)
    }
    if (this.#waiting.length === 0) for (const { resolve } of this.#waiters.splice(0)) resolve()
  }

  /** Makes writing fail, or with null work again. */
  fail(failure: JournalFailure | null): void {
    if (this.#failure === failure) return
    this.#failure = failure
    if (failure !== null) for (const { reject } of this.#waiters.splice(0)) reject(failureError(failure))
    for (const listener of this.#failedListeners) listener(failure)
    if (failure === null) this.#soon()
  }

  /**
   * The process dies, or the power: this journal ends without a word, its listeners hear nothing more.
   * @param survivors how many unsynced entries are on the disk all the same, because the cut came after they were written
   * @returns the journal as the next start finds it
   */
  crash(survivors = 0): MemoryJournal {
    if (survivors > 0) this.#makeDurable(survivors)
    this.#ended = true
    this.#waiting = []
    return new MemoryJournal(this.#options, this.#disk)
  }

  /** The journal over the same disk after an orderly end. */
  reopen(): MemoryJournal {
    return this.crash(0)
  }

  #makeDurable(count: number): Placed[] {
    const disk = this.#disk
    const made: Placed[] = []
    let taken = 0
    for (const item of this.#waiting) {
      if ('snapshot' in item) {
        this.#store(item.snapshot)
      } else {
        if (made.length >= count) break
        made.push(item.placed)
        const kept = { position: item.placed.position, entry: asStored(item.placed.entry) }
        disk.entries.push(kept)
        disk.last = kept.position
        const { station } = kept.entry
        if (station !== null) {
          const list = disk.stations.get(station)
          if (list === undefined) disk.stations.set(station, [kept])
          else list.push(kept)
        }
      }
      taken++
    }
    this.#waiting = this.#waiting.slice(taken)
    this.#unsynced -= made.length
    return made
  }

  #store(snapshot: FoldSnapshot): void {
    const { fold, position, version } = snapshot
    const stored = this.#disk.folds.get(fold)
    const documents = stored?.version === version ? stored.documents : new Map<string, FoldDocument>()
    for (const document of snapshot.put) documents.set(document.key, { ...document })
    for (const key of snapshot.remove) documents.delete(key)
    this.#disk.folds.set(fold, { position, version, documents })
  }

  #soon(): void {
    if (this.#options.mode === 'manual' || this.#syncDue) return
    this.#syncDue = true
    queueMicrotask(() => {
      this.#syncDue = false
      this.sync()
    })
  }

  #alive(): void {
    if (this.#ended) throw new StoreError('BB-STORE-016', 'Something was written afterwards.')
  }
}

/** What comes back from a disk: the entry without what is not part of it. */
function asStored(entry: Entry): Entry {
  if (entry.kind !== 'frame') return entry
  const { bytes: _bytes, payload: _payload, ...stored } = entry
  return stored
}

/** Index of the first entry at or after a position. */
function firstAtOrAfter(entries: readonly Placed[], position: Position): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries[middle]!.position < position) low = middle + 1
    else high = middle
  }
  return low
}

function failureError({ kind, detail }: JournalFailure): StoreError {
  return new StoreError(kind === 'full' ? 'BB-STORE-005' : 'BB-STORE-006', detail)
}
