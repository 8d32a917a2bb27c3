// Whether the backends have what they need to bill a session: each message of it that was on its way to a backend is owed
// until that backend answered it with a result. A CALLERROR is no acknowledgement. The list of what is unanswered is
// bounded; what does not fit, and what a station was left to say again, is settled by the next message that is answered,
// because messages of one station reach a backend in order.

import type { Position } from '../base/moment.ts'

export interface SessionDelivery {
  readonly backend: string
  /** The id this backend gave the transaction (1.6) or shares with the station (2.x). */
  transactionId: string | null
  /** Positions on their way, oldest first. */
  readonly unanswered: Position[]
  /** Pending until something after this position is answered; 0 for nothing. */
  pendingThrough: Position
  quarantined: boolean
}

const MAX_UNANSWERED = 64
const MAX_BACKENDS = 16

export type DeliveryState = 'acknowledged' | 'pending' | 'quarantined'

/** The delivery to a backend, made when it is new; null for one too many. */
export function deliveryOf(deliveries: SessionDelivery[], backend: string): SessionDelivery | null {
  for (const delivery of deliveries) if (delivery.backend === backend) return delivery
  if (deliveries.length >= MAX_BACKENDS) return null
  const made: SessionDelivery = { backend, transactionId: null, unanswered: [], pendingThrough: 0, quarantined: false }
  deliveries.push(made)
  return made
}

/** A message of the session is on its way to a backend. */
export function owe(deliveries: SessionDelivery[], backend: string, position: Position): void {
  const delivery = deliveryOf(deliveries, backend)
  if (delivery === null || delivery.unanswered.includes(position)) return
  if (delivery.unanswered.length < MAX_UNANSWERED) delivery.unanswered.push(position)
  else delivery.pendingThrough = Math.max(delivery.pendingThrough, position - 1)
}

/**
 * The backend acknowledged the message at a position.
 * @returns whether that changed anything here
 */
export function acknowledge(delivery: SessionDelivery, position: Position): boolean {
  const at = delivery.unanswered.indexOf(position)
  if (at >= 0) delivery.unanswered.splice(at, 1)
  const settles = delivery.pendingThrough !== 0 && position > delivery.pendingThrough
  if (settles) delivery.pendingThrough = 0
  return at >= 0 || settles
}

/** The message at a position will not reach the backend in this form: the station keeps it and says it again. */
export function letGo(delivery: SessionDelivery, position: Position): boolean {
  const at = delivery.unanswered.indexOf(position)
  if (at < 0) return false
  delivery.unanswered.splice(at, 1)
  delivery.pendingThrough = Math.max(delivery.pendingThrough, position)
  return true
}

/** How the delivery stands, in the words of the API. */
export function deliveryState(delivery: SessionDelivery): DeliveryState {
  if (delivery.quarantined) return 'quarantined'
  return delivery.unanswered.length === 0 && delivery.pendingThrough === 0 ? 'acknowledged' : 'pending'
}
