// A session as the API shows it and as it is stored for queries: the contract's fields, and what is odd about it.

import { formatTimestamp } from '../base/timestamp.ts'
import { type DeliveryState, deliveryState } from './delivery.ts'
import type { Irregularity, Session } from './session.ts'

export interface SessionRecord {
  readonly id: string
  readonly station: string
  readonly ocpp: string
  readonly evse: number | null
  readonly connector: number | null
  readonly token: string | null
  readonly startedAt: string | null
  readonly stoppedAt: string | null
  readonly meterStartWh: number | null
  readonly meterStopWh: number | null
  readonly energyWh: number | null
  readonly reason: string | null
  readonly startedOffline: boolean
  /** `station` and each backend by name; a party without an id has no row. */
  readonly transactionIds: Readonly<Record<string, string>>
  readonly delivery: Readonly<Record<string, DeliveryState>>
  readonly irregularities: readonly Irregularity[]
}

/** The record of a session as it stands. */
export function sessionRecord(session: Session): SessionRecord {
  const { stationTransactionId: own } = session
  const ids = session.deliveries.map(
    (of) => [of.backend, of.transactionId ?? (session.sequence === null ? null : own)] as const,
  )
  return {
    id: session.id,
    station: session.station,
    ocpp: session.ocpp,
    evse: session.evse,
    connector: session.connector,
    token: session.token,
    startedAt: session.startedAt === null ? null : formatTimestamp(session.startedAt),
    stoppedAt: session.stoppedAt === null ? null : formatTimestamp(session.stoppedAt),
    meterStartWh: session.meterStartWh,
    meterStopWh: session.meterStopWh,
    energyWh: energyOf(session),
    reason: session.reason,
    startedOffline: session.startedOffline,
    transactionIds: Object.fromEntries([['station', own] as const, ...ids].filter(([, id]) => id !== null)) as Record<
      string,
      string
    >,
    delivery: Object.fromEntries(session.deliveries.map((of) => [of.backend, deliveryState(of)])),
    irregularities: [...session.irregularities],
  }
}

/** Energy so far, or of the whole session; null when one end is not known or the register went back. */
function energyOf(session: Session): number | null {
  const until = session.meterStopWh ?? session.meterLastWh
  if (until === null || session.meterStartWh === null || until < session.meterStartWh) return null
  return until - session.meterStartWh
}

/** The record for roles that may not see tokens. */
export function withPseudonym(record: SessionRecord, pseudonym: (token: string) => string): SessionRecord {
  return record.token === null || record.token === '' ? record : { ...record, token: pseudonym(record.token) }
}

/** 2010-01-01 and a day: a station's time outside of this is a lost clock (trap T29). */
const PLAUSIBLE_FROM = 1_262_304_000_000
const PLAUSIBLE_AHEAD_MS = 24 * 3_600_000

/**
 * The times by which a session is found: the station's where they are believable, ours otherwise. `to` is null while it
 * goes on.
 */
export function sessionSpan(session: Session): { readonly from: number; readonly to: number | null } {
  const from = believable(session.startedAt, session.seenAt) ?? session.seenAt
  if (session.state === 'open') return { from, to: null }
  const ended = session.closedAt ?? session.seenAt
  return { from, to: Math.max(from, believable(session.stoppedAt, ended) ?? ended) }
}

function believable(told: number | null, received: number): number | null {
  return told !== null && told >= PLAUSIBLE_FROM && told <= received + PLAUSIBLE_AHEAD_MS ? told : null
}
