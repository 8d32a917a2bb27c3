// Everything that can happen to one station, as its machine hears of it. Inputs arrive in the order in which the sockets
// delivered them; a link is named by a number so that news of an old one cannot be taken for news of the present one
// (trap T18).

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Route } from '../routing/route.ts'

/** A text frame as it came off a socket: the text for reading, the same bytes for passing on. */
export interface RawFrame {
  readonly text: string
  /** UTF-8 of `text`; null for a text Busbar made. */
  readonly bytes: Uint8Array | null
}

/** Why a backend's handshake was refused in a way that trying again soon will not mend. */
export type RefusalCause = 'version' | 'credentials' | 'unknownStation' | 'certificate' | 'other'

export interface BackendLinkUp {
  readonly backend: string
  /** Number of the attempt that led to it; grows by one per dial of this station. */
  readonly attempt: number
  readonly ocpp: Subprotocol
}

export type StationInput =
  | {
      readonly kind: 'stationUp'
      /** Connection epoch: grows with every connection of this installation. */
      readonly epoch: number
      readonly ocpp: Subprotocol
      /** What the station offered of versions its backend may speak; more than one: it can come back on another. */
      readonly offered: readonly string[]
      /** null: no route matches; it is recorded and routed nowhere. */
      readonly route: Route | null
      readonly remote: string | null
      readonly profile: number
      /** Common name of the client certificate under profile 3, compared with the serial number at boot. */
      readonly certificateSerial: string | null
      /** The primary's link, when it was dialled before the station was let in. */
      readonly dialled: BackendLinkUp | null
    }
  | {
      readonly kind: 'stationDown'
      readonly epoch: number
      readonly code: number
      readonly reason: string
    }
  | { readonly kind: 'stationFrame'; readonly epoch: number; readonly frame: RawFrame }
  | { readonly kind: 'stationFrameLost'; readonly epoch: number; readonly loss: FrameLoss }
  | ({ readonly kind: 'backendUp' } & BackendLinkUp)
  | {
      /** An open link ended. */
      readonly kind: 'backendDown'
      readonly backend: string
      readonly attempt: number
      readonly code: number
      readonly reason: string
    }
  | {
      /** A dial did not lead to a link: the network, a time-out, a 5xx. */
      readonly kind: 'backendUnreachable'
      readonly backend: string
      readonly attempt: number
      /** HTTP status when there was an answer. */
      readonly status: number | null
      readonly reason: string
    }
  | {
      readonly kind: 'backendRefused'
      readonly backend: string
      readonly attempt: number
      readonly cause: RefusalCause
      readonly status: number | null
      readonly reason: string
    }
  | { readonly kind: 'backendFrame'; readonly backend: string; readonly attempt: number; readonly frame: RawFrame }
  | { readonly kind: 'backendFrameLost'; readonly backend: string; readonly attempt: number; readonly loss: FrameLoss }
  | {
      /** A command of the API or the command line for this station. */
      readonly kind: 'ask'
      readonly askId: string
      readonly action: string
      /** JSON text of the payload, put into the frame as it stands. */
      readonly payload: string
      readonly timeoutMs: number
      /** Who asks, for the record: "api:ops". */
      readonly by: string
    }
  | { readonly kind: 'timer'; readonly timer: TimerName; readonly attempt: number }
  | { readonly kind: 'routeChanged'; readonly route: Route | null }
  /** Busbar is going down: close the links in order, answer nothing new. */
  | { readonly kind: 'drain' }

/** Frames whose text cannot be had: the socket library gives no bytes for them (trap T27), or they were not text. */
export interface FrameLoss {
  readonly what: 'invalidUtf8' | 'tooLarge' | 'binary' | 'reservedBits' | 'malformed'
  readonly size: number | null
  readonly detail: string
}

export type TimerName =
  /** The call in flight to the backend has waited too long for the ones behind it. */
  | 'callOverdue'
  /** The command in flight to the station, or one that waits for its turn, has reached its deadline. */
  | 'askOverdue'
  /** Time to dial the backend again. */
  | 'redial'
  /** Look again whether a station that should come back on another version is idle. */
  | 'idleCheck'
