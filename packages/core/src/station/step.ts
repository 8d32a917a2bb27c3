// One station, one step: the only way a station's state changes. `stepStation` is deterministic: the same state and input,
// in the same moment, always give the same state and effects. It changes the station in place, because it runs for every
// frame and a copy would cost more than the decision.

import { readFrame } from '@busbar/ocpp/read-frame.ts'
import { writeCall } from '@busbar/ocpp/write-frame.ts'
import { expireCommands } from '../command/in-flight.ts'
import { BUSBAR, STATION } from '../journal/entry.ts'
import { releaseOverdue } from '../outbox/outbox.ts'
import { armCallTimer, deliverToStation, pumpToBackend, pumpToStation } from '../path/deliver.ts'
import { frameFromBackend, frameFromStation } from '../path/frame-path.ts'
import { record, recordFault, recordLoss } from '../path/record.ts'
import {
  backendDown,
  backendRefused,
  backendUnreachable,
  backendUp,
  closeIfIdle,
  dialBackend,
  hangUpBackend,
  redial,
} from './backend-link.ts'
import type { Step } from './effect.ts'
import type { StationInput, TimerName } from './input.ts'
import { newStation, type Station } from './station.ts'
import { endCommand, stationDown, stationUp } from './station-link.ts'

export { newStation, type Station }

/**
 * Lets one thing happen to a station.
 * @param station changed in place
 * @param input what happened
 * @param step the moment, what may be asked of the world, and where effects go
 */
export function stepStation(station: Station, input: StationInput, step: Step): void {
  switch (input.kind) {
    case 'stationFrame':
      if (isPresent(station, input.epoch)) frameFromStation(station, input.frame, step)
      else recordLate(station, STATION, input.frame.text, step)
      return
    case 'backendFrame':
      if (isLinked(station, input.attempt)) frameFromBackend(station, input.backend, input.frame, step)
      else recordLate(station, input.backend, input.frame.text, step)
      return
    case 'stationUp':
      return stationUp(station, input, step)
    case 'stationDown':
      return stationDown(station, input, step)
    case 'stationFrameLost':
      if (station.link.phase === 'up' && isPresent(station, input.epoch)) {
        recordLoss(station.id, STATION, station.link.ocpp, input.loss, step)
      }
      return
    case 'backendUp':
      return backendUp(station, input, step)
    case 'backendDown':
      return backendDown(station, input, step)
    case 'backendUnreachable':
      return backendUnreachable(station, input, step)
    case 'backendRefused':
      return backendRefused(station, input, step)
    case 'backendFrameLost':
      if (station.backend.phase === 'up' && isLinked(station, input.attempt)) {
        recordLoss(station.id, input.backend, station.backend.ocpp, input.loss, step)
      }
      return
    case 'ask':
      return ask(station, input, step)
    case 'timer':
      return timerFired(station, input.timer, input.attempt, step)
    case 'routeChanged':
      return routeChanged(station, input, step)
    case 'drain':
      station.draining = true
      return
  }
}

function isPresent(station: Station, epoch: number): boolean {
  return station.link.phase === 'up' && station.link.epoch === epoch
}

function isLinked(station: Station, attempt: number): boolean {
  return station.backend.phase === 'up' && station.backend.attempt === attempt
}

/** A frame of a connection that is no longer the present one: remembered, passed on to nobody. */
function recordLate(station: Station, from: string, text: string, step: Step): void {
  const read = readFrame(text)
  const frame = read.type === 'unreadable' ? null : read
  const action = frame !== null && (frame.type === 'call' || frame.type === 'send') ? frame.action : null
  const raw = { text, bytes: null }
  const seen = { from, to: null, ocpp: null, raw, frame, action, ref: null, latencyMs: null, findings: null }
  const position = record(station.id, seen, step)
  const detail = `A frame of ${text.length} characters came over a connection that had ended.`
  recordFault(station.id, 'BB-FRAME-004', detail, { from }, position, step)
}

/** A command of the API: it is recorded as Busbar's own call and takes its turn like any other. */
function ask(station: Station, input: Extract<StationInput, { kind: 'ask' }>, step: Step): void {
  const { link } = station
  const { askId } = input
  if (link.phase !== 'up' || station.draining) {
    const reason = link.phase === 'up' ? 'Busbar is shutting down' : 'the station is away'
    step.effects.push({ kind: 'askEnded', askId, outcome: { outcome: 'notSent', reason } })
    return
  }
  const key = step.now.freshId()
  const id = { key, token: JSON.stringify(key) }
  const raw = { text: writeCall(key, input.action, input.payload), bytes: null }
  const frame = { type: 'call', id, action: input.action, payload: parsed(input.payload), elements: 4 } as const
  const position = record(
    station.id,
    {
      from: BUSBAR,
      to: STATION,
      ocpp: link.ocpp,
      raw,
      frame,
      action: input.action,
      ref: null,
      latencyMs: null,
      findings: null,
    },
    step,
  )
  const taken = deliverToStation(
    station,
    {
      origin: { kind: 'api', askId, by: input.by },
      id,
      wire: id,
      action: input.action,
      position,
      frame: raw,
      receivedMono: step.now.mono,
      deadlineMono: step.now.mono + input.timeoutMs,
      sentMono: 0,
      givenUp: false,
    },
    step,
  )
  if (!taken) {
    const reason = 'too many commands wait for this station'
    step.effects.push({ kind: 'askEnded', askId, outcome: { outcome: 'notSent', reason } })
  }
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    return undefined
  }
}

function timerFired(station: Station, timer: TimerName, attempt: number, step: Step): void {
  switch (timer) {
    case 'callOverdue': {
      station.callTimerArmed = false
      const backend = station.route?.primary
      if (backend === undefined) return
      if (releaseOverdue(station.outbox, step.now.mono) !== null) pumpToBackend(station, backend, step)
      if (station.outbox.waiting.length > 0) armCallTimer(station, step)
      return
    }
    case 'askOverdue': {
      if (attempt !== station.askTimer) return
      station.askTimerDue = 0
      const { uncertain, unsent } = expireCommands(station.commands, step.now.mono)
      // A backend keeps its own time and is told nothing; whoever waits at the API is.
      if (uncertain?.origin.kind === 'api') {
        endCommand(station, uncertain, 'uncertain', 'It was sent and no answer came in time', step)
      }
      for (const command of unsent) endCommand(station, command, 'notSent', 'Not sent: the station was busy', step)
      pumpToStation(station, step)
      return
    }
    case 'redial':
      return redial(station, attempt, step)
    case 'idleCheck':
      if (station.link.phase === 'up' && station.link.epoch === attempt) closeIfIdle(station, step)
  }
}

/** Another route: the station stays; when its primary changes, the old link ends and the new one is dialled. */
function routeChanged(station: Station, input: Extract<StationInput, { kind: 'routeChanged' }>, step: Step): void {
  const before = station.route
  const samePrimary = before?.primary === input.route?.primary
  if (!samePrimary) {
    // Whatever waits was addressed to the old primary's name only in the journal; the station still waits for an answer,
    // so it is asked of the new primary.
    if (station.outbox.inFlight !== null) {
      station.outbox.waiting = [station.outbox.inFlight, ...station.outbox.waiting]
      station.outbox.inFlight = null
      station.outbox.overdue = []
    }
    hangUpBackend(station, 1000, 'the route changed', step)
  }
  station.route = input.route
  if (!samePrimary) dialBackend(station, 0, step)
}
