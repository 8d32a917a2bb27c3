// What a station does when it is told to, in words that no version owns: start, stop, reset, reserve, limit, update. The
// dialects read a command's payload, call one of these, and write the outcome in their version's words.

import { plan } from './agenda.ts'
import { compositeSchedule, installProfile, type Profile } from './charging-profile.ts'
import { type Json, timeText } from './envelope.ts'
import { abandonCalls, say } from './station-calls.ts'
import { limitContext } from './station-metering.ts'
import { authorised, refreshCharging, restingStatus, sampleNow, setStatus, stopSession } from './station-sessions.ts'
import {
  type Connector,
  carTimeMs,
  connectorOf,
  type Reply,
  type Station,
  type StationStep,
  stationTime,
  type Token,
} from './station-state.ts'

/** A command with a payload it could read. */
export function answer(payload: Json): Reply {
  return { kind: 'answer', payload }
}

/** A command whose payload lacks what it needs. */
export function malformed(station: Station, what: string): Reply {
  return { kind: 'refusal', code: station.dialect.formatError, description: what }
}

/** Starts a session by order of the backend; the profile belongs to it. The token is not asked for again. */
export function remoteStart(
  station: Station,
  wanted: number | null,
  token: Token,
  remoteStartId: number,
  profile: Profile | null,
  step: StationStep,
): Connector | null {
  if (station.registration !== 'accepted') return null
  const free = (connector: Connector) =>
    connector.session === null &&
    connector.allowed === null &&
    !connector.inoperative &&
    connector.errorCode === 'NoError' &&
    (connector.reservation === null || connector.reservation.token === token.id)
  const candidates = station.connectors.filter(
    (connector) => free(connector) && (wanted === null || connector.id === wanted),
  )
  const chosen = candidates.find((connector) => connector.car !== null) ?? candidates[0]
  if (chosen === undefined) return null
  if (profile !== null) station.profiles = installProfile(station.profiles, { ...profile, connector: chosen.id })
  authorised(station, chosen.id, token, true, remoteStartId, step)
  return chosen
}

/** Ends the session that goes by this name. */
export function remoteStop(station: Station, name: string, step: StationStep): boolean {
  const connector = connectorWithTransaction(station, name)
  if (connector === null) return false
  stopSession(station, connector, 'remote', 'RemoteStop', null, step)
  return true
}

/** The connector on which this transaction runs, by the backend's id or the station's. */
export function connectorWithTransaction(station: Station, name: string): Connector | null {
  const runs = (connector: Connector) =>
    connector.session !== null && (connector.session.key === name || String(connector.session.transactionId) === name)
  return station.connectors.find(runs) ?? null
}

/** Restarts in a moment, when the answer is out. `graceful` ends sessions first and lets their messages leave. */
export function reset(station: Station, graceful: boolean, reason: string, step: StationStep): void {
  for (const connector of station.connectors) {
    stopSession(station, connector, graceful ? 'softReset' : 'hardReset', 'ResetCommand', null, step)
  }
  plan(station.agenda, 'restart', step.now.mono + (graceful ? 2_000 : 200), {
    kind: 'restart',
    reason,
    whenIdle: false,
  })
}

/** Restarts when no session runs any more. */
export function resetWhenIdle(station: Station, reason: string, step: StationStep): void {
  plan(station.agenda, 'restart', step.now.mono + 1_000, { kind: 'restart', reason, whenIdle: true })
}

/** Restarts now if no session runs, else looks again later. */
export function restartIfIdle(station: Station, reason: string, step: StationStep): void {
  const charging = station.connectors.some((connector) => connector.session !== null)
  return charging ? resetWhenIdle(station, reason, step) : powerCycle(station, reason, step)
}

/** Power off and on again: links and open calls are gone, meters, queue, profiles and lists are not. */
export function powerCycle(station: Station, reason: string, step: StationStep): void {
  step.effects.push({ kind: 'note', text: `restarts (${reason})` })
  if (station.link !== 'down') {
    step.effects.push({ kind: 'close', link: station.linkNumber, code: 1001, reason: 'restart' })
  }
  abandonCalls(station)
  station.link = 'down'
  station.registration = 'none'
  station.bootReason = reason
  station.everAccepted = false
  station.stream.open = false
  for (const connector of station.connectors) {
    connector.allowed = null
    connector.status = restingStatus(connector)
  }
  station.agenda.dues = station.agenda.dues.filter((due) => keptOverRestart.has(due.task.kind))
  plan(station.agenda, 'reconnect', step.now.mono + station.options.restartMs, { kind: 'reconnect' })
}

const keptOverRestart = new Set(['reservationEnds', 'retryTransaction', 'firmware', 'log'])

/** Takes a connector (0: all) out of service or back. `Scheduled` when a session has to end first. */
export function changeAvailability(
  station: Station,
  connectorId: number,
  operative: boolean,
  step: StationStep,
): 'Accepted' | 'Rejected' | 'Scheduled' {
  const chosen = connectorId === 0 ? station.connectors : station.connectors.filter((each) => each.id === connectorId)
  if (chosen.length === 0) return 'Rejected'
  let scheduled = false
  for (const connector of chosen) {
    if (connector.session !== null) {
      connector.inoperativeNext = !operative
      scheduled = scheduled || !operative
      continue
    }
    connector.inoperative = !operative
    setStatus(station, connector, restingStatus(connector), step)
  }
  return scheduled ? 'Scheduled' : 'Accepted'
}

/** Installs a profile and obeys it at once. False when it is for a transaction that does not run. */
export function setProfile(station: Station, profile: Profile, step: StationStep): boolean {
  if (profile.periods.length === 0) return false
  if (profile.connector !== 0 && connectorOf(station, profile.connector) === null) return false
  if (profile.purpose === 'transaction') {
    const connector = connectorOf(station, profile.connector)
    if (connector === null || connector.session === null) return false
    if (profile.transaction !== null && connectorWithTransaction(station, profile.transaction) !== connector)
      return false
  }
  changeProfiles(station, installProfile(station.profiles, profile), step)
  return true
}

/** Removes profiles; gives how many. */
export function clearProfiles(station: Station, matches: (profile: Profile) => boolean, step: StationStep): number {
  const kept = station.profiles.filter((profile) => !matches(profile))
  const cleared = station.profiles.length - kept.length
  if (cleared > 0) changeProfiles(station, kept, step)
  return cleared
}

function changeProfiles(station: Station, profiles: Profile[], step: StationStep): void {
  // The energy up to now was charged under the old limits.
  for (const connector of station.connectors) refreshCharging(station, connector, step)
  station.profiles = profiles
  for (const connector of station.connectors) refreshCharging(station, connector, step)
}

/** The composite schedule of a connector (0: the first one's outlet stands for the station), in the unit asked for. */
export function composite(
  station: Station,
  connectorId: number,
  seconds: number,
  unit: 'A' | 'W',
  step: StationStep,
): { startAt: string; periods: { startPeriod: number; limit: number; numberPhases: number }[] } | null {
  const connector = connectorId === 0 ? station.connectors[0] : connectorOf(station, connectorId)
  if (connector === undefined || connector === null) return null
  const context = limitContext(station, connector)
  const shares = connectorId === 0 ? { ...context, sharers: 1 } : context
  const from = stationTime(station, step)
  const perAmp = unit === 'A' ? 1 : connector.rating.volts * connector.rating.phases
  const periods = compositeSchedule(station.profiles, shares, from, seconds).map((period) => ({
    startPeriod: period.start,
    // A schedule has one decimal; upwards, so that it never says less than what the station may meter.
    limit: Math.ceil(period.amps * perAmp * 10 - 1e-6) / 10,
    numberPhases: period.phases,
  }))
  return { startAt: timeText(from), periods }
}

/** Reserves a connector (null: any free one) for a token. */
export function reserve(
  station: Station,
  connectorId: number | null,
  reservation: { readonly id: number; readonly token: string; readonly until: number },
  step: StationStep,
): 'Accepted' | 'Faulted' | 'Occupied' | 'Rejected' | 'Unavailable' {
  const wanted = connectorId === null || connectorId === 0 ? null : connectorId
  const again = station.connectors.find((each) => each.reservation?.id === reservation.id)
  const choices = station.connectors.filter((each) => wanted === null || each.id === wanted)
  const free = choices.find((each) => each.status === 'Available')
  const chosen = again ?? free
  if (chosen === undefined) {
    const first = choices[0]
    if (first === undefined) return 'Rejected'
    if (first.errorCode !== 'NoError') return 'Faulted'
    return first.inoperative ? 'Unavailable' : 'Occupied'
  }
  chosen.reservation = { id: reservation.id, token: reservation.token }
  setStatus(station, chosen, restingStatus(chosen), step)
  const waitMs = Math.max(0, reservation.until - stationTime(station, step))
  const task = { kind: 'reservationEnds', connector: chosen.id } as const
  plan(station.agenda, `reservationEnds ${chosen.id}`, step.now.mono + waitMs, task)
  return 'Accepted'
}

/** Gives a reservation up; false when there is none of that id. */
export function cancelReservation(station: Station, id: number, step: StationStep): boolean {
  const connector = station.connectors.find((each) => each.reservation?.id === id)
  if (connector === undefined) return false
  endReservation(station, connector, step)
  return true
}

/** A reservation is over. */
export function endReservation(station: Station, connector: Connector, step: StationStep): void {
  if (connector.reservation === null) return
  connector.reservation = null
  if (connector.session === null) setStatus(station, connector, restingStatus(connector), step)
}

/** Takes a local list; the version says how it is told. */
export function takeLocalList(
  station: Station,
  version: number,
  full: boolean,
  entries: readonly { readonly token: string; readonly status: string | null }[],
): 'Accepted' | 'VersionMismatch' {
  if (!full && version <= station.localListVersion) return 'VersionMismatch'
  if (full) station.localList.clear()
  for (const { token, status } of entries) {
    if (status === null) station.localList.delete(token)
    else station.localList.set(token, status)
  }
  station.localListVersion = version
  return 'Accepted'
}

/** Messages a TriggerMessage may ask for, by one name for all versions. Null: not supported. */
export function trigger(
  station: Station,
  wanted: string,
  connectorId: number | null,
  step: StationStep,
): boolean | null {
  const connector = connectorOf(station, connectorId)
  if (connectorId !== null && connectorId !== 0 && connector === null) return false
  const chosen = connector === null ? station.connectors : [connector]
  const at = stationTime(station, step)
  switch (wanted) {
    case 'BootNotification':
      // Errata 3.35: once accepted a station rejects this.
      if (station.registration === 'accepted') return false
      say(station, station.dialect.boot(station, 'Triggered'), { kind: 'boot' }, true)
      return true
    case 'Heartbeat':
      say(station, { action: 'Heartbeat', payload: {} }, { kind: 'heartbeat' }, true)
      return true
    case 'StatusNotification': {
      const ids = connector === null ? station.dialect.statusConnectors(station) : [connector.id]
      for (const id of ids) say(station, station.dialect.status(station, id, at), { kind: 'other' }, true)
      return true
    }
    case 'MeterValues':
      for (const each of chosen) sampleNow(station, each, step)
      return true
    case 'TransactionEvent': {
      const charging = chosen.filter((each) => each.session !== null)
      for (const each of charging) sampleNow(station, each, step)
      return charging.length > 0
    }
    case 'FirmwareStatusNotification':
      say(station, station.dialect.firmwareStatus('Idle', null), { kind: 'other' }, true)
      return true
    case 'LogStatusNotification':
    case 'DiagnosticsStatusNotification': {
      const diagnostics = wanted === 'DiagnosticsStatusNotification'
      say(station, station.dialect.logStatus('Idle', null, diagnostics), { kind: 'other' }, true)
      return true
    }
    default:
      return null
  }
}

/** What a firmware update goes through, told one after the other; it restarts between installing and installed. */
const firmwareStages = ['Downloading', 'Downloaded', 'Installing', 'Installed'] as const

/** Begins a firmware update. */
export function beginFirmware(station: Station, requestId: number | null, waitMs: number, step: StationStep): void {
  const due = step.now.mono + Math.max(0, waitMs) + carTimeMs(station, 1_000)
  plan(station.agenda, 'firmware', due, { kind: 'firmware', stage: 0, requestId })
}

export function firmwareStage(station: Station, stage: number, requestId: number | null, step: StationStep): void {
  const name = firmwareStages[stage]
  if (name === undefined) return
  const next = { kind: 'firmware', stage: stage + 1, requestId } as const
  if (name === 'Installed') {
    station.values.set('firmware request', requestId === null ? '' : String(requestId))
    station.installed = true
    station.firmware = nextFirmware(station.firmware)
    for (const connector of station.connectors) stopSession(station, connector, 'softReset', 'ResetCommand', null, step)
    return powerCycle(station, 'FirmwareUpdate', step)
  }
  say(station, station.dialect.firmwareStatus(name, requestId))
  plan(station.agenda, 'firmware', step.now.mono + carTimeMs(station, 5_000), next)
}

/** After the restart of an update: it is installed. */
export function resumeFirmware(station: Station): void {
  if (!station.installed) return
  station.installed = false
  const request = station.values.get('firmware request') ?? ''
  say(station, station.dialect.firmwareStatus('Installed', request === '' ? null : Number(request)))
}

/** `2.4.1` becomes `2.4.2`. */
function nextFirmware(version: string): string {
  return version.replace(/\d+$/, (last) => String(Number(last) + 1))
}

/** Begins to upload a log or diagnostics; gives the file's name. */
export function beginUpload(
  station: Station,
  requestId: number | null,
  diagnostics: boolean,
  step: StationStep,
): string {
  const task = { kind: 'log', stage: 0, requestId, diagnostics } as const
  plan(station.agenda, 'log', step.now.mono + carTimeMs(station, 1_000), task)
  return `${station.options.serial}-${diagnostics ? 'diagnostics' : 'log'}.txt`
}

export function logStage(
  station: Station,
  stage: number,
  requestId: number | null,
  diagnostics: boolean,
  step: StationStep,
): void {
  say(station, station.dialect.logStatus(stage === 0 ? 'Uploading' : 'Uploaded', requestId, diagnostics))
  if (stage > 0) return
  const task = { kind: 'log', stage: 1, requestId, diagnostics } as const
  plan(station.agenda, 'log', step.now.mono + carTimeMs(station, 5_000), task)
}
