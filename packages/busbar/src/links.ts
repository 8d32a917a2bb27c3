// The seam between the engine and the sockets. Below it, adapters turn what a socket does into one call and a call into
// one write; above it, the engine owns one machine per station and takes every decision once a station was let in.
// Per frame that is one object (the RawFrame) and one call. Nothing below this line holds policy: when to redial, whom a
// frame is for, which of two connections stays.

import type { FaultCode } from '@busbar/core/base/fault.ts'
import type { FrameLoss, RawFrame, RefusalCause } from '@busbar/core/station/input.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { BackendSettings } from './config/settings.ts'

/** What a station presented to be let in; handed on to a backend only where that was chosen (trap T17). Never logged. */
export interface StationCredentials {
  /** User name of Basic authentication, as presented. */
  readonly user: string
  /** The password's bytes, as presented: OCPP 1.6 keys are bytes, not text. */
  readonly password: Uint8Array
}

/** Either end's socket, as the engine uses it. All calls are allowed at any time; after the end they do nothing. */
export interface LinkSocket {
  /** Writes one text frame: the bytes unchanged when there are some, else the text as UTF-8. */
  send(frame: RawFrame): void
  /** Starts the closing handshake; the end is told by the `…Down` event, at most 5 s later. */
  close(code: number, reason: string): void
  /** Ends it at once, without a closing handshake. */
  terminate(): void
  /**
   * Stops reading from the peer. Frames of the chunk that was already read (up to 64 KiB) still come. Pausing does not
   * count: one `resume` ends it. An own pause for the frame rate limit is kept apart from this one.
   */
  pause(): void
  resume(): void
  /** Bytes handed to `send` that the operating system has not taken yet. */
  readonly bufferedBytes: number
}

export interface StationSocket extends LinkSocket {
  readonly epoch: number
}

export interface BackendSocket extends LinkSocket {
  readonly attempt: number
  /** Stops telling and reading; only right inside `backendUp`. What comes is kept for whoever takes it. */
  hold(): DialledLink
}

/** high: more waits to be written than the high-water mark; stop reading what feeds it. low: go on (trap T32). */
export type PressureLevel = 'high' | 'low'

/** A station that was let in: everything that was found out before its 101. */
export interface StationArrival {
  /** Identity by which it is known: percent-decoded, and in the spelling of its account where it has one. */
  readonly id: string
  readonly epoch: number
  readonly ocpp: Subprotocol
  /**
   * What it offered of versions that its backend may speak; empty when it offered nothing and its account assumes a
   * version. Those that the backend refused before are not among them.
   */
  readonly offered: readonly string[]
  /** Its address without port; of the proxy's client where the proxy is trusted. */
  readonly remote: string | null
  /** Security profile that was proven: 0 nothing, 1 password, 2 password over TLS, 3 client certificate. */
  readonly profile: number
  /** Common name of the client certificate under profile 3. */
  readonly certificateSerial: string | null
  /** What it presented, for `password: station`; null without Basic authentication. */
  readonly credentials: StationCredentials | null
  /** The primary's link, when it was dialled before the station was let in. */
  readonly dialled: DialledLink | null
}

/**
 * A backend link that was opened before its station was let in. It does not read until it is taken; what came with the
 * handshake is delivered by `take`, in order. The engine must either take it or terminate it.
 */
export interface DialledLink {
  readonly backend: string
  readonly ocpp: Subprotocol
  /**
   * Hands it over. Frames begin to arrive after the present turn of the event loop, never inside this call.
   * @param attempt the number under which the engine wants to hear of it
   */
  take(attempt: number, events: BackendEvents): BackendSocket
  terminate(): void
}

/** A handshake of a station that was refused, for the record. */
export interface StationRefusal {
  /** Identity it claimed; null when none could be read. */
  readonly id: string | null
  readonly remote: string | null
  /**
   * HTTP status; 101 when the handshake was completed without a version and closed at once, as OCPP-J asks; null when
   * it ended before HTTP, in TLS.
   */
  readonly status: number | null
  readonly code: FaultCode
  readonly reason: string
}

/**
 * What the engine hears of the stations' side. Per epoch: one `stationUp`, then frames, then one `stationDown`, and
 * nothing afterwards.
 */
export interface StationSocketEvents {
  stationUp(arrival: StationArrival, socket: StationSocket): void
  stationFrame(id: string, epoch: number, frame: RawFrame): void
  stationFrameLost(id: string, epoch: number, loss: FrameLoss): void
  /** What waits to be written to this station crossed a water mark. */
  stationPressure(id: string, epoch: number, level: PressureLevel): void
  /** @param code WebSocket close code; 1006 when the link ended without a closing handshake */
  stationDown(id: string, epoch: number, code: number, reason: string): void
  refused(refusal: StationRefusal): void
  /** Something about a listener that an operator should hear of: a certificate near its end, a file that cannot be read. */
  listenerFault(code: FaultCode, text: string, detail: Readonly<Record<string, unknown>>): void
}

/**
 * What the engine hears of a dial and of the link it led to. Per attempt: one of `backendUp`, `backendUnreachable`,
 * `backendRefused`; after `backendUp` frames and one `backendDown`; nothing afterwards.
 */
export interface BackendEvents {
  backendUp(station: string, backend: string, attempt: number, ocpp: Subprotocol, socket: BackendSocket): void
  backendFrame(station: string, backend: string, attempt: number, frame: RawFrame): void
  backendFrameLost(station: string, backend: string, attempt: number, loss: FrameLoss): void
  backendPressure(station: string, backend: string, attempt: number, level: PressureLevel): void
  backendDown(station: string, backend: string, attempt: number, code: number, reason: string): void
  /** @param status HTTP status when there was an answer */
  backendUnreachable(station: string, backend: string, attempt: number, status: number | null, reason: string): void
  backendRefused(
    station: string,
    backend: string,
    attempt: number,
    cause: RefusalCause,
    status: number | null,
    reason: string,
  ): void
}

export interface DialRequest {
  /** Identity of the station. */
  readonly station: string
  readonly backend: BackendSettings
  readonly attempt: number
  /** Versions to offer, in this order. */
  readonly ocpp: readonly Subprotocol[]
  /** What the station presented; used where the backend's `password` is `station`, or with `asStation`. */
  readonly credentials: StationCredentials | null
  /** Present the station's credentials whatever the backend's settings say (`authenticate: backend`). */
  readonly asStation: boolean
}

export interface Dialler {
  /**
   * Opens a link to a backend, at once or, above the cap on concurrent dials, in its turn. No event comes inside the
   * call.
   * @returns ends the attempt while it lasts: no event follows. Without effect once `backendUp` was told.
   */
  dial(request: DialRequest, events: BackendEvents): () => void
  /** Dials under way and dials that wait for their turn. */
  readonly underWay: number
  readonly waiting: number
  /** Ends all attempts without a word and takes no new ones. Open links stay. */
  stop(): void
}
