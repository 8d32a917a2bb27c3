// A charging session as the journal tells of it, whatever the version: one transaction of a 1.6 station or one of the
// transactions a 2.x station numbers itself. Its id is made of the station and the position of its first message, so the
// same journal always gives the same sessions (docs/spec/twin.md, SE1 and following).

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Position } from '../base/moment.ts'
import type { SessionDelivery } from './delivery.ts'
import type { Sequence } from './sequence.ts'

/** What is odd about a session, in words that the API shows. */
export type Irregularity =
  /** Its first message is not a start. */
  | 'startMissing'
  /** Another session began at its place before it was ended. */
  | 'stopMissing'
  /** The station named it by an id that names nothing (0, -1, beyond what counts), so it was found by its content. */
  | 'foundByContent'
  /** The end was reported again with other figures; the first report counts. */
  | 'stopDiffers'
  /** Sequence numbers are missing: data was lost (trap T28). */
  | 'seqNoGap'
  /** A sequence number was used for two different messages (trap W4). */
  | 'seqNoReused'

/** Energy in Wh; times in milliseconds since 1970 UTC. */
export interface Session {
  readonly id: string
  readonly station: string
  readonly ocpp: Subprotocol
  /** Position of its first message. */
  readonly first: Position
  /** Our time of its first message. */
  readonly seenAt: number
  /** open: it goes on. replaced: another one began in its place; a late end may still come. */
  state: 'open' | 'ended' | 'replaced'
  /** Our time of when it left `open`. */
  closedAt: number | null
  evse: number | null
  connector: number | null
  token: string | null
  /** The station's times. */
  startedAt: number | null
  stoppedAt: number | null
  meterStartWh: number | null
  meterStopWh: number | null
  /** The newest reading of the register, and the station's time of it. */
  meterLastWh: number | null
  meterLastAt: number | null
  reason: string | null
  startedOffline: boolean
  /** The id the station uses; null when it was given none that counts. */
  stationTransactionId: string | null
  readonly deliveries: SessionDelivery[]
  /** 1.6: the content of the start and of the end, by which repeats are known (traps T7, T8). */
  startContent: string | null
  stopContent: string | null
  /** 1.6: positions of the start and its repeats, and of answers that may come again under another id. */
  readonly starts: Position[]
  /** 2.x only. */
  readonly sequence: Sequence | null
  /** Messages that were said again, and messages that came after the end. */
  repeats: number
  late: number
  readonly irregularities: Irregularity[]
}

/** What is known at the first message of a session. */
export interface Beginning {
  readonly station: string
  readonly ocpp: Subprotocol
  readonly position: Position
  readonly at: number
  readonly sequence: Sequence | null
}

/** The id of the session whose first message stands at a position. */
export function sessionId(station: string, first: Position): string {
  return `${station}@${first}`
}

/** A session of which only the first message's place is known. */
export function newSession(beginning: Beginning): Session {
  return {
    id: sessionId(beginning.station, beginning.position),
    station: beginning.station,
    ocpp: beginning.ocpp,
    first: beginning.position,
    seenAt: beginning.at,
    state: 'open',
    closedAt: null,
    evse: null,
    connector: null,
    token: null,
    startedAt: null,
    stoppedAt: null,
    meterStartWh: null,
    meterStopWh: null,
    meterLastWh: null,
    meterLastAt: null,
    reason: null,
    startedOffline: false,
    stationTransactionId: null,
    deliveries: [],
    startContent: null,
    stopContent: null,
    starts: [],
    sequence: beginning.sequence,
    repeats: 0,
    late: 0,
    irregularities: [],
  }
}

/** Notes something odd, once. */
export function note(session: Session, irregularity: Irregularity): void {
  if (!session.irregularities.includes(irregularity)) session.irregularities.push(irregularity)
}

/** What was noted turned out not to be so. */
export function unnote(session: Session, irregularity: Irregularity): void {
  const at = session.irregularities.indexOf(irregularity)
  if (at >= 0) session.irregularities.splice(at, 1)
}

/** Takes a reading of the register; an older one than the newest is history. */
export function takeMeter(session: Session, energyWh: number | null, stampedAt: number | null): void {
  if (energyWh === null) return
  if (stampedAt !== null && session.meterLastAt !== null && stampedAt < session.meterLastAt) return
  session.meterLastWh = energyWh
  if (stampedAt !== null) session.meterLastAt = stampedAt
}
