// The shape of one version's reading of a station's messages for its twin: a table from action to what it changes. An
// action without a row says nothing about the station that the twin keeps.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Position } from '../base/moment.ts'
import { type Fields, text, written } from '../base/unchecked.ts'
import type { StationTwin } from './twin.ts'

/** Changes the twin by one message; any value in the payload may be of any type. */
export type TwinRead = (twin: StationTwin, payload: Fields, at: number, position: Position) => void

export interface TwinReader {
  readonly subprotocol: Subprotocol
  readonly reads: ReadonlyMap<string, TwinRead>
}

const MAX_BOOT = 4096

/** Keeps a BootNotification for whoever must be told of it again. */
export function keepBoot(twin: StationTwin, payload: Fields, at: number, position: Position): void {
  twin.boot = { position, at, payload: written(payload, MAX_BOOT), registration: null }
}

/** FirmwareStatusNotification is the same in every version. */
export function readFirmwareStatus(twin: StationTwin, payload: Fields, at: number): void {
  const status = text(payload.status, 50)
  if (status !== null) twin.firmwareStatus = { status, at }
}

/** SecurityEventNotification too. */
export function readSecurityEvent(twin: StationTwin, payload: Fields, at: number): void {
  const type = text(payload.type, 50)
  if (type !== null) twin.securityEvent = { type, at }
}
