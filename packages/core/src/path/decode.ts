// First stage: what is this message? Reads the envelope, finds the call that an answer answers, and notes where payload or
// envelope deviate from the specification. It refuses nothing that can be read: a deviation is a finding, and only what
// has no readable envelope, an unknown type, a type its version does not have, or no call it could answer is marked so
// that the later stages record it and pass it on to nobody (trap T27).

import type { ErrorFrame, Frame } from '@busbar/ocpp/frame.ts'
import { readFrame } from '@busbar/ocpp/read-frame.ts'
import { type FrameType, type Subprotocol, wireRules } from '@busbar/ocpp/versions.ts'
import type { FaultCode } from '../base/fault.ts'
import { type PendingCommand, settleCommand } from '../command/in-flight.ts'
import type { Finding } from '../journal/entry.ts'
import { type OwedCall, settle } from '../outbox/outbox.ts'
import type { Surroundings } from '../station/effect.ts'
import type { RelayedAnswer, Station } from '../station/station.ts'

/** Longest message id of the specification, in characters. */
const MAX_ID_LENGTH = 36

/** A message that cannot be passed on, and why. */
export interface Unpassable {
  readonly kind: 'unpassable'
  readonly code: FaultCode
  readonly detail: string
  /** What of it could be read. */
  readonly frame: Frame | null
}

/** What a message is; `Answered` names what an answer answers, which differs between the two directions. */
type Seen<Answered> =
  | { readonly kind: 'call'; readonly frame: Frame & { readonly type: 'call' | 'send' }; readonly findings: Findings }
  | ({
      readonly kind: 'answer'
      readonly frame: Frame & { readonly type: 'result' | 'error' }
      readonly findings: Findings
    } & Answered)
  | {
      readonly kind: 'complaint'
      readonly frame: ErrorFrame
      readonly about: RelayedAnswer
      readonly findings: Findings
    }
  | Unpassable

export type FromStation = Seen<{ readonly command: PendingCommand }>

export type FromBackend = Seen<{ readonly call: OwedCall }>

export type Findings = readonly Finding[] | null

/** Reads a message of the station; an answer is taken out of the open commands. */
export function decodeFromStation(
  station: Station,
  ocpp: Subprotocol,
  text: string,
  around: Surroundings,
): FromStation {
  const frame = readEnvelope(ocpp, text)
  if ('kind' in frame) return frame
  switch (frame.type) {
    case 'call':
    case 'send':
      return { kind: 'call', frame: asCall(frame), findings: inspectCall(frame, ocpp, around) }
    case 'result':
    case 'error': {
      const command = settleCommand(station.commands, frame.id.key)
      if (command === null) return stray(frame)
      return {
        kind: 'answer',
        frame: asAnswer(frame),
        command,
        findings: inspectAnswer(frame, command.action, ocpp, around),
      }
    }
    case 'resultError': {
      const about = station.link.phase === 'up' ? takeRelayed(station.link.answeredByBackend, frame.id.key) : null
      if (about === null) return stray(frame)
      return { kind: 'complaint', frame, about, findings: inspectEnvelope(frame) }
    }
  }
}

/** Reads a message of the backend; an answer is taken out of the outbox. */
export function decodeFromBackend(
  station: Station,
  ocpp: Subprotocol,
  text: string,
  around: Surroundings,
): FromBackend {
  const frame = readEnvelope(ocpp, text)
  if ('kind' in frame) return frame
  switch (frame.type) {
    case 'call':
    case 'send':
      return { kind: 'call', frame: asCall(frame), findings: inspectCall(frame, ocpp, around) }
    case 'result':
    case 'error': {
      const call = settle(station.outbox, frame.id.key)
      if (call === null) return stray(frame)
      return { kind: 'answer', frame: asAnswer(frame), call, findings: inspectAnswer(frame, call.action, ocpp, around) }
    }
    case 'resultError': {
      const about = station.link.phase === 'up' ? takeRelayed(station.link.answeredByStation, frame.id.key) : null
      if (about === null) return stray(frame)
      return { kind: 'complaint', frame, about, findings: inspectEnvelope(frame) }
    }
  }
}

function readEnvelope(ocpp: Subprotocol, text: string): Frame | Unpassable {
  const frame = readFrame(text)
  if (frame.type === 'unreadable') {
    const code = frame.fault === 'unknownType' ? 'BB-FRAME-002' : 'BB-FRAME-001'
    return { kind: 'unpassable', code, detail: frame.detail, frame: null }
  }
  if (!wireRules[ocpp].frameTypes.has(frame.type)) {
    return {
      kind: 'unpassable',
      code: 'BB-FRAME-003',
      detail: `A message of type ${frame.type} on a connection that speaks ${ocpp}.`,
      frame,
    }
  }
  return frame
}

function stray(frame: Frame): Unpassable {
  return {
    kind: 'unpassable',
    code: 'BB-FRAME-004',
    detail: `No open call has the id ${frame.id.token.slice(0, 60)}.`,
    frame,
  }
}

function takeRelayed(answers: RelayedAnswer[] | null, key: string): RelayedAnswer | null {
  const at = answers === null ? -1 : answers.findIndex((answer) => answer.key === key)
  return at < 0 ? null : answers!.splice(at, 1)[0]!
}

// The reader's union is discriminated by `type`; these two say to the compiler what the switch above has just told us.
function asCall(frame: Frame): Frame & { readonly type: 'call' | 'send' } {
  return frame as Frame & { readonly type: 'call' | 'send' }
}
function asAnswer(frame: Frame): Frame & { readonly type: 'result' | 'error' } {
  return frame as Frame & { readonly type: 'result' | 'error' }
}

function inspectCall(frame: Frame, ocpp: Subprotocol, around: Surroundings): Findings {
  const call = asCall(frame)
  const envelope = inspectEnvelope(frame)
  if (call.type !== 'call' && call.type !== 'send') return envelope
  const payload = around.inspect(ocpp, 'request', call.action, call.payload)
  return join(envelope, payload)
}

function inspectAnswer(frame: Frame, action: string, ocpp: Subprotocol, around: Surroundings): Findings {
  const envelope = inspectEnvelope(frame)
  return frame.type === 'result' ? join(envelope, around.inspect(ocpp, 'response', action, frame.payload)) : envelope
}

const elementsOf: Readonly<Record<FrameType, number>> = { call: 4, send: 4, result: 3, error: 5, resultError: 5 }

function inspectEnvelope(frame: Frame): Findings {
  const wellFormed = frame.elements === elementsOf[frame.type]
  const goodId = frame.id.key.length <= MAX_ID_LENGTH && frame.id.token.charCodeAt(0) === 34
  if (wellFormed && goodId) return null
  const findings: Finding[] = []
  if (!wellFormed) {
    const detail = `${frame.elements} elements where ${elementsOf[frame.type]} belong`
    findings.push({ code: 'BB-FRAME-012', path: '', detail })
  }
  if (!goodId) findings.push({ code: 'BB-FRAME-013', path: '', detail: `message id ${frame.id.token.slice(0, 60)}` })
  return findings
}

function join(left: Findings, right: Findings): Findings {
  if (left === null) return right
  return right === null ? left : [...left, ...right]
}
