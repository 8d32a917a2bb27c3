// One station as its machine knows it: who it is, the connection it has now, the link to its backend, what the backend
// still owes it an answer for, and what others want of it. Nothing here outlives the process; what must be remembered is
// in the journal.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Position } from '../base/moment.ts'
import { type CommandOrigin, type Commands, noCommands } from '../command/in-flight.ts'
import { emptyOutbox, type Outbox } from '../outbox/outbox.ts'
import type { Route } from '../routing/route.ts'
import type { RefusalCause } from './input.ts'

export interface StationUp {
  readonly phase: 'up'
  readonly epoch: number
  readonly ocpp: Subprotocol
  /** It offered more than one version, so closing it lets it come back on another. */
  readonly canChangeVersion: boolean
  readonly certificateSerial: string | null
  /** 2.1 only: answers relayed lately, so that a complaint about one (type 5) finds whose it was. null until needed. */
  answeredByBackend: RelayedAnswer[] | null
  answeredByStation: RelayedAnswer[] | null
  /** Its backend speaks another version; it is closed as soon as nothing runs. */
  closeWhenIdle: boolean
}

export type StationLink = { readonly phase: 'away' } | StationUp

/** An answer that was passed on, remembered by the id it had on the leg it left on. */
export interface RelayedAnswer {
  readonly key: string
  /** Where the answer stands in the journal: a complaint refers to it. */
  readonly position: Position
  /** Who made the answer. */
  readonly origin: CommandOrigin | null
}

/** The link to one backend. Each phase says what it waits for. */
export type BackendLink =
  /** Nothing is dialled: the station is away, or no route leads there. */
  | { readonly phase: 'off' }
  | { readonly phase: 'dialling'; readonly attempt: number; readonly failures: number }
  /** Waiting for the redial timer of the same attempt number. */
  | { readonly phase: 'waiting'; readonly attempt: number; readonly failures: number }
  | {
      readonly phase: 'up'
      readonly attempt: number
      readonly failures: number
      readonly ocpp: Subprotocol
      readonly sinceMono: number
    }
  /** Refused for a reason that lasts; tried again at the slowest pace. */
  | { readonly phase: 'refused'; readonly attempt: number; readonly failures: number; readonly cause: RefusalCause }

export interface Station {
  readonly id: string
  route: Route | null
  link: StationLink
  backend: BackendLink
  /** Number of the last dial; the next one gets the next number. */
  lastAttempt: number
  outbox: Outbox
  commands: Commands
  /** A timer for overdue calls is under way. */
  callTimerArmed: boolean
  /** Number of the command timer that counts; older ones are stale. */
  askTimer: number
  /** Monotonic time for which that timer is set; 0 when none is. */
  askTimerDue: number
  draining: boolean
}

const away: StationLink = { phase: 'away' }
const off: BackendLink = { phase: 'off' }

/** A station nobody has heard of yet in this process. */
export function newStation(id: string): Station {
  return {
    id,
    route: null,
    link: away,
    backend: off,
    lastAttempt: 0,
    outbox: emptyOutbox(),
    commands: noCommands(),
    callTimerArmed: false,
    askTimer: 0,
    askTimerDue: 0,
    draining: false,
  }
}

export const awayLink = away
export const offLink = off

/** Whether no call is open in either direction. */
export function hasNothingOpen(station: Station): boolean {
  return (
    station.outbox.inFlight === null &&
    station.outbox.waiting.length === 0 &&
    station.commands.open === null &&
    station.commands.waiting.length === 0
  )
}
