// The life of a station's link to its backend: dialled at once when the station arrives, dialled again with back-off when
// the network fails, at the slowest pace when the backend refuses for a reason that lasts, and closed when the station
// goes. What the loss of the link means for the station is the route's mode.
//
// LK-B1 a station's going away closes its backend link; LK-B2 a refusal is told apart from a network fault;
// LK-B3 in `transparent` the station's link falls with the backend's; LK-B4 in `resilient` it stays.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { FaultCode } from '../base/fault.ts'
import { defaultReconnect, MIN_UPTIME_FOR_BACKOFF_RESET_MS, reconnectDelayMs } from '../outbox/backoff.ts'
import { linkEnded } from '../outbox/outbox.ts'
import { pumpToBackend } from '../path/deliver.ts'
import { recordFault } from '../path/record.ts'
import { append, type Step } from './effect.ts'
import type { BackendLinkUp, RefusalCause, StationInput } from './input.ts'
import { hasNothingOpen, offLink, type Station } from './station.ts'

type Of<K extends StationInput['kind']> = Extract<StationInput, { readonly kind: K }>

/** How often a station that should come back on another version is looked at. */
const IDLE_CHECK_MS = 10_000

/** Dials the primary; nothing happens without a route or a station. */
export function dialBackend(station: Station, failures: number, step: Step): void {
  if (station.route === null || station.link.phase !== 'up' || station.draining) return
  const attempt = ++station.lastAttempt
  station.backend = { phase: 'dialling', attempt, failures }
  step.effects.push({ kind: 'dial', backend: station.route.primary, attempt, ocpp: station.link.ocpp })
}

/** The link is open: what waits goes out. */
export function backendUp(station: Station, up: BackendLinkUp, step: Step): void {
  const before = station.backend
  const expected = before.phase === 'dialling' && before.attempt === up.attempt
  if (!expected || station.route?.primary !== up.backend || station.link.phase !== 'up') {
    step.effects.push({
      kind: 'hangUp',
      backend: up.backend,
      attempt: up.attempt,
      code: 1000,
      reason: 'no longer wanted',
    })
    return
  }
  adopt(station, up, before.failures, step)
}

/** Takes over a link that was dialled before the station was let in. */
export function adoptDialled(station: Station, up: BackendLinkUp, step: Step): void {
  station.lastAttempt = Math.max(station.lastAttempt, up.attempt)
  adopt(station, up, 0, step)
}

function adopt(station: Station, up: BackendLinkUp, failures: number, step: Step): void {
  station.backend = { phase: 'up', attempt: up.attempt, failures, ocpp: up.ocpp, sinceMono: step.now.mono }
  recordLink(station, up.backend, 'up', null, null, up.ocpp, step)
  pumpToBackend(station, up.backend, step)
}

/** An open link ended. */
export function backendDown(station: Station, input: Of<'backendDown'>, step: Step): void {
  const link = station.backend
  if (link.phase !== 'up' || link.attempt !== input.attempt) return
  recordLink(station, input.backend, 'down', input.code, input.reason, link.ocpp, step)
  linkEnded(station.outbox)
  const lived = step.now.mono - link.sinceMono
  const failures = lived >= MIN_UPTIME_FOR_BACKOFF_RESET_MS ? 1 : link.failures + 1
  waitThenDial(station, link.attempt, failures, step)
  dropStationIfTransparent(station, input.code, `link to ${input.backend} lost`, step)
}

/** A dial failed on the way. */
export function backendUnreachable(station: Station, input: Of<'backendUnreachable'>, step: Step): void {
  const link = station.backend
  if (link.phase !== 'dialling' || link.attempt !== input.attempt) return
  recordLink(station, input.backend, 'down', input.status, input.reason, null, step)
  waitThenDial(station, link.attempt, link.failures + 1, step)
  dropStationIfTransparent(station, 1001, `${input.backend} cannot be reached`, step)
}

const faultOfRefusal: Readonly<Record<RefusalCause, FaultCode>> = {
  version: 'BB-LINK-001',
  credentials: 'BB-LINK-002',
  unknownStation: 'BB-LINK-003',
  certificate: 'BB-LINK-004',
  other: 'BB-LINK-005',
}

/** The backend said no: a fault, and no hurry to ask again. */
export function backendRefused(station: Station, input: Of<'backendRefused'>, step: Step): void {
  const link = station.backend
  if (link.phase !== 'dialling' || link.attempt !== input.attempt || station.link.phase !== 'up') return
  const { cause } = input
  recordLink(station, input.backend, 'refused', input.status, input.reason, station.link.ocpp, step)
  const detail = { backend: input.backend, cause, status: input.status, ocpp: station.link.ocpp }
  recordFault(station.id, faultOfRefusal[cause], `${input.backend} refused: ${input.reason}`, detail, null, step)
  station.backend = { phase: 'refused', attempt: link.attempt, failures: link.failures + 1, cause }
  const policy = station.route?.reconnect ?? defaultReconnect
  const afterMs = reconnectDelayMs({ minMs: policy.maxMs, maxMs: policy.maxMs }, 1, step.now.random())
  step.effects.push({ kind: 'wake', timer: 'redial', attempt: link.attempt, afterMs })
  if (cause === 'version' && station.link.canChangeVersion) {
    station.link.closeWhenIdle = true
    closeIfIdle(station, step)
  }
  dropStationIfTransparent(station, 1001, `${input.backend} refused the station`, step)
}

/** Time to dial again; a timer of an older attempt says nothing. */
export function redial(station: Station, attempt: number, step: Step): void {
  const link = station.backend
  if ((link.phase === 'waiting' || link.phase === 'refused') && link.attempt === attempt) {
    dialBackend(station, link.failures, step)
  }
}

/** Closes a station that should come back on another version, once nothing of it is open and nothing charges (T15). */
export function closeIfIdle(station: Station, step: Step): void {
  const { link } = station
  if (link.phase !== 'up' || !link.closeWhenIdle) return
  const owesOnlyCalls = station.commands.open === null && station.commands.waiting.length === 0
  if ((hasNothingOpen(station) || owesOnlyCalls) && !step.around.isCharging(station.id)) {
    step.effects.push({
      kind: 'closeStation',
      epoch: link.epoch,
      code: 1012,
      reason: 'come back on another OCPP version',
    })
    return
  }
  step.effects.push({ kind: 'wake', timer: 'idleCheck', attempt: link.epoch, afterMs: IDLE_CHECK_MS })
}

/** Ends the link because the station is gone or goes elsewhere. */
export function hangUpBackend(station: Station, code: number, reason: string, step: Step): void {
  const link = station.backend
  const backend = station.route?.primary
  station.backend = offLink
  if (backend === undefined) return
  if (link.phase === 'up') {
    recordLink(station, backend, 'down', code, reason, link.ocpp, step)
    step.effects.push({ kind: 'hangUp', backend, attempt: link.attempt, code, reason })
  } else if (link.phase === 'dialling') {
    step.effects.push({ kind: 'hangUp', backend, attempt: link.attempt, code, reason })
  }
}

function waitThenDial(station: Station, attempt: number, failures: number, step: Step): void {
  station.backend = { phase: 'waiting', attempt, failures }
  const afterMs = reconnectDelayMs(station.route?.reconnect ?? defaultReconnect, failures, step.now.random())
  step.effects.push({ kind: 'wake', timer: 'redial', attempt, afterMs })
}

/** The strict reading of the Local Controller rule (2.0.1 Part 4, 6.3). */
function dropStationIfTransparent(station: Station, code: number, reason: string, step: Step): void {
  if (station.link.phase !== 'up' || station.route?.mode !== 'transparent') return
  step.effects.push({ kind: 'closeStation', epoch: station.link.epoch, code: sendableCode(code), reason })
}

/** A close code that may be sent: 1005, 1006 and 1015 only exist as reports (RFC 6455, 7.4.1). */
export function sendableCode(code: number): number {
  const sendable =
    (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999)
  return sendable ? code : 1001
}

function recordLink(
  station: Station,
  peer: string,
  state: 'up' | 'down' | 'refused',
  code: number | null,
  reason: string | null,
  ocpp: Subprotocol | null,
  step: Step,
): void {
  append(step, {
    kind: 'link',
    at: step.now.at,
    station: station.id,
    peer,
    state,
    code,
    reason,
    ocpp,
    remote: null,
    profile: null,
  })
}
