// Seventh stage: hand the message over. A station's call goes to the outbox of its backend, and from there to the wire
// when its turn comes; a command goes to the one open slot of the station. An id is replaced only where it would collide
// with another open call of that leg, and then by splicing the text (trap T3).

import type { MessageId } from '@busbar/ocpp/frame.ts'
import { spliceId } from '@busbar/ocpp/splice-frame.ts'
import type { Position } from '../base/moment.ts'
import {
  COMMAND_TIMEOUT_MS,
  commandIdIsTaken,
  nextDeadline,
  type PendingCommand,
  queueCommand,
  takeNextCommand,
} from '../command/in-flight.ts'
import { type FrameEntry, STATION } from '../journal/entry.ts'
import { mayCarrySecret } from '../journal/redact.ts'
import { CALL_OVERDUE_MS, hold, isOpen, type OwedCall, slotIsFree, takeNext } from '../outbox/outbox.ts'
import { append, type Step } from '../station/effect.ts'
import type { RawFrame } from '../station/input.ts'
import type { Station } from '../station/station.ts'
import { recordFault } from './record.ts'
import { translate } from './translate.ts'

/** Towards the backend: sends the call when the link is up and no other is open, holds it otherwise (OB1, OB2). */
export function deliverToBackend(station: Station, backend: string, call: OwedCall, step: Step): void {
  const { outbox } = station
  const isNext = outbox.waiting.length === 0
  // A SEND is never answered and may pass an open call (2.1), but not the calls that wait for a link.
  const mayGo = station.backend.phase === 'up' && (call.type === 'send' || (isNext && slotIsFree(outbox)))
  if (mayGo) {
    send(station, backend, call, step)
    return
  }
  const link = station.backend
  if (link.phase === 'up') armCallTimer(station, step)
  if (hold(outbox, call, !mayCarrySecret(call.action))) return
  drop(station.id, backend, call.position, 'too many messages wait for it', step)
  recordFault(
    station.id,
    'BB-LINK-008',
    `${backend} has ${outbox.waiting.length} messages waiting`,
    { backend },
    call.position,
    step,
  )
}

/** Sends what may be sent now: called when a link came up or a slot was freed. */
export function pumpToBackend(station: Station, backend: string, step: Step): void {
  while (station.backend.phase === 'up' && slotIsFree(station.outbox)) {
    const call = takeNext(station.outbox)
    if (call === null) return
    send(station, backend, call, step)
  }
}

function send(station: Station, backend: string, call: OwedCall, step: Step): void {
  const { backend: link, outbox } = station
  if (link.phase !== 'up' || station.link.phase !== 'up') return
  const isRepeat = call.sentMono !== 0
  if (call.type === 'call') {
    call.sentMono = step.now.mono
    // A repeat keeps the id it was first sent with (T7); a first sending gets a new one only where its own is open there.
    if (!isRepeat && isOpen(outbox, call.wire.key)) call.wire = freshId(step)
    outbox.inFlight = call
    if (outbox.waiting.length > 0) armCallTimer(station, step)
  }
  if (isRepeat) {
    const reason = 'the link ended before it was answered; sent again with the same id'
    append(step, {
      kind: 'delivery',
      at: step.now.at,
      station: station.id,
      backend,
      ref: call.position,
      state: 'retried',
      reason,
    })
  }
  if (call.frame === null) {
    const idToken = call.wire.token === call.id.token ? null : call.wire.token
    step.effects.push({
      kind: 'toBackendFromJournal',
      backend,
      attempt: link.attempt,
      position: call.position,
      idToken,
    })
    return
  }
  const renamed = rename(call.frame, call.id, call.wire)
  const frame = translate(renamed, station.link.ocpp, link.ocpp)
  if (frame !== call.frame) recordDerived(station, STATION, backend, call, frame, step)
  step.effects.push({ kind: 'toBackend', backend, attempt: link.attempt, frame })
}

/** Towards the station: sends the command when none is open, queues it otherwise; false when too many wait. */
export function deliverToStation(station: Station, command: PendingCommand, step: Step): boolean {
  if (!queueCommand(station.commands, command)) return false
  pumpToStation(station, step)
  return true
}

/** Sends the next command when the station's slot is free (trap T4), and keeps its timer right. */
export function pumpToStation(station: Station, step: Step): void {
  const { link, commands } = station
  const command = link.phase === 'up' && !station.draining ? takeNextCommand(commands) : null
  if (command !== null && link.phase === 'up') {
    if (commandIdIsTaken(commands, command.wire.key)) command.wire = freshId(step)
    command.sentMono = step.now.mono
    commands.open = command
    const frame = rename(command.frame, command.id, command.wire)
    if (frame !== command.frame) {
      const from = command.origin.kind === 'backend' ? command.origin.backend : 'busbar'
      recordDerived(station, from, STATION, command, frame, step)
    }
    step.effects.push({ kind: 'toStation', epoch: link.epoch, frame, hold: 0 })
  }
  armAskTimer(station, step)
}

/** Sees to it that a call which gets no answer does not block those behind it for ever; one timer per station. */
export function armCallTimer(station: Station, step: Step): void {
  const call = station.outbox.inFlight
  if (station.callTimerArmed || call === null) return
  station.callTimerArmed = true
  const afterMs = Math.max(0, call.sentMono + CALL_OVERDUE_MS - step.now.mono)
  step.effects.push({ kind: 'wake', timer: 'callOverdue', attempt: 0, afterMs })
}

function armAskTimer(station: Station, step: Step): void {
  const due = nextDeadline(station.commands)
  if (due === null || (station.askTimerDue !== 0 && station.askTimerDue <= due)) return
  station.askTimerDue = due
  station.askTimer++
  const afterMs = Math.max(0, due - step.now.mono)
  step.effects.push({ kind: 'wake', timer: 'askOverdue', attempt: station.askTimer, afterMs })
}

/** The deadline of a backend's command: backends rarely say how long they wait. */
export function commandDeadline(mono: number): number {
  return mono + COMMAND_TIMEOUT_MS
}

function freshId(step: Step): MessageId {
  const key = step.now.freshId()
  return { key, token: JSON.stringify(key) }
}

/** The same frame under another id; the very same object when the id stays. */
export function rename(frame: RawFrame, from: MessageId, to: MessageId): RawFrame {
  return from.token === to.token ? frame : { text: spliceId(frame.text, to.token), bytes: null }
}

/** What leaves in another form than it came has an entry of its own. */
function recordDerived(
  station: Station,
  from: string,
  to: string,
  of: { readonly position: Position; readonly action: string; readonly wire: MessageId },
  frame: RawFrame,
  step: Step,
): void {
  const link = station.link
  const entry: FrameEntry = {
    kind: 'frame',
    at: step.now.at,
    station: station.id,
    from,
    to,
    type: 'call',
    messageId: of.wire.key,
    action: of.action,
    ocpp: link.phase === 'up' ? link.ocpp : null,
    raw: mayCarrySecret(of.action) ? null : frame.text,
    redacted: mayCarrySecret(of.action),
    ref: of.position,
    latencyMs: null,
    findings: null,
  }
  append(step, entry)
}

/** Says of a recorded frame that a backend will not get it. */
export function drop(station: string, backend: string, position: Position, reason: string, step: Step): void {
  append(step, { kind: 'delivery', at: step.now.at, station, backend, ref: position, state: 'dropped', reason })
}
