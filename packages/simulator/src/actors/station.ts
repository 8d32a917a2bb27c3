// A charging station as a machine: pure, synchronous and deterministic. `stepStation` takes one thing that happened (a
// link came up, a text arrived, a card was held to the reader, time passed) and fills the step with what should be done
// (connect, send, close, wake me). The same machine runs on real sockets (`virtual-station.ts`) and in the simulated world.
// What differs between OCPP versions is in the dialects v16.ts, v201.ts and v21.ts and nowhere else.

import { cancel, plan, takeDue, wakeToAskFor } from './agenda.ts'
import { asNumber, readEnvelope, writeError, writeResult } from './envelope.ts'
import {
  abandonCalls,
  closeCall,
  failTransaction,
  isOnline,
  pump,
  say,
  sendStraight,
  settleTransaction,
} from './station-calls.ts'
import {
  endReservation,
  firmwareStage,
  logStage,
  powerCycle,
  restartIfIdle,
  resumeFirmware,
} from './station-commands.ts'
import { advance, readMeter } from './station-metering.ts'
import {
  authorised,
  decideAlone,
  forgetAllowed,
  plugIn,
  plugOut,
  present,
  refreshCharging,
  sample,
  setFault,
  stopSession,
  tellStatus,
} from './station-sessions.ts'
import {
  connectorOf,
  newStation,
  type OpenCall,
  type Station,
  type StationInput,
  type StationOptions,
  type StationStep,
  stationTime,
  type Task,
} from './station-state.ts'
import { station16 } from './v16.ts'
import { station21 } from './v21.ts'
import { station201 } from './v201.ts'

/** A station that is switched off; give it `powerUp`. Options that are missing are those of `defaultStation`. */
export function createStation(options: Partial<StationOptions>): Station {
  return newStation(options, { 'ocpp1.6': station16, 'ocpp2.0.1': station201, 'ocpp2.1': station21 })
}

/** Lets one thing happen to a station. Changes it in place; what should be done is added to `step.effects`, in order. */
export function stepStation(station: Station, input: StationInput, step: StationStep): void {
  if (station.phase === 'crashed') return
  if (station.phase === 'off' && input.kind !== 'powerUp') return
  receive(station, input, step)
  if (ended(station)) return
  pump(station, step)
  const afterMs = wakeToAskFor(station.agenda, step.now.mono)
  if (afterMs !== null) step.effects.push({ kind: 'wake', afterMs })
}

function receive(station: Station, input: StationInput, step: StationStep): void {
  switch (input.kind) {
    case 'powerUp':
      if (station.phase !== 'off') return
      station.phase = 'on'
      return connect(station, step)
    case 'linkUp':
      if (input.link === station.linkNumber && station.link === 'connecting') linkUp(station, step)
      return
    case 'linkDown':
      if (input.link === station.linkNumber && station.link !== 'down') linkDown(station, step)
      return
    case 'frame':
      if (input.link === station.linkNumber && station.link === 'up') frame(station, input.text, step)
      return
    case 'timer':
      return runDueTasks(station, step)
    case 'dropLink':
      return dropLink(station, step)
    case 'plugIn':
    case 'plugOut':
    case 'present':
    case 'fault':
      return atConnector(station, input, step)
  }
}

/** Whether it crashed in this very step (asked anew, because the phase changed behind the compiler's back). */
function ended(station: Station): boolean {
  return station.phase === 'crashed'
}

function atConnector(station: Station, input: StationInput & { readonly connector: number }, step: StationStep): void {
  const connector = connectorOf(station, input.connector)
  if (connector === null) return
  if (input.kind === 'plugIn') plugIn(station, connector, input.car, step)
  if (input.kind === 'plugOut') plugOut(station, connector, step)
  if (input.kind === 'present') present(station, connector, input.token, step)
  if (input.kind === 'fault') setFault(station, connector, input.errorCode, step)
}

function connect(station: Station, step: StationStep): void {
  station.link = 'connecting'
  station.linkNumber += 1
  step.effects.push({ kind: 'connect', link: station.linkNumber })
}

function linkUp(station: Station, step: StationStep): void {
  station.link = 'up'
  station.failures = 0
  if (station.traits.bootsOnReconnect || !station.everAccepted) return sendBoot(station, station.bootReason)
  station.registration = 'accepted'
  backInService(station, step)
}

function linkDown(station: Station, step: StationStep): void {
  station.link = 'down'
  station.registration = 'none'
  station.stream.open = false
  cancel(station.agenda, 'heartbeat')
  cancel(station.agenda, 'boot')
  for (const call of abandonCalls(station)) if (call.purpose.kind === 'authorise') alone(station, call, step)
  station.failures += 1
  const { minMs, maxMs } = station.options.reconnect
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(station.failures - 1, 20))
  // Half of it is chance, so that a site that lost its router does not come back in one second.
  const waitMs = ceiling / 2 + (ceiling / 2) * step.now.random()
  plan(station.agenda, 'reconnect', step.now.mono + waitMs, { kind: 'reconnect' })
}

function dropLink(station: Station, step: StationStep): void {
  if (station.link === 'down') return
  step.effects.push({ kind: 'close', link: station.linkNumber, code: 1001, reason: 'network lost' })
  linkDown(station, step)
}

function sendBoot(station: Station, reason: string): void {
  station.registration = 'booting'
  say(station, station.dialect.boot(station, reason), { kind: 'boot' })
}

/** The backend knows it again: statuses, heartbeat, what was broken off. */
function backInService(station: Station, step: StationStep): void {
  for (const id of station.dialect.statusConnectors(station)) {
    const connector = connectorOf(station, id)
    if (connector === null) say(station, station.dialect.status(station, id, stationTime(station, step)))
    else tellStatus(station, connector, step)
  }
  planHeartbeat(station, step)
  if (station.dialect.openStream !== null && station.options.streamMs !== null) {
    say(station, station.dialect.openStream(station), { kind: 'stream' })
  }
  resumeFirmware(station)
}

function planHeartbeat(station: Station, step: StationStep): void {
  plan(station.agenda, 'heartbeat', step.now.mono + station.heartbeatMs, { kind: 'heartbeat' })
}

function frame(station: Station, text: string, step: StationStep): void {
  const envelope = readEnvelope(text)
  switch (envelope.type) {
    case 'call':
      return answerCommand(station, envelope, step)
    case 'result': {
      const call = closeCall(station, envelope.id)
      if (call === null) return confused(station, 'an answer to no open call', step)
      return answered(station, call, envelope.payload, step)
    }
    case 'error': {
      const call = closeCall(station, envelope.id)
      if (call === null) return confused(station, 'an answer to no open call', step)
      return refused(station, call, envelope.code, step)
    }
    case 'resultError':
      step.effects.push({ kind: 'note', text: `an answer was found faulty: ${envelope.code}` })
      return
    case 'send':
    case 'unreadable':
      return confused(station, 'a message it does not know', step)
  }
}

function confused(station: Station, what: string, step: StationStep): void {
  step.effects.push({ kind: 'note', text: `received ${what}` })
  if (!station.traits.exitsOnUnknown) return
  station.phase = 'crashed'
  step.effects.push({ kind: 'close', link: station.linkNumber, code: 1006, reason: 'crashed' })
  step.effects.push({ kind: 'crashed', reason: `received ${what}` })
}

function answerCommand(
  station: Station,
  call: { readonly idToken: string; readonly action: string; readonly payload: Readonly<Record<string, unknown>> },
  step: StationStep,
): void {
  const { commands } = station.dialect
  const command = Object.hasOwn(commands, call.action) ? commands[call.action] : undefined
  const sendBack = (text: string) =>
    step.effects.push({ kind: 'send', link: station.linkNumber, text: station.traits.rewrite(text) })
  if (station.registration === 'rejected' || station.registration === 'none') {
    sendBack(writeError(4, call.idToken, 'SecurityError', 'not accepted by the backend yet'))
    return
  }
  if (command === undefined) {
    if (station.traits.exitsOnUnknown) return confused(station, 'an unknown action', step)
    sendBack(writeError(4, call.idToken, 'NotImplemented', `${call.action} is not known here`))
    return
  }
  // The handler may send by itself only through the queues, which leave after this answer.
  const reply = command(station, call.payload, step)
  if (reply.kind === 'answer') sendBack(writeResult(call.idToken, reply.payload))
  else sendBack(writeError(4, call.idToken, reply.code, reply.description))
}

function answered(
  station: Station,
  call: OpenCall,
  payload: Readonly<Record<string, unknown>>,
  step: StationStep,
): void {
  const { purpose } = call
  switch (purpose.kind) {
    case 'boot':
      return booted(station, call, payload, step)
    case 'authorise': {
      const { accepted } = station.dialect.verdict(purpose, payload)
      return authorised(station, purpose.connector, purpose.token, accepted === true, null, step)
    }
    case 'transaction': {
      const { session } = purpose.message
      const { accepted, transactionId } = station.dialect.verdict(purpose, payload)
      if (purpose.message.event === 'started' && transactionId !== null) session.transactionId = transactionId
      settleTransaction(station, purpose.message)
      if (accepted === false && !session.ended) deauthorise(station, session.connector, step)
      return
    }
    case 'stream':
      station.stream.open = payload.status === 'Accepted'
      return station.stream.open ? beginStream(station, step) : undefined
    case 'heartbeat':
    case 'other':
      return
  }
}

/** StopTransactionOnInvalidId: a token that is refused afterwards ends its session. */
function deauthorise(station: Station, connectorId: number, step: StationStep): void {
  const connector = connectorOf(station, connectorId)
  if (connector !== null) stopSession(station, connector, 'deauthorised', 'Deauthorized', null, step)
}

function booted(station: Station, call: OpenCall, payload: Readonly<Record<string, unknown>>, step: StationStep): void {
  const seconds = asNumber(payload.interval)
  const { status } = payload
  if (status === 'Accepted') {
    station.registration = 'accepted'
    station.everAccepted = true
    station.bootReason = 'Unknown'
    if (seconds !== null && seconds > 0) station.heartbeatMs = seconds * 1000
    for (const connector of station.connectors) connector.told = null
    step.effects.push({ kind: 'note', text: 'accepted by the backend' })
    return backInService(station, step)
  }
  if (status !== 'Pending' && status !== 'Rejected' && station.options.resultErrors) {
    const text = writeError(5, call.idToken, station.dialect.formatError, 'no usable registration status')
    step.effects.push({ kind: 'send', link: station.linkNumber, text })
  }
  station.registration = status === 'Pending' ? 'pending' : 'rejected'
  const waitMs = seconds !== null && seconds > 0 ? seconds * 1000 : station.options.bootRetryMs
  plan(station.agenda, 'boot', step.now.mono + waitMs, { kind: 'boot' })
}

/** A CALL was answered with CALLERROR. */
function refused(station: Station, call: OpenCall, code: string, step: StationStep): void {
  step.effects.push({ kind: 'note', text: `${call.action} was answered with ${code}` })
  failed(station, call, step)
}

function failed(station: Station, call: OpenCall, step: StationStep): void {
  if (call.purpose.kind === 'transaction') return failTransaction(station, call.purpose.message, step)
  if (call.purpose.kind === 'authorise') return alone(station, call, step)
  if (call.purpose.kind !== 'boot') return
  station.registration = 'none'
  plan(station.agenda, 'boot', step.now.mono + station.options.bootRetryMs, { kind: 'boot' })
}

function alone(station: Station, call: OpenCall, step: StationStep): void {
  if (call.purpose.kind === 'authorise') decideAlone(station, call.purpose.connector, call.purpose.token, step)
}

function runDueTasks(station: Station, step: StationStep): void {
  station.agenda.wokenMs = null
  for (
    let task = takeDue(station.agenda, step.now.mono);
    task !== null;
    task = takeDue(station.agenda, step.now.mono)
  ) {
    run(station, task, step)
    if (ended(station)) return
  }
}

function run(station: Station, task: Task, step: StationStep): void {
  switch (task.kind) {
    case 'reconnect':
      return station.link === 'down' ? connect(station, step) : undefined
    case 'boot':
      return station.link === 'up' ? sendBoot(station, station.bootReason) : undefined
    case 'heartbeat':
      if (!isOnline(station)) return
      // One that waits already is enough: a backend that never answers must not fill the queue.
      if (!station.calls.some((call) => call.purpose.kind === 'heartbeat')) {
        say(station, { action: 'Heartbeat', payload: {} }, { kind: 'heartbeat' })
      }
      return planHeartbeat(station, step)
    case 'callOverdue': {
      const call = closeCall(station, task.id)
      if (call === null) return
      step.effects.push({ kind: 'note', text: `${call.action} was not answered in time` })
      return failed(station, call, step)
    }
    case 'retryTransaction':
      station.transactionsWait = false
      return
    case 'limitChanges':
      for (const connector of station.connectors) refreshCharging(station, connector, step)
      return
    case 'restart':
      return task.whenIdle ? restartIfIdle(station, task.reason, step) : powerCycle(station, task.reason, step)
    case 'firmware':
      return firmwareStage(station, task.stage, task.requestId, step)
    case 'log':
      return logStage(station, task.stage, task.requestId, task.diagnostics, step)
    case 'stream':
      return streamReading(station, step)
    case 'sample':
    case 'nobodyPluggedIn':
    case 'reservationEnds': {
      const connector = connectorOf(station, task.connector)
      if (connector === null) return
      if (task.kind === 'sample') return sample(station, connector, step)
      if (task.kind === 'nobodyPluggedIn') return forgetAllowed(station, connector, step)
      return endReservation(station, connector, step)
    }
  }
}

/** Readings per SEND of a periodic event stream. */
const STREAM_BATCH = 3

function beginStream(station: Station, step: StationStep): void {
  station.stream.baseAt = stationTime(station, step)
  station.stream.pending = []
  planStream(station, step)
}

function planStream(station: Station, step: StationStep): void {
  plan(station.agenda, 'stream', step.now.mono + (station.options.streamMs ?? 0), { kind: 'stream' })
}

function streamReading(station: Station, step: StationStep): void {
  const { streamData } = station.dialect
  if (!station.stream.open || streamData === null || !isOnline(station)) return
  const [connector] = station.connectors
  if (connector === undefined) return
  advance(station, connector, step)
  const now = stationTime(station, step)
  station.stream.pending.push({
    t: Math.round((now - station.stream.baseAt) / 10) / 100,
    v: String(readMeter(station, connector, step).powerW),
  })
  if (station.stream.pending.length >= STREAM_BATCH) {
    sendStraight(station, streamData(station, now), step)
    station.stream.pending = []
    station.stream.baseAt = now
  }
  planStream(station, step)
}
