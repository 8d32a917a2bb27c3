// The outbox of one station towards one backend: the calls the backend has still to answer, in the order in which the
// station made them. One call is in flight at a time, because OCPP allows one open call per direction (trap T4) and some
// backends refuse a second one (W1). It promises:
//
// OB1 calls reach the backend in the order in which the station made them;
// OB2 at most one call is in flight, and the next leaves when it is answered or has been overdue for long enough;
// OB3 what was in flight when the link ended is sent again first, with the same id, when the link is back;
// OB4 what does not fit is not taken: the station was given no answer and keeps it.
//
// The text of a call that waits far behind is let go of and read from the journal when its turn comes, so that an outage
// of hours costs a hundred bytes per held call, not its text.

import type { MessageId } from '@busbar/ocpp/frame.ts'
import type { Position } from '../base/moment.ts'
import type { RawFrame } from '../station/input.ts'

/** A call (or a 2.1 SEND) of the station that its backend has still to get. */
export interface OwedCall {
  /** Where the frame stands in the journal. */
  readonly position: Position
  readonly type: 'call' | 'send'
  /** The id under which the station waits for the answer. */
  readonly id: MessageId
  readonly action: string
  /** null: let go of; it is read from the journal again. */
  frame: RawFrame | null
  /** Monotonic time of its arrival. */
  readonly receivedMono: number
  /** The id it has, or had, on the backend's leg; differs from `id` only where that would have collided. */
  wire: MessageId
  /** Monotonic time at which it was sent; 0 while it waits. */
  sentMono: number
}

export interface Outbox {
  /** Calls not sent yet, oldest first. */
  waiting: OwedCall[]
  inFlight: OwedCall | null
  /** Sent, unanswered for longer than `CALL_OVERDUE_MS`; the slot is free again but a late answer is still theirs. */
  overdue: OwedCall[]
}

/** After this long without an answer the next call may go. Stations give up after 30 to 60 s (ocpp.md 1.4), so no answer
 * that a station still waits for is put at risk, and a backend that swallows one call does not block all others. */
export const CALL_OVERDUE_MS = 30_000

/** Calls held per station and backend. At one call per 10 s this is more than five hours. */
export const MAX_HELD_CALLS = 2_000

/** Calls at the head whose text stays in memory. */
const TEXTS_KEPT = 16

/** Overdue calls remembered for a late answer. */
const MAX_OVERDUE = 16

const nothing: OwedCall[] = []

export function emptyOutbox(): Outbox {
  // Shared until something waits: thousands of idle stations each have an outbox.
  return { waiting: nothing, inFlight: null, overdue: nothing }
}

/**
 * Takes a call behind those that wait.
 * @returns false when the outbox is full (OB4)
 */
export function hold(outbox: Outbox, call: OwedCall, textIsInJournal: boolean): boolean {
  if (outbox.waiting.length >= MAX_HELD_CALLS) return false
  if (outbox.waiting === nothing) outbox.waiting = []
  if (textIsInJournal && outbox.waiting.length >= TEXTS_KEPT) call.frame = null
  outbox.waiting.push(call)
  return true
}

/** Whether the next call may leave now. */
export function slotIsFree(outbox: Outbox): boolean {
  return outbox.inFlight === null
}

/** The oldest call that waits, taken out of the queue; null when none does. */
export function takeNext(outbox: Outbox): OwedCall | null {
  if (outbox.waiting.length === 0) return null
  const call = outbox.waiting.shift()!
  if (outbox.waiting.length === 0) outbox.waiting = nothing
  return call
}

/** The open call an answer with this id key belongs to, taken out of the outbox; null when there is none. */
export function settle(outbox: Outbox, key: string): OwedCall | null {
  const call = outbox.inFlight
  if (call !== null && call.wire.key === key) {
    outbox.inFlight = null
    return call
  }
  const late = outbox.overdue.findIndex((each) => each.wire.key === key)
  return late < 0 ? null : outbox.overdue.splice(late, 1)[0]!
}

/** Whether an id is still open on the backend's leg, so that another call may not use it. */
export function isOpen(outbox: Outbox, key: string): boolean {
  return outbox.inFlight?.wire.key === key || outbox.overdue.some((call) => call.wire.key === key)
}

/** Frees the slot of a call that has waited too long for its answer; gives the call, or null when it has not. */
export function releaseOverdue(outbox: Outbox, mono: number): OwedCall | null {
  const call = outbox.inFlight
  if (call === null || mono - call.sentMono < CALL_OVERDUE_MS) return null
  outbox.inFlight = null
  if (outbox.overdue === nothing) outbox.overdue = []
  if (outbox.overdue.length >= MAX_OVERDUE) outbox.overdue.shift()
  outbox.overdue.push(call)
  return call
}

/** The link ended: what was in flight waits again, first (OB3). Overdue calls are not repeated: the backend had its time,
 * and a repeated start is worse than an unanswered one. */
export function linkEnded(outbox: Outbox): void {
  const call = outbox.inFlight
  outbox.inFlight = null
  outbox.overdue = nothing
  if (call === null) return
  if (outbox.waiting === nothing) outbox.waiting = []
  outbox.waiting.unshift(call)
}

/** Empties the outbox; gives what was still owed, oldest first. */
export function abandon(outbox: Outbox): OwedCall[] {
  const owed = [...outbox.overdue, ...(outbox.inFlight === null ? [] : [outbox.inFlight]), ...outbox.waiting]
  outbox.waiting = nothing
  outbox.inFlight = null
  outbox.overdue = nothing
  return owed
}

/** Number of calls the backend still owes an answer to. */
export function pending(outbox: Outbox): number {
  return outbox.waiting.length + (outbox.inFlight === null ? 0 : 1)
}
