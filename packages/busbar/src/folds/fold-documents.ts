// How the folds are stored: one document per station with everything that is needed to fold on, and one per session with
// its record, found by station and time. A session's document outlives its stay in memory; a station's is replaced.

import { type SessionRecord, sessionRecord, sessionSpan } from '@busbar/core/session/record.ts'
import type { Session } from '@busbar/core/session/session.ts'
import { newStationSessions, type StationSessions } from '@busbar/core/session/station-sessions.ts'
import { newTwin, type StationTwin } from '@busbar/core/twin/twin.ts'
import type { FoldDocument } from '../storage/journal.ts'
import type { StationFolds } from './fold-state.ts'

export const STATIONS_FOLD = 'stations'
export const SESSIONS_FOLD = 'sessions'

/** One more whenever a fold or what it keeps per station changes: then everything is folded again from the first entry. */
export const STATIONS_VERSION = 1

/**
 * One more only when the record's shape changes so that readers cannot read both: the store then lets go of all of them,
 * and those whose entries are gone cannot be folded again.
 */
export const SESSIONS_VERSION = 1

/** A station's twin and sessions as a document. */
export function stationDocument(folds: StationFolds): FoldDocument {
  const { twin, sessions } = folds
  return {
    key: twin.id,
    station: twin.id,
    from: twin.lastSeen ?? 0,
    to: null,
    body: JSON.stringify({ twin, sessions }),
  }
}

/** The folds of a station from its document, which this release wrote. */
export function stationFolds(document: FoldDocument): StationFolds {
  const { twin, sessions } = JSON.parse(document.body) as { twin: StationTwin; sessions: StationSessions }
  return {
    twin: Object.assign(newTwin(document.key), twin),
    sessions: Object.assign(newStationSessions(document.key), sessions),
    isChanged: false,
  }
}

/** A session's record as a document. */
export function sessionDocument(session: Session): FoldDocument {
  const { from, to } = sessionSpan(session)
  return { key: session.id, station: session.station, from, to, body: JSON.stringify(sessionRecord(session)) }
}

/** The record in a session's document. */
export function recordIn(document: FoldDocument): SessionRecord {
  return JSON.parse(document.body) as SessionRecord
}
