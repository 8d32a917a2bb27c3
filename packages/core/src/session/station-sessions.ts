// What is kept of the sessions of one station: those that go on, and for a while those that ended, because their last
// messages may come late. Both are bounded, so that a station that begins sessions without end costs no more than others.

import type { Position } from '../base/moment.ts'
import { note, type Session } from './session.ts'

export interface StationSessions {
  readonly station: string
  /** Every entry up to here is folded in. */
  foldedTo: Position
  /** When the station's present connection began; a session that began before was begun offline. */
  connectedAt: number | null
  /** Oldest first. */
  readonly open: Session[]
  /** Those that ended lately, oldest first. */
  readonly closed: Session[]
}

/** How long an ended session is kept for late messages (ocpp.md: fifteen minutes is what stations need). */
export const LATE_MS = 15 * 60_000
/** Bounds against stations that begin sessions without end. */
const MAX_OPEN = 64
const MAX_CLOSED = 32

/** A station without sessions. */
export function newStationSessions(station: string): StationSessions {
  return { station, foldedTo: 0, connectedAt: null, open: [], closed: [] }
}

/**
 * Begins a session at its place: whatever went on there before has ended unsaid (trap W7).
 * @returns the sessions that changed, the new one first
 */
export function openSession(sessions: StationSessions, session: Session, at: number): readonly Session[] {
  const changed = [session]
  for (const other of sessions.open.filter((of) => takesThePlaceOf(session, of))) {
    note(other, 'stopMissing')
    closeSession(sessions, other, 'replaced', at)
    changed.push(other)
  }
  sessions.open.push(session)
  if (sessions.open.length > MAX_OPEN) {
    const oldest = sessions.open[0]!
    note(oldest, 'stopMissing')
    closeSession(sessions, oldest, 'replaced', at)
    changed.push(oldest)
  }
  return changed
}

/** An EVSE has one session at a time; what was queued offline may come after what is newer. */
function takesThePlaceOf(session: Session, other: Session): boolean {
  if (session.evse === null || other.evse !== session.evse || session.irregularities.includes('startMissing'))
    return false
  return session.startedAt === null || other.startedAt === null || session.startedAt >= other.startedAt
}

/** Moves a session among those that ended. */
export function closeSession(
  sessions: StationSessions,
  session: Session,
  state: 'ended' | 'replaced',
  at: number,
): void {
  session.state = state
  session.closedAt = at
  const index = sessions.open.indexOf(session)
  if (index >= 0) sessions.open.splice(index, 1)
  if (!sessions.closed.includes(session)) sessions.closed.push(session)
  if (sessions.closed.length > MAX_CLOSED) sessions.closed.shift()
}

/** Lets go of what ended long ago. The last one stays: stations say their last start again after days (trap T7). */
export function forgetOld(sessions: StationSessions, at: number): void {
  while (sessions.closed.length > 1 && at - (sessions.closed[0]!.closedAt ?? 0) > LATE_MS) sessions.closed.shift()
}

/** The session that goes on at a connector; null when there is none, or with `connector` null at the EVSE. */
export function openSessionAt(sessions: StationSessions, evse: number, connector: number | null): Session | null {
  for (let i = sessions.open.length - 1; i >= 0; i--) {
    const session = sessions.open[i]!
    const matches = connector === null || session.connector === null || session.connector === connector
    if (session.evse === evse && matches) return session
  }
  return null
}
