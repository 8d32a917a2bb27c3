// A backend (CPMS) as a machine: pure, synchronous and deterministic like the station. It accepts boots, judges tokens,
// keeps transactions, answers everything its versions know, and sends commands by script, one at a time per station.
// How it deviates from that is composed of behaviours (`backend-behaviours/`); what differs between versions is in
// backend-v16.ts, backend-v201.ts and backend-v21.ts.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { cancel, plan, takeDue, wakeToAskFor } from './agenda.ts'
import {
  type Backend,
  type BackendCommand,
  type BackendDialect,
  type BackendInput,
  type BackendLink,
  type BackendStep,
  noteOutcome,
  type Received,
  type ScriptLine,
  type Verdict,
} from './backend-state.ts'
import { backend16 } from './backend-v16.ts'
import { backend21 } from './backend-v21.ts'
import { backend201 } from './backend-v201.ts'
import { type Envelope, type Json, readEnvelope, writeCall, writeError, writeResult } from './envelope.ts'

export { createBackend } from './backend-state.ts'

const dialects: Readonly<Record<Subprotocol, BackendDialect>> = {
  'ocpp1.6': backend16,
  'ocpp2.0.1': backend201,
  'ocpp2.1': backend21,
}

/** Lets one thing happen to a backend. Changes it in place; what should be done is added to `step.effects`, in order. */
export function stepBackend(backend: Backend, input: BackendInput, step: BackendStep): void {
  switch (input.kind) {
    case 'linkUp':
      backend.links.set(input.link, {
        link: input.link,
        identity: input.identity,
        ocpp: input.ocpp,
        unanswered: 0,
        callsReceived: 0,
        open: null,
        queue: [],
      })
      step.effects.push({ kind: 'note', text: `${input.identity} connected with ${input.ocpp}` })
      break
    case 'linkDown': {
      const link = backend.links.get(input.link)
      if (link !== undefined) forget(backend, link, step)
      break
    }
    case 'frame': {
      const link = backend.links.get(input.link)
      if (link !== undefined) frame(backend, link, input.text, step)
      break
    }
    case 'timer':
      backend.agenda.wokenMs = null
      runDueTasks(backend, step)
      break
    case 'command':
      command(backend, input.identity, input.command, step)
      break
  }
  const afterMs = wakeToAskFor(backend.agenda, step.now.mono)
  if (afterMs !== null) step.effects.push({ kind: 'wake', afterMs })
}

/** The actions of stations that a backend of this version answers. */
export function answeredActions(ocpp: Subprotocol): string[] {
  return Object.keys(dialects[ocpp].answers)
}

/** One line per action received, most frequent first: what a person wants to see when the backend ends. */
export function summarise(backend: Backend): string[] {
  const rows = [...backend.counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return rows.map(([action, count]) => `${String(count).padStart(7)} ${action}`)
}

function forget(backend: Backend, link: BackendLink, step: BackendStep): void {
  backend.links.delete(link.link)
  backend.agenda.dues = backend.agenda.dues.filter((due) => due.task.kind === 'script' || due.task.link !== link.link)
  step.effects.push({ kind: 'note', text: `${link.identity} is gone` })
}

function frame(backend: Backend, link: BackendLink, text: string, step: BackendStep): void {
  const envelope = readEnvelope(text)
  remember(backend, link, envelope, text, step)
  switch (envelope.type) {
    case 'call':
      return answerCall(backend, link, envelope.idToken, envelope.action, envelope.payload, step)
    case 'result':
      return commandEnded(backend, link, envelope.id, 'answered', envelope.payload, step)
    case 'error':
      return commandEnded(backend, link, envelope.id, envelope.code, {}, step)
    case 'resultError':
    case 'send':
      return
    case 'unreadable':
      backend.breaches.push(`${link.identity} sent an unreadable text: ${envelope.why}`)
      return
  }
}

function remember(backend: Backend, link: BackendLink, envelope: Envelope, text: string, step: BackendStep): void {
  const action =
    envelope.type === 'call' || envelope.type === 'send'
      ? envelope.action
      : envelope.type === 'unreadable'
        ? ''
        : link.open?.id === envelope.id
          ? link.open.action
          : ''
  const counted = envelope.type === 'call' || envelope.type === 'send' ? action : envelope.type
  backend.counts.set(counted, (backend.counts.get(counted) ?? 0) + 1)
  if (backend.options.remember === 0) return
  const received: Received = {
    at: step.now.at,
    identity: link.identity,
    link: link.link,
    type: envelope.type,
    action,
    id: envelope.type === 'unreadable' ? '' : envelope.id,
    payload: envelope.type === 'call' || envelope.type === 'send' || envelope.type === 'result' ? envelope.payload : {},
    text,
  }
  backend.received.push(received)
  // Cut in large pieces: cutting one by one would copy the list for every message.
  if (backend.received.length > backend.options.remember * 2)
    backend.received = backend.received.slice(-backend.options.remember)
}

function answerCall(
  backend: Backend,
  link: BackendLink,
  idToken: string,
  action: string,
  payload: Json,
  step: BackendStep,
): void {
  link.callsReceived += 1
  const verdict = decide(backend, link, action, payload, step)
  link.unanswered += 1
  switch (verdict.kind) {
    case 'silence':
      return
    case 'close':
      step.effects.push({ kind: 'close', link: link.link, code: verdict.code, reason: verdict.reason })
      return forget(backend, link, step)
    case 'answer':
      return reply(backend, link, writeResult(idToken, verdict.payload), verdict.afterMs, step)
    case 'error':
      return reply(backend, link, writeError(4, idToken, verdict.code, verdict.description), verdict.afterMs, step)
  }
}

/**
 * What the backend does with a CALL. Behaviours speak before the answer is made, so that a refused call leaves no trace
 * in the backend's books, and again afterwards, because they may change the answer.
 */
function decide(backend: Backend, link: BackendLink, action: string, payload: Json, step: BackendStep): Verdict {
  const { answers } = dialects[link.ocpp]
  const context = { backend, link, action, payload, step }
  const answerer = Object.hasOwn(answers, action) ? answers[action] : undefined
  const unknown: Verdict = { kind: 'error', code: 'NotImplemented', description: `${action} is not known`, afterMs: 0 }
  const willAnswer: Verdict = answerer === undefined ? unknown : { kind: 'answer', payload: toBeAnswered, afterMs: 0 }
  const verdict = backend.options.behaviours.reduce<Verdict>((before, each) => each.onCall(context, before), willAnswer)
  if (verdict.kind !== 'answer' || answerer === undefined) return verdict
  const booksAnswer = answerer(backend, link, payload, step)
  // A behaviour that put another payload (a Pending for an Accepted) has its way.
  const replaced = verdict.payload !== toBeAnswered
  if (!replaced) runScript(backend, link, action, payload, step)
  return replaced ? verdict : { ...verdict, payload: booksAnswer }
}

/** Stands for the answer that the dialect will make. */
const toBeAnswered: Json = {}

function reply(backend: Backend, link: BackendLink, text: string, afterMs: number, step: BackendStep): void {
  if (afterMs > 0) {
    backend.taskCount += 1
    plan(backend.agenda, `answer ${backend.taskCount}`, step.now.mono + afterMs, {
      kind: 'answer',
      link: link.link,
      text,
    })
    return
  }
  link.unanswered -= 1
  step.effects.push({ kind: 'send', link: link.link, text })
}

function runScript(backend: Backend, link: BackendLink, action: string, payload: Json, step: BackendStep): void {
  const happened = whatHappened(action, payload)
  if (happened === null) return
  const concerns = (line: ScriptLine) =>
    line.on === happened.on && (line.stations === null || line.stations.includes(link.identity))
  for (const line of backend.options.script) {
    if (!concerns(line)) continue
    backend.taskCount += 1
    plan(backend.agenda, `script ${backend.taskCount}`, step.now.mono + line.afterMs, {
      kind: 'script',
      identity: link.identity,
      connector: happened.connector,
      command: line.command,
    })
  }
}

function whatHappened(action: string, payload: Json): { on: ScriptLine['on']; connector: number } | null {
  const evse = payload.evse as Json | undefined
  const connector = Number(payload.connectorId ?? evse?.id ?? 0)
  if (action === 'BootNotification') return { on: 'booted', connector: 0 }
  if (action === 'StartTransaction') return { on: 'sessionStarted', connector }
  if (action === 'StopTransaction') return { on: 'sessionEnded', connector }
  if (action !== 'TransactionEvent') return null
  if (payload.eventType === 'Started') return { on: 'sessionStarted', connector }
  return payload.eventType === 'Ended' ? { on: 'sessionEnded', connector } : null
}

function runDueTasks(backend: Backend, step: BackendStep): void {
  for (
    let task = takeDue(backend.agenda, step.now.mono);
    task !== null;
    task = takeDue(backend.agenda, step.now.mono)
  ) {
    if (task.kind === 'script') {
      // Connector 0 in a script means the one the event was about.
      const { command: planned } = task
      const connector =
        'connector' in planned && planned.connector !== null && planned.connector !== 0
          ? planned.connector
          : task.connector
      const aimed = 'connector' in planned ? { ...planned, connector } : planned
      command(backend, task.identity, aimed, step)
      continue
    }
    const link = backend.links.get(task.link)
    if (link === undefined) continue
    if (task.kind === 'answer') {
      link.unanswered -= 1
      step.effects.push({ kind: 'send', link: link.link, text: task.text })
    } else if (link.open?.id === task.id) {
      noteOutcome(backend, { identity: link.identity, action: link.open.action, outcome: 'unanswered', payload: {} })
      link.open = null
      sendNext(backend, link, step)
    }
  }
}

/** Queues a command for a station; it is dropped when the station is not connected. */
function command(backend: Backend, identity: string, wanted: BackendCommand, step: BackendStep): void {
  const link = [...backend.links.values()].findLast((each) => each.identity === identity)
  if (link === undefined) {
    step.effects.push({ kind: 'note', text: `${identity} is away: ${wanted.kind} was not sent` })
    return
  }
  const written = dialects[link.ocpp].write(backend, link, wanted, step)
  if (written === null) return
  link.queue.push(written)
  sendNext(backend, link, step)
}

function sendNext(backend: Backend, link: BackendLink, step: BackendStep): void {
  if (link.open !== null) return
  const next = link.queue.shift()
  if (next === undefined) return
  const id = step.now.freshId()
  link.open = { id, action: next.action }
  const due = step.now.mono + backend.options.commandTimeoutMs
  plan(backend.agenda, `overdue ${id}`, due, { kind: 'commandOverdue', link: link.link, id })
  step.effects.push({ kind: 'send', link: link.link, text: writeCall(JSON.stringify(id), next.action, next.payload) })
}

function commandEnded(
  backend: Backend,
  link: BackendLink,
  id: string,
  outcome: string,
  payload: Json,
  step: BackendStep,
): void {
  if (link.open?.id !== id) {
    backend.breaches.push(`${link.identity} answered ${id}, which is not open`)
    return
  }
  cancel(backend.agenda, `overdue ${id}`)
  noteOutcome(backend, { identity: link.identity, action: link.open.action, outcome, payload })
  link.open = null
  sendNext(backend, link, step)
}
