// Which session an entry belongs to, as far as memory knows: for showing it beside the entry. Sessions that left memory
// are not looked for, because a timeline must not cost a search per line.

import type { Position } from '../base/moment.ts'
import { fields, text } from '../base/unchecked.ts'
import type { FrameEntry, Placed } from '../journal/entry.ts'
import { payloadOnce } from '../twin/payload-once.ts'
import type { Session } from './session.ts'
import { LATE_MS, type StationSessions } from './station-sessions.ts'
import { transactionIdOf } from './transaction-id.ts'

/** Actions whose messages name a transaction or begin one. */
const aboutTransactions: ReadonlySet<string> = new Set([
  'StartTransaction',
  'StopTransaction',
  'MeterValues',
  'TransactionEvent',
  'RemoteStopTransaction',
  'RequestStopTransaction',
  'CostUpdated',
  'GetTransactionStatus',
])

/** The id of the session an entry of this station belongs to, or null when that is not known cheaply. */
export function sessionOf(sessions: StationSessions, placed: Placed): string | null {
  const { entry, position } = placed
  if (entry.kind !== 'frame' || entry.action === null || !aboutTransactions.has(entry.action)) return null
  const of = [...sessions.open, ...sessions.closed]
  const begun = of.find((session) => begins(session, entry.type === 'result' ? entry.ref : position))
  if (begun !== undefined) return begun.id
  const id = entry.type === 'call' ? idIn(entry) : null
  if (id === null) return null
  return of.find((session) => session.stationTransactionId === id && covers(session, entry.at, position))?.id ?? null
}

function begins(session: Session, position: Position | null): boolean {
  return position !== null && (session.first === position || session.starts.includes(position))
}

/** Backends use ids again, so an id alone is not enough. */
function covers(session: Session, at: number, position: Position): boolean {
  return position >= session.first && (session.closedAt === null || at <= session.closedAt + LATE_MS)
}

/** The transaction id that a message names: a number in 1.6, a text in 2.x. */
function idIn(entry: FrameEntry): string | null {
  const payload = fields(payloadOnce(entry))
  if (payload === null) return null
  return (
    transactionIdOf(payload.transactionId) ??
    text(fields(payload.transactionInfo)?.transactionId ?? payload.transactionId, 255)
  )
}
