// Sessions of OCPP 2.0.1: TransactionEvents under an id of the station. Each event may bring what was not known yet (EVSE
// and token come once, E01.FR.16), in any order after an outage; an event after the end belongs to the session and never
// opens it again (traps T28, W4).

import { newReading, readSamples } from '../base/meter-reading.ts'
import { parseTimestamp } from '../base/timestamp.ts'
import { type Fields, fields, list, ordinal, text, written } from '../base/unchecked.ts'
import type { MessageMoment, SessionRead, SessionReader } from './reader.ts'
import { contentHash, newSequence, takeSequence } from './sequence.ts'
import { newSession, note, type Session, takeMeter, unnote } from './session.ts'
import { closeSession, openSession, type StationSessions } from './station-sessions.ts'

const MAX_ID = 255
const MAX_REASON = 50
const MAX_METER_VALUES = 512
/** Longer contents are compared by this much of them. */
const MAX_CONTENT = 65_536

const nobody: readonly Session[] = []

const transactionEvent: SessionRead = (sessions, payload, moment) => {
  const info = fields(payload.transactionInfo)
  const id = text(info?.transactionId, MAX_ID)
  if (info === null || id === null || id === '') return nobody
  const known = byId(sessions, id)
  const session = known ?? begin(sessions, id, moment)
  const { sequence } = session
  if (sequence !== null) {
    const standing = takeSequence(sequence, ordinal(payload.seqNo), contentHash(contentOf(payload)))
    if (standing === 'repeat') {
      session.repeats++
      return [session]
    }
    if (standing === 'reused') note(session, 'seqNoReused')
    if (sequence.missing.length > 0) note(session, 'seqNoGap')
    else unnote(session, 'seqNoGap')
  }
  const wasEnded = session.state === 'ended'
  if (wasEnded) session.late++
  takeWhatIsNew(session, payload)
  takeMeterValues(session, payload)
  const opened = known === null ? openSession(sessions, session, moment.at) : [session]
  if (payload.eventType === 'Ended' && !wasEnded) end(sessions, session, payload, info, moment)
  return opened
}

function begin(sessions: StationSessions, id: string, moment: MessageMoment): Session {
  const session = newSession({ station: sessions.station, ...moment, sequence: newSequence() })
  session.stationTransactionId = id
  note(session, 'startMissing')
  return session
}

function takeWhatIsNew(session: Session, payload: Fields): void {
  const evse = fields(payload.evse)
  if (evse !== null) {
    session.evse ??= ordinal(evse.id)
    session.connector ??= ordinal(evse.connectorId)
  }
  session.token ??= text(fields(payload.idToken)?.idToken, MAX_ID)
  if (payload.eventType !== 'Started') return
  session.startedAt ??= stampOf(payload)
  if (payload.offline === true) session.startedOffline = true
  unnote(session, 'startMissing')
}

function end(sessions: StationSessions, session: Session, payload: Fields, info: Fields, moment: MessageMoment): void {
  session.stoppedAt = stampOf(payload)
  // Absent means Local (E06, TransactionType.stoppedReason).
  session.reason = text(info.stoppedReason, MAX_REASON) ?? 'Local'
  unnote(session, 'stopMissing')
  closeSession(sessions, session, 'ended', moment.at)
}

const reading = newReading()

/** Readings of an event: the first of a Started is the beginning, the last of an Ended the end. */
function takeMeterValues(session: Session, payload: Fields): void {
  const items = list(payload.meterValue)
  const ends = payload.eventType === 'Ended' && session.state !== 'ended'
  for (let i = 0; i < items.length && i < MAX_METER_VALUES; i++) {
    const item = fields(items[i])
    if (item === null) continue
    readSamples(item.sampledValue, reading)
    const { beginWh, energyWh } = reading
    session.meterStartWh ??= beginWh ?? (payload.eventType === 'Started' ? energyWh : null)
    takeMeter(session, energyWh ?? beginWh, stampOf(item))
    if (ends && energyWh !== null) session.meterStopWh = energyWh
  }
}

function byId(sessions: StationSessions, id: string): Session | null {
  return (
    sessions.open.find((of) => of.stationTransactionId === id) ??
    sessions.closed.findLast((of) => of.stationTransactionId === id) ??
    null
  )
}

/** What makes two events the same: everything but the offline flag, which a station may set only when it repeats. */
function contentOf(payload: Fields): string {
  return (written({ ...payload, offline: undefined }, Number.POSITIVE_INFINITY) ?? '').slice(0, MAX_CONTENT)
}

function stampOf(payload: Fields): number | null {
  const { timestamp } = payload
  const at = typeof timestamp === 'string' ? parseTimestamp(timestamp) : Number.NaN
  return Number.isNaN(at) ? null : at
}

/** MeterValues have no row: in 2.x those of a transaction stand in its events. */
export const v201: SessionReader = {
  subprotocol: 'ocpp2.0.1',
  reads: new Map([['TransactionEvent', transactionEvent]]),
}
