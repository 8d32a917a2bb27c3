// Feeds the folds from the journal: at a start what was stored and the entries since, from then on every entry as it
// becomes durable. What others read here is therefore never ahead of the disk, and after any crash it is what it was.

import type { Position } from '@busbar/core/base/moment.ts'
import type { LinkEntry, Placed } from '@busbar/core/journal/entry.ts'
import { sessionOf } from '@busbar/core/session/belonging.ts'
import { type SessionRecord, sessionRecord } from '@busbar/core/session/record.ts'
import { openSessionAt } from '@busbar/core/session/station-sessions.ts'
import { linksLeftOpen } from '@busbar/core/twin/connection.ts'
import type { BackendTwin, StationTwin } from '@busbar/core/twin/twin.ts'
import { type TwinView, twinView } from '@busbar/core/twin/view.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { FoldDocument, Journal } from '../storage/journal.ts'
import type { Clock } from '../system/clock.ts'
import {
  recordIn,
  SESSIONS_FOLD,
  SESSIONS_VERSION,
  STATIONS_FOLD,
  STATIONS_VERSION,
  sessionDocument,
  stationFolds,
} from './fold-documents.ts'
import { type FoldState, foldEntry, newFoldState } from './fold-state.ts'
import { Snapshots } from './snapshots.ts'

export interface FoldRunnerParts {
  readonly journal: Journal
  readonly clock: Clock
  /** Entries after which the folds are stored. Default 50,000: read again in well under a second at a start. */
  readonly storeEveryEntries?: number
  /** Time after which they are stored. Default one minute. */
  readonly storeEveryMs?: number
  /** Told of an entry that a fold failed on: a defect of ours; the entry is passed over. */
  readonly onDefect: (error: unknown, position: Position) => void
}

export interface SessionFilter {
  readonly station?: string | undefined
  /** Wall time bounds in milliseconds of when it began, both inclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly open?: boolean | undefined
  readonly limit: number
}

export interface FoundSession {
  /** Wall time in milliseconds by which sessions are listed. */
  readonly listedAt: number
  readonly session: SessionRecord
}

const STORE_EVERY_ENTRIES = 50_000
const STORE_EVERY_MS = 60_000
/** Entries read at once at a start. */
const CHUNK = 5_000

export class FoldRunner {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #onDefect: FoldRunnerParts['onDefect']
  readonly #storeEveryEntries: number
  readonly #storeEveryMs: number
  readonly #state: FoldState
  readonly #snapshots: Snapshots
  readonly #stopFollowing: () => void
  #cancelTimer: () => void
  #sinceStored = 0

  /** Loads what is stored, folds what came since, and follows the journal from there. Reads; takes as long as that takes. */
  constructor(parts: FoldRunnerParts) {
    const { journal, clock } = parts
    this.#journal = journal
    this.#clock = clock
    this.#onDefect = parts.onDefect
    this.#storeEveryEntries = parts.storeEveryEntries ?? STORE_EVERY_ENTRIES
    this.#storeEveryMs = parts.storeEveryMs ?? STORE_EVERY_MS
    this.#state = load(journal)
    this.#snapshots = new Snapshots(journal, clock, this.#state, this.#state.position)
    this.#catchUp()
    this.#stopFollowing = journal.follow((entries) => this.#take(entries))
    this.#cancelTimer = clock.after(this.#storeEveryMs, () => this.#onTimer())
  }

  /** Every entry up to here is folded in. */
  get position(): Position {
    return this.#state.position
  }

  /** The twins of all stations known, in no particular order. They change with the next entry: read, do not keep. */
  *stations(): Generator<StationTwin> {
    for (const { twin } of this.#state.stations.values()) yield twin
  }

  /** The twin of one station; null when nothing is known of it. */
  station(id: string): StationTwin | null {
    return this.#state.stations.get(id)?.twin ?? null
  }

  /** Id of the session that goes on at a connector (with `connector` null: at the EVSE); null when there is none. */
  sessionAt(station: string, evse: number, connector: number | null): string | null {
    const folds = this.#state.stations.get(station)
    return folds === undefined ? null : (openSessionAt(folds.sessions, evse, connector)?.id ?? null)
  }

  /** Id of the session an entry belongs to; null when there is none, or none that memory still knows. */
  sessionOf(placed: Placed): string | null {
    const folds = placed.entry.station === null ? undefined : this.#state.stations.get(placed.entry.station)
    return folds === undefined ? null : sessionOf(folds.sessions, placed)
  }

  /** A station in the words of the API, as far as the journal tells; null when nothing is known of it. */
  stationView(id: string): TwinView | null {
    const twin = this.station(id)
    return twin === null ? null : twinView(twin, (evse, connector) => this.sessionAt(id, evse, connector))
  }

  /** Whether a session goes on at the station. */
  isCharging(station: string): boolean {
    return (this.#state.stations.get(station)?.sessions.open.length ?? 0) > 0
  }

  /** The version a backend last agreed to speak for this station; null when it never did, or refused it since. */
  agreedVersion(station: string, backend: string): Subprotocol | null {
    return this.#backend(station, backend)?.ocpp ?? null
  }

  /** The versions it refused and has not agreed to since. */
  refusedVersions(station: string, backend: string): readonly Subprotocol[] {
    return this.#backend(station, backend)?.refused ?? []
  }

  #backend(station: string, name: string): BackendTwin | undefined {
    return this.#state.stations.get(station)?.twin.backends.find((backend) => backend.name === name)
  }

  /** Sessions, newest first; those of one instant always in the same order. Tokens are in clear. */
  sessions(filter: SessionFilter): FoundSession[] {
    const unstored = new Map<string, FoldDocument>()
    for (const session of this.#snapshots.unstoredSessions()) unstored.set(session.id, sessionDocument(session))
    const { station, from, to, open, limit } = filter
    // What memory knows better may push out as many stored ones as there are of it.
    const stored = this.#journal
      .documents(SESSIONS_FOLD, { station, from, to, open, order: 'desc', limit: limit + unstored.size })
      .filter((document) => !unstored.has(document.key))
    const fitting = [...unstored.values()].filter((document) => fits(document, filter))
    return [...stored, ...fitting]
      .sort((a, b) => b.from - a.from || (a.key < b.key ? 1 : -1))
      .slice(0, limit)
      .map((document) => ({ listedAt: document.from, session: recordIn(document) }))
  }

  /** One session by its id. */
  session(id: string): SessionRecord | null {
    for (const session of this.#snapshots.unstoredSessions()) if (session.id === id) return sessionRecord(session)
    const [document] = this.#journal.documents(SESSIONS_FOLD, { key: id, limit: 1 })
    return document === undefined ? null : recordIn(document)
  }

  /**
   * Records the end of every link that an earlier process left open when it was killed. To be called once at a start,
   * before anything connects.
   * @returns how many there were
   */
  closeLeftOpen(): number {
    const left: LinkEntry[] = []
    for (const { twin } of this.#state.stations.values()) left.push(...linksLeftOpen(twin, this.#clock.now()))
    if (left.length > 0) this.#journal.append(left)
    return left.length
  }

  /** Stores what changed, in slices while messages pass. */
  store(): void {
    this.#sinceStored = 0
    this.#snapshots.begin()
  }

  /** Stops following and hands over all that changed; the journal is to be flushed afterwards. */
  close(): void {
    this.#cancelTimer()
    this.#stopFollowing()
    this.#snapshots.finish()
  }

  #onTimer(): void {
    this.store()
    this.#cancelTimer = this.#clock.after(this.#storeEveryMs, () => this.#onTimer())
  }

  #take(entries: readonly Placed[]): void {
    const [first] = entries
    if (first === undefined) return
    // What became durable between two deliveries is read; what comes twice is passed over.
    if (first.position > this.#state.position + 1) this.#catchUp()
    for (const placed of entries) this.#fold(placed)
    this.#sinceStored += entries.length
    if (this.#sinceStored >= this.#storeEveryEntries) this.store()
  }

  #catchUp(): void {
    for (;;) {
      const entries = this.#journal.read(this.#state.position + 1, CHUNK)
      const before = this.#state.position
      for (const placed of entries) this.#fold(placed)
      if (this.#state.position === before) return
    }
  }

  #fold(placed: Placed): void {
    try {
      foldEntry(this.#state, placed)
    } catch (error) {
      this.#onDefect(error, placed.position)
    }
  }
}

/** The state as it was stored; an empty one when it was stored by another version. */
function load(journal: Journal): FoldState {
  const state = newFoldState()
  const stations = journal.foldPosition(STATIONS_FOLD)
  const sessions = journal.foldPosition(SESSIONS_FOLD)
  if (stations.version !== STATIONS_VERSION || sessions.version !== SESSIONS_VERSION) return state
  for (const document of journal.documents(STATIONS_FOLD, {})) state.stations.set(document.key, stationFolds(document))
  state.position = stations.position
  return state
}

function fits(document: FoldDocument, filter: SessionFilter): boolean {
  if (filter.station !== undefined && document.station !== filter.station) return false
  if (filter.from !== undefined && document.from < filter.from) return false
  if (filter.to !== undefined && document.from > filter.to) return false
  return filter.open === undefined || filter.open === (document.to === null)
}
