// Storing the folds now and then, so that a start need not read the whole journal. Only what changed is written, and in
// slices, so that thousands of stations do not hold up the messages; that is sound because every station's document says
// up to where it is folded, and entries before that change nothing when they come again. A station's sessions go with it,
// never after it, because folding on from its document will not touch them again. What was handed over counts as stored
// when the store says so; until then it is handed over again.

import type { Position } from '@busbar/core/base/moment.ts'
import type { Session } from '@busbar/core/session/session.ts'
import type { FoldDocument, Journal } from '../storage/journal.ts'
import type { Clock } from '../system/clock.ts'
import {
  SESSIONS_FOLD,
  SESSIONS_VERSION,
  STATIONS_FOLD,
  STATIONS_VERSION,
  sessionDocument,
  stationDocument,
} from './fold-documents.ts'
import { type FoldState, markStation, type StationFolds } from './fold-state.ts'

/** Documents per slice: a few milliseconds of writing JSON. */
const SLICE = 200
/** Between slices; the messages that came meanwhile go first. */
const PAUSE_MS = 10

/** What one round hands over. */
interface Round {
  readonly target: Position
  readonly stations: readonly StationFolds[]
  /** Sessions handed over so far. */
  readonly sessions: Map<string, Session>
  /** Stations handed over so far. */
  done: number
}

export class Snapshots {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #state: FoldState
  /** Position of the last finished round. */
  #stored: Position
  #running: Round | null = null
  /** The last finished round, until the store confirms it. */
  #unconfirmed: Round | null = null
  #cancelPause: (() => void) | null = null

  /** @param stored position the folds were loaded at */
  constructor(journal: Journal, clock: Clock, state: FoldState, stored: Position) {
    this.#journal = journal
    this.#clock = clock
    this.#state = state
    this.#stored = stored
  }

  /** Sessions whose stored documents may be older than what is in memory. */
  *unstoredSessions(): Generator<Session> {
    const { changedSessions } = this.#state
    yield* changedSessions.values()
    for (const round of [this.#running, this.#unconfirmed]) {
      if (round === null) continue
      for (const session of round.sessions.values()) if (!changedSessions.has(session.id)) yield session
    }
  }

  /** Begins a round unless one is under way or nothing changed. */
  begin(): void {
    if (this.#running !== null) return
    this.#confirm()
    const state = this.#state
    if (state.position === this.#stored) return
    this.#running = { target: state.position, stations: state.changedStations, sessions: new Map(), done: 0 }
    state.changedStations = []
    this.#continue()
  }

  /** Hands everything over at once: at the end of the process. */
  finish(): void {
    this.#finishRound()
    this.begin()
    this.#finishRound()
  }

  #finishRound(): void {
    if (this.#cancelPause !== null) this.#cancelPause()
    this.#cancelPause = null
    while (this.#running !== null) this.#slice(this.#running)
  }

  #continue(): void {
    this.#cancelPause = null
    if (this.#running === null) return
    this.#slice(this.#running)
    if (this.#running !== null) this.#cancelPause = this.#clock.after(PAUSE_MS, () => this.#continue())
  }

  #slice(round: Round): void {
    const slice = round.stations.slice(round.done, round.done + SLICE)
    round.done += slice.length
    const isLast = round.done >= round.stations.length
    const position = isLast ? round.target : this.#stored
    const sessions = this.#sessionsOf(slice, round)
    for (const folds of slice) folds.isChanged = false
    const put = slice.map(stationDocument)
    if (sessions.length > 0 || isLast) {
      this.#journal.snapshot({ fold: SESSIONS_FOLD, position, version: SESSIONS_VERSION, put: sessions, remove: [] })
    }
    this.#journal.snapshot({ fold: STATIONS_FOLD, position, version: STATIONS_VERSION, put, remove: [] })
    if (!isLast) return
    this.#stored = position
    this.#running = null
    this.#unconfirmed = round
  }

  /** The changed sessions of these stations, which are changed no longer. */
  #sessionsOf(slice: readonly StationFolds[], round: Round): FoldDocument[] {
    const { changedSessions } = this.#state
    const stations = new Set(slice.map((folds) => folds.twin.id))
    const documents: FoldDocument[] = []
    for (const [id, session] of changedSessions) {
      if (!stations.has(session.station)) continue
      changedSessions.delete(id)
      round.sessions.set(id, session)
      documents.push(sessionDocument(session))
    }
    return documents
  }

  /** Takes back the last round when the store did not keep it (it could not be written). */
  #confirm(): void {
    const round = this.#unconfirmed
    if (round === null) return
    this.#unconfirmed = null
    const kept = Math.min(
      this.#journal.foldPosition(STATIONS_FOLD).position,
      this.#journal.foldPosition(SESSIONS_FOLD).position,
    )
    if (kept >= round.target) return
    this.#stored = kept
    for (const folds of round.stations) if (!folds.isChanged) markStation(this.#state, folds)
    for (const [id, session] of round.sessions) this.#state.changedSessions.set(id, session)
  }
}
