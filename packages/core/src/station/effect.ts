// What a station's machine wants done. The engine carries effects out in order and decides nothing.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Moment, Position } from '../base/moment.ts'
import type { Entry, Finding } from '../journal/entry.ts'
import type { RawFrame, TimerName } from './input.ts'

/** How a command asked by the API ended (contract, POST …/commands). */
export type AskOutcome =
  | { readonly outcome: 'answered'; readonly response: unknown; readonly position: Position }
  | {
      readonly outcome: 'refused'
      readonly error: { readonly code: string; readonly description: string; readonly details: unknown }
      readonly position: Position
    }
  /** It was sent and no answer came. */
  | { readonly outcome: 'uncertain'; readonly reason: string }
  /** It never left Busbar. */
  | { readonly outcome: 'notSent'; readonly reason: string }

export type StationEffect =
  | {
      readonly kind: 'toStation'
      readonly epoch: number
      readonly frame: RawFrame
      /** Leaves only when the journal is synced up to here; 0 leaves at once. Order to the station is kept. */
      readonly hold: Position
    }
  | { readonly kind: 'toBackend'; readonly backend: string; readonly attempt: number; readonly frame: RawFrame }
  /** The text of a held frame was let go of; it is read from the journal again, sent, and recorded nowhere anew. */
  | {
      readonly kind: 'toBackendFromJournal'
      readonly backend: string
      readonly attempt: number
      readonly position: Position
      /** The id it has to carry on this leg, as a JSON token; null when the recorded one stays. */
      readonly idToken: string | null
    }
  | {
      readonly kind: 'dial'
      readonly backend: string
      readonly attempt: number
      /** The one version to offer. */
      readonly ocpp: Subprotocol
    }
  | {
      readonly kind: 'hangUp'
      readonly backend: string
      readonly attempt: number
      readonly code: number
      readonly reason: string
    }
  | { readonly kind: 'closeStation'; readonly epoch: number; readonly code: number; readonly reason: string }
  | { readonly kind: 'wake'; readonly timer: TimerName; readonly attempt: number; readonly afterMs: number }
  | { readonly kind: 'askEnded'; readonly askId: string; readonly outcome: AskOutcome }

/** What a machine may ask about the world beside its own state: pure look-ups that the engine provides. */
export interface Surroundings {
  /** Deviations of a payload from the schema of its action; null when there are none. Never changes the payload. */
  readonly inspect: (
    ocpp: Subprotocol,
    kind: 'request' | 'response',
    action: string,
    payload: unknown,
  ) => readonly Finding[] | null
  /** Whether a charging session runs at the station, by the twin. */
  readonly isCharging: (station: string) => boolean
}

/**
 * Where a machine puts what one step leads to. The engine appends the entries first and then carries out the effects, so
 * whatever leaves Busbar is at least in the journal's memory by then, and waits for the disk where `hold` says so.
 */
export interface Step {
  readonly now: Moment
  readonly entries: Entry[]
  readonly effects: StationEffect[]
  readonly around: Surroundings
}

/**
 * Records an entry.
 * @returns the position it will have; the engine appends in the same order, so the number is exact
 */
export function append(step: Step, entry: Entry): Position {
  step.entries.push(entry)
  const position = step.now.next
  step.now.next = position + 1
  return position
}
