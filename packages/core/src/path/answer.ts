// Last stage: the answer goes back to who asked. To the station it leaves only when its call is on disk ("hold"), because
// a station that has its answer forgets the message. Busbar makes no answers of its own for a station yet; to a backend it
// says with a CALLERROR when a command was never sent, or when the station went away over it (trap T30).

import type { ErrorFrame, Frame } from '@busbar/ocpp/frame.ts'
import { wireRules } from '@busbar/ocpp/versions.ts'
import { writeError } from '@busbar/ocpp/write-frame.ts'
import type { Position } from '../base/moment.ts'
import type { PendingCommand } from '../command/in-flight.ts'
import { BUSBAR, type Party, STATION } from '../journal/entry.ts'
import { redactSecrets } from '../journal/redact.ts'
import type { OwedCall } from '../outbox/outbox.ts'
import { type AskOutcome, append, type Step } from '../station/effect.ts'
import type { RawFrame } from '../station/input.ts'
import type { RelayedAnswer, Station, StationUp } from '../station/station.ts'
import { rename } from './deliver.ts'

/** Answers remembered per direction so that a 2.1 complaint finds its way back. */
const MAX_RELAYED = 16

/** The backend's answer to a station's call. `position` is where the answer was recorded. */
export function answerStation(
  station: Station,
  call: OwedCall,
  frame: Frame,
  raw: RawFrame,
  backend: { readonly name: string; readonly attempt: number },
  position: Position,
  step: Step,
): void {
  const { link } = station
  if (link.phase !== 'up') return
  // Backends that echo a number as a string, or the id Busbar had to give: the station gets its own id, in its own form.
  const answer = rename(raw, frame.id, call.id)
  if (answer !== raw) recordEcho(station, backend.name, STATION, frame, call.action, answer, position, step)
  remember(link, 'answeredByBackend', {
    key: call.id.key,
    position,
    origin: { kind: 'backend', backend: backend.name, attempt: backend.attempt },
  })
  step.effects.push({ kind: 'toStation', epoch: link.epoch, frame: answer, hold: call.position })
}

/** The station's answer to a command: to the backend that asked, or to whoever waits at the API. */
export function answerOrigin(
  station: Station,
  command: PendingCommand,
  frame: Frame,
  raw: RawFrame,
  position: Position,
  step: Step,
): void {
  const { origin } = command
  if (station.link.phase === 'up')
    remember(station.link, 'answeredByStation', { key: command.id.key, position, origin })
  if (origin.kind === 'api') {
    step.effects.push({ kind: 'askEnded', askId: origin.askId, outcome: outcomeOf(frame, position) })
    return
  }
  const link = station.backend
  // The backend may have gone, or come back on another link, since it asked: then nobody waits any more.
  if (link.phase !== 'up' || link.attempt !== origin.attempt) return
  const answer = rename(raw, frame.id, command.id)
  if (answer !== raw) recordEcho(station, STATION, origin.backend, frame, command.action, answer, position, step)
  step.effects.push({ kind: 'toBackend', backend: origin.backend, attempt: origin.attempt, frame: answer })
}

function outcomeOf(frame: Frame, position: Position): AskOutcome {
  if (frame.type === 'result') return { outcome: 'answered', response: frame.payload ?? {}, position }
  const error = frame as ErrorFrame
  return {
    outcome: 'refused',
    error: {
      // A code that is no string breaks the specification; who asked still gets to see it.
      code: typeof error.code === 'string' ? error.code : JSON.stringify(error.code ?? ''),
      description: typeof error.description === 'string' ? error.description : '',
      details: error.details ?? {},
    },
    position,
  }
}

function remember(link: StationUp, side: 'answeredByBackend' | 'answeredByStation', answer: RelayedAnswer): void {
  if (!wireRules[link.ocpp].frameTypes.has('resultError')) return
  const answers = link[side] ?? []
  link[side] = answers
  if (answers.length >= MAX_RELAYED) answers.shift()
  answers.push(answer)
}

/** Tells a backend that its command came to nothing, and why. `known` is what is certain about its fate (trap T30). */
export function refuseCommand(station: Station, command: PendingCommand, reason: string, step: Step): void {
  const { origin } = command
  if (origin.kind === 'api') return
  const link = station.backend
  if (link.phase !== 'up' || link.attempt !== origin.attempt) return
  const text = writeError(command.id.token, 'InternalError', reason, '{}')
  append(step, {
    kind: 'frame',
    at: step.now.at,
    station: station.id,
    from: BUSBAR,
    to: origin.backend,
    type: 'error',
    messageId: command.id.key,
    action: command.action,
    ocpp: link.ocpp,
    raw: text,
    redacted: false,
    ref: command.position,
    latencyMs: step.now.mono - command.receivedMono,
    findings: null,
  })
  step.effects.push({
    kind: 'toBackend',
    backend: origin.backend,
    attempt: origin.attempt,
    frame: { text, bytes: null },
  })
}

/** An answer that leaves under another id than it came with has an entry of its own. */
function recordEcho(
  station: Station,
  from: Party,
  to: Party,
  frame: Frame,
  action: string,
  answer: RawFrame,
  position: Position,
  step: Step,
): void {
  const { link } = station
  const read = frame.type === 'result' ? frame.payload : undefined
  const text = redactSecrets({ text: answer.text, type: frame.type, action, payload: read })
  append(step, {
    kind: 'frame',
    at: step.now.at,
    station: station.id,
    from,
    to,
    type: frame.type,
    messageId: frame.id.key,
    action,
    ocpp: link.phase === 'up' ? link.ocpp : null,
    raw: text,
    redacted: text !== answer.text,
    ref: position,
    latencyMs: null,
    findings: null,
  })
}
