// What people and cars do at a station, and what it makes of it: plug, authorise, charge, stop, unplug. Every event of a
// session is noted when it happens, with its time and reading, and told when the backend can be reached.

import { cancel, plan } from './agenda.ts'
import { arrivedCar, type CarOptions, phasesUsed } from './car.ts'
import { isOnline, say, tell } from './station-calls.ts'
import { advance, chargingStatus, planLimitChange, readMeter } from './station-metering.ts'
import {
  type Connector,
  carTimeMs,
  connectorOf,
  type Session,
  type Station,
  type StationStep,
  type Status,
  type StopReason,
  stationTime,
  type Token,
  type Trigger,
} from './station-state.ts'

/** How long a person who was let in has to plug the cable (in the car's time). */
const PLUG_WITHIN_MS = 60_000

/** Changes what a connector shows and tells the backend if its version would notice. */
export function setStatus(station: Station, connector: Connector, status: Status, step: StationStep): void {
  connector.status = status
  if (isOnline(station)) tellStatus(station, connector, step)
}

/** Tells the status of a connector when it differs from what was told last. */
export function tellStatus(station: Station, connector: Connector, step: StationStep): void {
  const name = station.dialect.statusName(connector)
  if (connector.told === name) return
  connector.told = name
  say(station, station.dialect.status(station, connector.id, stationTime(station, step)))
}

/** A cable connects a car. */
export function plugIn(station: Station, connector: Connector, car: CarOptions, step: StationStep): void {
  if (connector.car !== null) return
  connector.car = arrivedCar(car)
  connector.advancedMono = step.now.mono
  const allowed = connector.allowed
  if (allowed !== null)
    return startSession(station, connector, allowed.token, 'CablePluggedIn', allowed.remoteStartId, step)
  if (!connector.inoperative && connector.errorCode === 'NoError') setStatus(station, connector, 'Preparing', step)
}

/** The cable is taken out; a running session ends with it. */
export function plugOut(station: Station, connector: Connector, step: StationStep): void {
  if (connector.car === null) return
  if (connector.session !== null) stopSession(station, connector, 'carLeft', 'EVDeparted', null, step)
  connector.car = null
  setStatus(station, connector, restingStatus(connector), step)
}

/** Somebody holds a card to the reader: it begins a session, or ends the one it began. */
export function present(station: Station, connector: Connector, token: Token, step: StationStep): void {
  const session = connector.session
  if (session !== null) {
    if (session.token.id !== token.id) return note(step, `token ${token.id} is not the one that charges`)
    return stopSession(station, connector, 'local', 'StopAuthorized', token, step)
  }
  const held = connector.reservation
  if (connector.inoperative || connector.errorCode !== 'NoError') return note(step, 'the connector is out of order')
  if (held !== null && held.token !== token.id) return note(step, 'the connector is reserved for somebody else')
  if (!isOnline(station)) return decideAlone(station, connector.id, token, step)
  say(station, station.dialect.authorise(token), { kind: 'authorise', connector: connector.id, token })
}

/** Nobody can be asked: the local list decides, else the station's own rule (1.6 section 3.5.3). */
export function decideAlone(station: Station, connectorId: number, token: Token, step: StationStep): void {
  const listed = station.localList.get(token.id)
  const accepted = listed === undefined ? station.options.acceptsOffline : listed === 'Accepted'
  authorised(station, connectorId, token, accepted, null, step)
}

/** A token was judged. */
export function authorised(
  station: Station,
  connectorId: number,
  token: Token,
  accepted: boolean,
  remoteStartId: number | null,
  step: StationStep,
): void {
  const connector = connectorOf(station, connectorId)
  if (connector === null || connector.session !== null) return
  if (!accepted) return note(step, `token ${token.id} was refused`)
  const trigger: Trigger = remoteStartId === null ? 'Authorized' : 'RemoteStart'
  if (connector.car !== null) return startSession(station, connector, token, trigger, remoteStartId, step)
  connector.allowed = { token, remoteStartId }
  setStatus(station, connector, 'Preparing', step)
  const due = step.now.mono + carTimeMs(station, PLUG_WITHIN_MS)
  plan(station.agenda, `nobodyPluggedIn ${connector.id}`, due, { kind: 'nobodyPluggedIn', connector: connector.id })
}

/** The person who was let in has gone without plugging. */
export function forgetAllowed(station: Station, connector: Connector, step: StationStep): void {
  if (connector.allowed === null) return
  connector.allowed = null
  setStatus(station, connector, restingStatus(connector), step)
}

function startSession(
  station: Station,
  connector: Connector,
  token: Token,
  trigger: Trigger,
  remoteStartId: number | null,
  step: StationStep,
): void {
  const held = connector.reservation
  const session: Session = {
    key: step.now.freshId(),
    connector: connector.id,
    token,
    startedAt: stationTime(station, step),
    startedMono: step.now.mono,
    remoteStartId,
    reservation: held === null ? null : held.id,
    transactionId: null,
    nextSeqNo: 0,
    ended: false,
  }
  connector.allowed = null
  connector.reservation = null
  cancel(station.agenda, `nobodyPluggedIn ${connector.id}`)
  cancel(station.agenda, `reservationEnds ${connector.id}`)
  connector.session = session
  connector.powerOnMono = step.now.mono
  connector.advancedMono = step.now.mono
  connector.amps = 0
  note(step, `${token.id} begins to charge at connector ${connector.id}`)
  tellSession(station, connector, session, 'started', trigger, null, null, step, 'Preparing')
  refreshCharging(station, connector, step)
  planSample(station, connector, step)
}

/** Ends the session of a connector, if there is one. */
export function stopSession(
  station: Station,
  connector: Connector,
  reason: StopReason,
  trigger: Trigger,
  stopToken: Token | null,
  step: StationStep,
): void {
  const session = connector.session
  if (session === null) return
  advance(station, connector, step)
  connector.amps = 0
  session.ended = true
  tellSession(station, connector, session, 'ended', trigger, reason, stopToken, step, 'Finishing')
  note(step, `the session of ${session.token.id} ended at ${Math.floor(connector.meterWh)} Wh (${reason})`)
  connector.session = null
  cancel(station.agenda, `sample ${connector.id}`)
  station.profiles = station.profiles.filter(
    (profile) => profile.purpose !== 'transaction' || profile.connector !== connector.id,
  )
  if (connector.inoperativeNext !== null) {
    connector.inoperative = connector.inoperativeNext
    connector.inoperativeNext = null
  }
  setStatus(
    station,
    connector,
    connector.inoperative ? 'Unavailable' : connector.errorCode === 'NoError' ? 'Finishing' : 'Faulted',
    step,
  )
  for (const other of station.connectors) if (other.session !== null) refreshCharging(station, other, step)
  planLimitChange(station, step)
}

/** Brings current and status of a charging connector in line with car, limits and faults; tells a change. */
export function refreshCharging(station: Station, connector: Connector, step: StationStep): void {
  const session = connector.session
  if (session === null) return
  advance(station, connector, step)
  const status = chargingStatus(station, connector, step)
  if (status !== connector.status) {
    // Power that comes back ramps up again.
    if (status === 'Charging') {
      connector.powerOnMono = step.now.mono
      advance(station, connector, step)
    }
    setStatus(station, connector, status, step)
    tellSession(station, connector, session, 'updated', 'ChargingStateChanged', null, null, step, status)
  }
  planLimitChange(station, step)
}

/** The time for a periodic reading has come. */
export function sample(station: Station, connector: Connector, step: StationStep): void {
  const session = connector.session
  if (session === null) return
  refreshCharging(station, connector, step)
  tellSession(station, connector, session, 'updated', 'MeterValuePeriodic', null, null, step, connector.status)
  planSample(station, connector, step)
}

/** A reading that TriggerMessage asked for. */
export function sampleNow(station: Station, connector: Connector, step: StationStep): void {
  advance(station, connector, step)
  const session = connector.session
  if (session !== null) {
    return tellSession(station, connector, session, 'updated', 'Trigger', null, null, step, connector.status)
  }
  const reading = readMeter(station, connector, step)
  say(
    station,
    station.dialect.readings(station, connector, reading, stationTime(station, step)),
    { kind: 'other' },
    true,
  )
}

/** A part breaks or is mended. */
export function setFault(station: Station, connector: Connector, errorCode: string, step: StationStep): void {
  advance(station, connector, step)
  connector.errorCode = errorCode
  if (connector.session !== null) return refreshCharging(station, connector, step)
  setStatus(station, connector, restingStatus(connector), step)
}

/** What a connector shows when nothing happens on it. */
export function restingStatus(connector: Connector): Status {
  if (connector.errorCode !== 'NoError') return 'Faulted'
  if (connector.inoperative) return 'Unavailable'
  if (connector.reservation !== null) return 'Reserved'
  return connector.car === null ? 'Available' : 'Preparing'
}

function planSample(station: Station, connector: Connector, step: StationStep): void {
  if (station.sampleMs <= 0) return
  const due = step.now.mono + carTimeMs(station, station.sampleMs)
  plan(station.agenda, `sample ${connector.id}`, due, { kind: 'sample', connector: connector.id })
}

function tellSession(
  station: Station,
  connector: Connector,
  session: Session,
  event: 'started' | 'updated' | 'ended',
  trigger: Trigger,
  reason: StopReason | null,
  stopToken: Token | null,
  step: StationStep,
  state: Status,
): void {
  const seqNo = session.nextSeqNo
  session.nextSeqNo += 1
  tell(station, {
    event,
    session,
    at: stationTime(station, step),
    seqNo,
    trigger,
    state,
    reading: readMeter(station, connector, step),
    phases: connector.car === null ? connector.rating.phases : phasesUsed(connector.car, connector.rating),
    reason,
    stopToken,
    offline: !isOnline(station),
    attempts: 0,
  })
}

function note(step: StationStep, text: string): void {
  step.effects.push({ kind: 'note', text })
}
