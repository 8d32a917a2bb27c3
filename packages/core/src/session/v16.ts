// Sessions of OCPP 1.6: StartTransaction, MeterValues and StopTransaction. The backend gives the id in its answer to the
// start, so a start is known by its content until then and a repeat of it is the same session (trap T7). A stop is always
// taken, also without a start (trap T8).

import { newReading, readSamples } from '../base/meter-reading.ts'
import { parseTimestamp } from '../base/timestamp.ts'
import { type Fields, fields, list, ordinal, text } from '../base/unchecked.ts'
import { wasOffline } from './offline.ts'
import type { MessageMoment, SessionRead, SessionReader } from './reader.ts'
import { newSession, note, type Session, takeMeter, unnote } from './session.ts'
import { closeSession, openSession, openSessionAt, type StationSessions } from './station-sessions.ts'
import { transactionIdOf } from './transaction-id.ts'

const MAX_TOKEN = 255
const MAX_REASON = 50
const MAX_STARTS = 16
/** Meter values of one message that are looked at: `transactionData` of a whole night has hundreds. */
const MAX_METER_VALUES = 512

const nobody: readonly Session[] = []

const startTransaction: SessionRead = (sessions, payload, moment) => {
  const number = ordinal(payload.connectorId)
  const token = text(payload.idTag, MAX_TOKEN)
  const meter = wattHours(payload.meterStart)
  const content = contentOf([number, token, meter, stampText(payload)])
  const known =
    sessions.open.find((of) => of.startContent === content) ?? sessions.closed.find((of) => of.startContent === content)
  if (known !== undefined) {
    known.repeats++
    if (known.starts.length < MAX_STARTS) known.starts.push(moment.position)
    return [known]
  }
  const session = newSession({ station: sessions.station, ...moment, sequence: null })
  session.evse = number
  session.connector = number
  session.token = token
  session.startedAt = stampOf(payload)
  session.meterStartWh = meter
  session.meterLastWh = meter
  session.meterLastAt = session.startedAt
  session.startContent = content
  session.startedOffline = wasOffline(session.startedAt, sessions.connectedAt)
  session.starts.push(moment.position)
  return openSession(sessions, session, moment.at)
}

const meterValues: SessionRead = (sessions, payload) => {
  const session = sessionOfMeter(sessions, payload)
  if (session === null) return nobody
  if (session.state !== 'open') session.late++
  takeMeterValues(session, payload.meterValue)
  return [session]
}

const stopTransaction: SessionRead = (sessions, payload, moment) => {
  const content = contentOf([String(payload.transactionId), wattHours(payload.meterStop), stampText(payload)])
  const said = sessions.closed.findLast((of) => of.stopContent === content)
  if (said !== undefined) {
    said.repeats++
    return [said]
  }
  const session = sessionOfStop(sessions, payload) ?? orphan(sessions, moment)
  if (session.state === 'ended') {
    session.repeats++
    note(session, 'stopDiffers')
    return [session]
  }
  session.stoppedAt = stampOf(payload)
  session.meterStopWh = wattHours(payload.meterStop)
  // Absent means Local (1.6, 6.49).
  session.reason = text(payload.reason, MAX_REASON) ?? 'Local'
  session.stopContent = content
  if (session.token === null) session.token = text(payload.idTag, MAX_TOKEN)
  takeMeterValues(session, payload.transactionData)
  unnote(session, 'stopMissing')
  closeSession(sessions, session, 'ended', moment.at)
  return [session]
}

/** A stop whose start nobody saw (trap W6: the backend or Busbar is younger than the session). */
function orphan(sessions: StationSessions, moment: MessageMoment): Session {
  const session = newSession({ station: sessions.station, ...moment, sequence: null })
  note(session, 'startMissing')
  return session
}

function sessionOfMeter(sessions: StationSessions, payload: Fields): Session | null {
  const id = transactionIdOf(payload.transactionId)
  const named = id === null ? null : byId(sessions, id)
  if (named !== null) return named
  const number = ordinal(payload.connectorId)
  if (number === null || number === 0) return null
  const there = openSessionAt(sessions, number, number)
  // An id that is neither known nor empty is not guessed onto a connector (trap T5), but for a session whose start was
  // never answered on record.
  if (there !== null) {
    if (id === null || there.stationTransactionId !== null) return id === null ? there : null
    there.stationTransactionId = id
    return there
  }
  if (id !== null || payload.transactionId === undefined) return null
  return sessions.closed.findLast((of) => of.connector === number && of.stationTransactionId === null) ?? null
}

/** Those that go on first: backends use ids again. */
function byId(sessions: StationSessions, id: string): Session | null {
  const isNamed = (of: Session) => of.stationTransactionId === id
  return sessions.open.findLast(isNamed) ?? sessions.closed.findLast(isNamed) ?? null
}

function sessionOfStop(sessions: StationSessions, payload: Fields): Session | null {
  const id = transactionIdOf(payload.transactionId)
  const named = id === null ? undefined : sessions.open.findLast((of) => of.stationTransactionId === id)
  if (named !== undefined) return named
  const unnamed = closest(sessions.open.filter(isUnnamed), payload)
  // Before the ended ones: backends use ids again. An id that overflowed in the station can mean any open session.
  const found =
    unnamed ??
    (id === null
      ? (closest(sessions.open, payload) ?? closest(sessions.closed.filter(isReplacedUnnamed), payload))
      : null)
  if (found === null)
    return id === null ? null : (sessions.closed.findLast((of) => of.stationTransactionId === id) ?? null)
  note(found, 'foundByContent')
  found.stationTransactionId ??= id
  return found
}

function isUnnamed(session: Session): boolean {
  return session.stationTransactionId === null
}

function isReplacedUnnamed(session: Session): boolean {
  return session.state === 'replaced' && session.stationTransactionId === null
}

/** The session that a stop without a useful id can only mean: same token first, then the meter that fits best. */
function closest(candidates: readonly Session[], payload: Fields): Session | null {
  const meter = wattHours(payload.meterStop)
  const stamp = stampOf(payload)
  const token = text(payload.idTag, MAX_TOKEN)
  let best: Session | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const session of candidates) {
    const reached = session.meterLastWh ?? session.meterStartWh
    if (meter !== null && reached !== null && meter < reached) continue
    if (stamp !== null && session.startedAt !== null && stamp < session.startedAt) continue
    const distance =
      (meter === null || reached === null ? 0 : meter - reached) +
      (token !== null && session.token === token ? 0 : 1e12)
    if (distance < bestDistance) {
      best = session
      bestDistance = distance
    }
  }
  return best
}

const reading = newReading()

function takeMeterValues(session: Session, meterValues: unknown): void {
  const items = list(meterValues)
  for (let i = 0; i < items.length && i < MAX_METER_VALUES; i++) {
    const item = fields(items[i])
    if (item === null) continue
    readSamples(item.sampledValue, reading)
    takeMeter(session, reading.energyWh, stampOf(item))
  }
}

/** Whole Wh, also where a station writes them as a text or with decimals. */
function wattHours(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Math.abs(number) <= 1e14 ? Math.round(number) + 0 : null
}

function stampText(payload: Fields): string | null {
  return text(payload.timestamp, 48)
}

function stampOf(payload: Fields): number | null {
  const { timestamp } = payload
  const at = typeof timestamp === 'string' ? parseTimestamp(timestamp) : Number.NaN
  return Number.isNaN(at) ? null : at
}

/** One text for what makes two messages the same, of bounded length. */
function contentOf(parts: readonly (string | number | null)[]): string {
  return parts.map((part) => (part === null ? '' : String(part).slice(0, 300))).join('|')
}

export const v16: SessionReader = {
  subprotocol: 'ocpp1.6',
  reads: new Map([
    ['StartTransaction', startTransaction],
    ['MeterValues', meterValues],
    ['StopTransaction', stopTransaction],
  ]),
}
