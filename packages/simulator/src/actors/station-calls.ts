// How a station talks: one CALL in flight, the next when the last was answered or given up, messages about transactions
// kept in order until they were answered (1.6 section 3.7.1; 2.x E04, E13), all others dropped when the link is lost.

import { cancel, plan } from './agenda.ts'
import { writeCall, writeSend } from './envelope.ts'
import type {
  OpenCall,
  OutgoingCall,
  Purpose,
  Station,
  StationStep,
  TransactionMessage,
  Written,
} from './station-state.ts'

/** Queues a message that may be lost. */
export function say(station: Station, written: Written, purpose: Purpose = { kind: 'other' }, triggered = false): void {
  station.calls.push({ ...written, purpose, triggered })
}

/** Queues a message about a transaction, unless the version has none for it. */
export function tell(station: Station, message: TransactionMessage): void {
  if (!station.dialect.tells(message)) return
  if (message.event === 'ended' && !station.traits.tellsStop) return
  station.transactions.push(message)
  if (station.transactions.length > MOST_KEPT) dropReading(station)
}

/** Readings are thrown away beyond this many messages, as a station with little memory does (2.x E04.FR.07). */
const MOST_KEPT = 2_000

/** Drops the oldest message that neither begins nor ends a session and is not on its way. */
function dropReading(station: Station): void {
  const at = station.transactions.findIndex(
    (message) => message.event === 'updated' && !station.open.some((call) => carries(call, message)),
  )
  if (at >= 0) station.transactions.splice(at, 1)
}

/** Whether messages reach the backend just now. */
export function isOnline(station: Station): boolean {
  return station.link === 'up' && station.registration === 'accepted'
}

/** Sends what may be sent. Called at the end of every step. */
export function pump(station: Station, step: StationStep): void {
  while (station.link === 'up' && station.open.length < station.traits.callsAtOnce) {
    const next = nextCall(station)
    if (next === null) return
    send(station, next, step)
  }
}

/** Sends a SEND of 2.1: no answer comes, and an open CALL is no hindrance. */
export function sendStraight(station: Station, written: Written, step: StationStep): void {
  const text = writeSend(JSON.stringify(step.now.freshId()), written.action, written.payload)
  step.effects.push({ kind: 'send', link: station.linkNumber, text: station.traits.rewrite(text) })
}

/** Takes the open CALL with this id, or null. */
export function closeCall(station: Station, id: string): OpenCall | null {
  const at = station.open.findIndex((call) => call.id === id)
  const [call] = at < 0 ? [] : station.open.splice(at, 1)
  if (call === undefined) return null
  cancel(station.agenda, overdueKey(id))
  return call
}

/** A message about a transaction arrived: it is owed no longer. */
export function settleTransaction(station: Station, message: TransactionMessage): void {
  station.transactions = station.transactions.filter((owed) => owed !== message)
  station.transactionsWait = false
}

/**
 * A message about a transaction failed (CALLERROR or no answer): tried again later, each time later by one interval, and
 * thrown away after the last attempt as the specification has it.
 */
export function failTransaction(station: Station, message: TransactionMessage, step: StationStep): void {
  message.attempts += 1
  if (message.attempts >= station.transactionAttempts) {
    step.effects.push({ kind: 'note', text: `gave up telling that a session ${message.event}` })
    // Errata 3.18: what follows a start that never arrived carries -1.
    if (message.event === 'started' && message.session.transactionId === null) message.session.transactionId = -1
    settleTransaction(station, message)
    return
  }
  station.transactionsWait = true
  const due = step.now.mono + station.transactionRetryMs * message.attempts
  plan(station.agenda, 'retryTransaction', due, { kind: 'retryTransaction' })
}

/** The link is gone: open calls end without an answer. Returns those whose askers still want to know. */
export function abandonCalls(station: Station): OpenCall[] {
  const abandoned = station.open
  for (const call of abandoned) cancel(station.agenda, overdueKey(call.id))
  station.open = []
  const unanswered = [...abandoned, ...station.calls.map((call) => ({ ...call, id: '', idToken: '' }))]
  station.calls = []
  // A status that was on its way may not have arrived: it is told again.
  if (unanswered.some((call) => call.action === 'StatusNotification')) {
    for (const connector of station.connectors) connector.told = null
  }
  for (const message of station.transactions) message.offline = true
  return unanswered.filter((call) => call.purpose.kind === 'authorise')
}

function nextCall(station: Station): OutgoingCall | null {
  const allowed = station.calls.findIndex((call) => maySend(station, call))
  if (allowed >= 0) return station.calls.splice(allowed, 1)[0] ?? null
  if (station.registration !== 'accepted' || station.transactionsWait) return null
  const message = station.transactions.find((owed) => !station.open.some((call) => carries(call, owed)))
  if (message === undefined || !idIsKnown(station, message)) return null
  const purpose: Purpose = { kind: 'transaction', message }
  return { ...station.dialect.transaction(station, message), purpose, triggered: false }
}

/** Before it is accepted a station says nothing but BootNotification and what it is asked for (1.6 section 4.2). */
function maySend(station: Station, call: OutgoingCall): boolean {
  if (station.registration === 'accepted' || call.purpose.kind === 'boot') return true
  return station.registration === 'pending' && call.triggered
}

function carries(call: OpenCall, message: TransactionMessage): boolean {
  return call.purpose.kind === 'transaction' && call.purpose.message === message
}

/** A station that has several calls open cannot tell of a 1.6 transaction before it was given the id. */
function idIsKnown(station: Station, message: TransactionMessage): boolean {
  if (!station.dialect.backendGivesIds || message.event === 'started' || message.session.transactionId !== null)
    return true
  return !station.open.some(
    (call) => call.purpose.kind === 'transaction' && call.purpose.message.session === message.session,
  )
}

function send(station: Station, call: OutgoingCall, step: StationStep): void {
  const idToken = station.traits.messageId(call.action, step.now.freshId(), station.callCount)
  const id = String(JSON.parse(idToken))
  station.callCount += 1
  station.open.push({ ...call, id, idToken })
  plan(station.agenda, overdueKey(id), step.now.mono + station.messageTimeoutMs, { kind: 'callOverdue', id })
  const text = station.traits.rewrite(writeCall(idToken, call.action, call.payload))
  step.effects.push({ kind: 'send', link: station.linkNumber, text })
}

function overdueKey(id: string): string {
  return `callOverdue ${id}`
}
