// The sessions of one station, folded from the journal: those that go on, and for a while those that ended, because their
// last messages may come late. Messages of a session are found by tables per version; answers of backends are matched to
// the messages they answer by position. A status never begins or ends a session: Available may come before the end does
// (trap W6).

import type { Position } from '../base/moment.ts'
import { fields } from '../base/unchecked.ts'
import { BUSBAR, type DeliveryEntry, type FrameEntry, type Party, type Placed, payloadOf, STATION } from '../journal/entry.ts'
import { acknowledge, deliveryOf, letGo, owe } from './delivery.ts'
import { note, type Session } from './session.ts'
import { transactionIdOf } from './transaction-id.ts'
import { sessionReaders } from './versions.ts'

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
const MAX_STARTS = 16

/** A station without sessions. */
export function newStationSessions(station: string): StationSessions {
  return { station, foldedTo: 0, connectedAt: null, open: [], closed: [] }
}

const none: readonly Session[] = []

/**
 * Folds one entry of this station into its sessions; one that is folded in already changes nothing.
 * @returns the sessions it changed
 */
export function foldSessions(sessions: StationSessions, placed: Placed): readonly Session[] {
  const { entry, position } = placed
  if (position <= sessions.foldedTo) return none
  sessions.foldedTo = position
  switch (entry.kind) {
    case 'frame':
      return entry.from === STATION ? foldMessage(sessions, entry, position) : foldAnswer(sessions, entry, position)
    case 'link':
      if (entry.peer === STATION && entry.state === 'up') sessions.connectedAt = entry.at
      return none
    case 'delivery':
      return foldDelivery(sessions, entry)
    default:
      return none
  }
}

function foldMessage(sessions: StationSessions, entry: FrameEntry, position: Position): readonly Session[] {
  // A call with a reference is a copy that left in another form: its original is folded in already.
  if (entry.type !== 'call' || entry.action === null || entry.ocpp === null) return none
  const read = sessionReaders.get(entry.ocpp)?.reads.get(entry.action)
  if (read === undefined) return none
  if (entry.ref !== null) return oweCopy(sessions, entry, entry.ref)
  const payload = fields(payloadOf(entry))
  if (payload === null) return none
  forgetOld(sessions, entry.at)
  const changed = read(sessions, payload, { at: entry.at, position, ocpp: entry.ocpp })
  const [session] = changed
  if (session !== undefined && isBackend(entry.to)) owe(session.deliveries, entry.to, position)
  return changed
}

/** A copy for a backend that the original was not for. Answers name the original, so that is what is owed. */
function oweCopy(sessions: StationSessions, entry: FrameEntry, original: Position): readonly Session[] {
  if (!isBackend(entry.to)) return none
  for (const session of everySession(sessions)) {
    const isOurs = session.first === original || session.starts.includes(original) || owesAnywhere(session, original)
    if (!isOurs) continue
    owe(session.deliveries, entry.to, original)
    return [session]
  }
  return none
}

function owesAnywhere(session: Session, position: Position): boolean {
  return session.deliveries.some((delivery) => delivery.unanswered.includes(position))
}

function foldAnswer(sessions: StationSessions, entry: FrameEntry, position: Position): readonly Session[] {
  if (entry.type !== 'result' || entry.ref === null || entry.action === null) return none
  if (!answeredActions.has(entry.action) || (sessions.open.length === 0 && sessions.closed.length === 0)) return none
  const payload = entry.action === 'StartTransaction' ? fields(payloadOf(entry)) : null
  const changed: Session[] = []
  for (const session of everySession(sessions)) {
    const delivery = isBackend(entry.from) ? session.deliveries.find((of) => of.backend === entry.from) : undefined
    let isChanged = delivery !== undefined && acknowledge(delivery, entry.ref)
    if (payload !== null && session.starts.includes(entry.ref)) {
      takeTransactionId(session, entry, transactionIdOf(payload.transactionId), position)
      isChanged = true
    }
    if (isChanged) changed.push(session)
  }
  return changed
}

/** The actions whose answers say something about a session. */
const answeredActions: ReadonlySet<string> = new Set(
  [...sessionReaders.values()].flatMap((reader) => [...reader.reads.keys()]),
)

/** The id in the answer to a start; ids that name nothing are none (trap W3). */
function takeTransactionId(session: Session, entry: FrameEntry, id: string | null, position: Position): void {
  if (id === null) return
  if (isBackend(entry.from)) {
    const delivery = deliveryOf(session.deliveries, entry.from)
    // Every backend gives its own (trap T5), and the first answer counts: a repeat may get another (trap T7).
    if (delivery !== null) delivery.transactionId ??= id
  }
  if (entry.to === STATION) session.stationTransactionId = id
  // The same answer may follow under another id or with another content, with this one as its reference.
  if (session.starts.length < MAX_STARTS) session.starts.push(position)
}

function foldDelivery(sessions: StationSessions, entry: DeliveryEntry): readonly Session[] {
  if (entry.state === 'owed' || entry.state === 'retried' || entry.state === 'refused') return none
  const changed: Session[] = []
  for (const session of everySession(sessions)) {
    const delivery = session.deliveries.find((of) => of.backend === entry.backend)
    if (delivery === undefined || !delivery.unanswered.includes(entry.ref)) continue
    if (entry.state === 'acknowledged') acknowledge(delivery, entry.ref)
    else if (entry.state === 'dropped') letGo(delivery, entry.ref)
    else delivery.quarantined = true
    changed.push(session)
  }
  return changed
}

function isBackend(party: Party | null): party is Party {
  return party !== null && party !== STATION && party !== BUSBAR
}

function* everySession(sessions: StationSessions): Generator<Session> {
  yield* sessions.open
  yield* sessions.closed
}

/** Begins a session at its place: whatever went on there before has ended unsaid (trap W7). */
export function openSession(sessions: StationSessions, session: Session, at: number): readonly Session[] {
  const changed = [session]
  for (const other of [...sessions.open]) {
    const isReplaced = session.evse !== null && other.evse === session.evse && other.connector === session.connector
    if (!isReplaced) continue
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

/** Moves a session among those that ended. */
export function closeSession(sessions: StationSessions, session: Session, state: 'ended' | 'replaced', at: number): void {
  session.state = state
  session.closedAt = at
  const index = sessions.open.indexOf(session)
  if (index >= 0) sessions.open.splice(index, 1)
  if (!sessions.closed.includes(session)) sessions.closed.push(session)
  if (sessions.closed.length > MAX_CLOSED) sessions.closed.shift()
}

/** Lets go of what ended long ago. The last one stays: stations say their last start again after days (trap T7). */
function forgetOld(sessions: StationSessions, at: number): void {
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
