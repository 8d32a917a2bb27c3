// The shape of one version's reading of messages for sessions: a table from action to what it changes.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Position } from '../base/moment.ts'
import type { Fields } from '../base/unchecked.ts'
import type { Session } from './session.ts'
import type { StationSessions } from './station-sessions.ts'

export interface MessageMoment {
  readonly at: number
  readonly position: Position
  readonly ocpp: Subprotocol
}

/**
 * Changes the sessions by one message.
 * @returns the sessions it changed, the one the message belongs to first
 */
export type SessionRead = (sessions: StationSessions, payload: Fields, moment: MessageMoment) => readonly Session[]

export interface SessionReader {
  readonly subprotocol: Subprotocol
  readonly reads: ReadonlyMap<string, SessionRead>
}
