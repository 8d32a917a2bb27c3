// The fold of a station's charging sessions. Messages of a session are read by tables per version; answers of backends are
// matched to the messages they answer by position. A status never begins or ends a session: Available may come before the end does
// (trap W6).

import type { Position } from '../base/moment.ts'
import { fields } from '../base/unchecked.ts'
import { BUSBAR, type DeliveryEntry, type FrameEntry, type Party, type Placed, STATION } from '../journal/entry.ts'
import { payloadOnce } from '../twin/payload-once.ts'
import { acknowledge, deliveryOf, letGo, owe } from './delivery.ts'
import type { Session } from './session.ts'
import { forgetOld, type StationSessions } from './station-sessions.ts'
import { transactionIdOf } from './transaction-id.ts'
import { sessionReaders } from './versions.ts'

const MAX_STARTS = 16
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
  const payload = fields(payloadOnce(entry))
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
  const answersStart = entry.action === 'StartTransaction'
  const id = answersStart ? transactionIdOf(fields(payloadOnce(entry))?.transactionId) : null
  const changed: Session[] = []
  for (const session of sessions.open) if (takeAnswer(session, entry, entry.ref, id, position)) changed.push(session)
  for (const session of sessions.closed) if (takeAnswer(session, entry, entry.ref, id, position)) changed.push(session)
  return changed
}

/** Whether the answer says something of the session. `id` is the transaction id in it. */
function takeAnswer(
  session: Session,
  entry: FrameEntry,
  ref: Position,
  id: string | null,
  position: Position,
): boolean {
  let isChanged = false
  for (const delivery of session.deliveries) {
    if (delivery.backend === entry.from) isChanged = acknowledge(delivery, ref)
  }
  if (id === null || !session.starts.includes(ref)) return isChanged
  takeTransactionId(session, entry, id, position)
  return true
}

/** The actions whose answers say something about a session. */
const answeredActions: ReadonlySet<string> = new Set(
  [...sessionReaders.values()].flatMap((reader) => [...reader.reads.keys()]),
)

/** The id in the answer to a start; ids that name nothing are none (trap W3). */
function takeTransactionId(session: Session, entry: FrameEntry, id: string, position: Position): void {
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
