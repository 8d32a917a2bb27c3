// What the folds know, in memory: per station its twin and its sessions, and which of them changed since they were last
// stored. Whether an entry was read from the store or has just been written makes no difference here.

import type { Position } from '@busbar/core/base/moment.ts'
import { type Entry, type Placed, STATION } from '@busbar/core/journal/entry.ts'
import type { Session } from '@busbar/core/session/session.ts'
import { foldSessions } from '@busbar/core/session/sessions.ts'
import { newStationSessions, type StationSessions } from '@busbar/core/session/station-sessions.ts'
import { foldStation, newTwin, type StationTwin } from '@busbar/core/twin/twin.ts'

/** The folds of one station. */
export interface StationFolds {
  readonly twin: StationTwin
  readonly sessions: StationSessions
  isChanged: boolean
}

export interface FoldState {
  /** Every entry up to here is folded in. */
  position: Position
  readonly stations: Map<string, StationFolds>
  /** Changed since they were last handed over for storing. */
  changedStations: StationFolds[]
  readonly changedSessions: Map<string, Session>
}

export function newFoldState(): FoldState {
  return { position: 0, stations: new Map(), changedStations: [], changedSessions: new Map() }
}

/** Folds one entry; those folded in already change nothing. */
export function foldEntry(state: FoldState, placed: Placed): void {
  if (placed.position <= state.position) return
  state.position = placed.position
  const { entry } = placed
  if (entry.station === null) return
  const folds = state.stations.get(entry.station) ?? begin(state, entry.station, entry)
  if (folds === null) return
  foldStation(folds.twin, placed)
  const changed = foldSessions(folds.sessions, placed)
  if (!folds.isChanged) markStation(state, folds)
  for (const session of changed) state.changedSessions.set(session.id, session)
}

/** Notes that a station's folds are to be stored. */
export function markStation(state: FoldState, folds: StationFolds): void {
  folds.isChanged = true
  state.changedStations.push(folds)
}

/**
 * A station begins to be known when it was let in or said something. A refused handshake begins nothing: anybody can
 * knock under any name, and names must not cost memory.
 */
function begin(state: FoldState, id: string, entry: Entry): StationFolds | null {
  const isKnown = entry.kind === 'frame' || (entry.kind === 'link' && entry.peer === STATION && entry.state === 'up')
  if (!isKnown) return null
  const folds = { twin: newTwin(id), sessions: newStationSessions(id), isChanged: false }
  state.stations.set(id, folds)
  return folds
}
