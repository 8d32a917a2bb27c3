// The entries of the journal: what is remembered, in the words of the timeline of the public API. Everything else in the
// product is a reader of these. An entry is written once and never changed; what is concluded from it is another entry,
// with `ref` naming the position that caused it.

import type { FrameType, Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Position } from '../base/moment.ts'

/** Who said something: the station, Busbar itself, or a backend by its configured name. */
export type Party = string

/** The party names that are not backends. A backend cannot be configured under one of them. */
export const STATION: Party = 'station'
export const BUSBAR: Party = 'busbar'

interface EntryHead {
  /** Wall clock in milliseconds since 1970 UTC when Busbar saw or did it. */
  readonly at: number
  /** Identity of the station it concerns; null for the installation as a whole. */
  readonly station: string | null
}

/** Something that is not as the specification of the version wants it; it never stops a frame (trap T27). */
export interface Finding {
  /** Stable code from the fault catalogue, such as BB-FRAME-010. */
  readonly code: string
  /** JSON pointer into the payload, '' for the payload or the envelope as a whole. */
  readonly path: string
  readonly detail: string
}

export interface FrameEntry extends EntryHead {
  readonly kind: 'frame'
  readonly from: Party
  /** Whom it is for; null when it was recorded and passed on to nobody. */
  readonly to: Party | null
  /** null when the text has no readable envelope. */
  readonly type: FrameType | null
  readonly messageId: string | null
  /** The action; for answers the action of the call they answer; null when unknown. */
  readonly action: string | null
  /** The version of the connection it came over or goes out on. */
  readonly ocpp: Subprotocol | null
  /** The text as received or sent, secrets replaced; null where no text could be read. */
  readonly raw: string | null
  /** The bytes of `raw`, when they are at hand, so that storing needs no encoding. Not part of the entry. */
  readonly bytes?: Uint8Array | undefined
  /** The parsed payload, when the entry comes straight from the path. Not part of the entry: `payloadOf` reads it. */
  readonly payload?: unknown
  readonly redacted: boolean
  /** The call an answer answers, or the frame this one was made from. */
  readonly ref: Position | null
  /** On answers: time since the call was received, in milliseconds. */
  readonly latencyMs: number | null
  readonly findings: readonly Finding[] | null
}

export interface LinkEntry extends EntryHead {
  readonly kind: 'link'
  readonly peer: Party
  readonly state: 'up' | 'down' | 'refused'
  /** WebSocket close code, or HTTP status of a refused handshake. */
  readonly code: number | null
  readonly reason: string | null
  readonly ocpp: Subprotocol | null
  /** Remote address of a station, URL of a backend; never with credentials. */
  readonly remote: string | null
  /** Security profile of a station's connection, 0 to 3. */
  readonly profile: number | null
}

export interface DeliveryEntry extends EntryHead {
  readonly kind: 'delivery'
  readonly backend: string
  /** Position of the frame that was owed. */
  readonly ref: Position
  readonly state: 'owed' | 'acknowledged' | 'retried' | 'refused' | 'quarantined' | 'dropped'
  readonly reason: string | null
}

export interface DecisionEntry extends EntryHead {
  readonly kind: 'decision'
  readonly what: string
  readonly why: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly rule: string | null
  readonly ref: Position | null
}

export interface ChangeEntry extends EntryHead {
  readonly kind: 'change'
  /** The rule, fix, translation, or person ("api:ops") that made it. */
  readonly by: string
  /** What was changed, such as `frame` or `stations.accounts`. */
  readonly what: string
  readonly before: unknown
  readonly after: unknown
  readonly ref: Position | null
}

export interface FaultEntry extends EntryHead {
  readonly kind: 'fault'
  /** Stable code from the fault catalogue. */
  readonly code: string
  readonly text: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly ref: Position | null
}

export type Entry = FrameEntry | LinkEntry | DeliveryEntry | DecisionEntry | ChangeEntry | FaultEntry
export type EntryKind = Entry['kind']

/** An entry with the place it got in the journal. */
export interface Placed<E extends Entry = Entry> {
  readonly position: Position
  readonly entry: E
}

/**
 * The payload of a recorded frame: the third element of a result, the fourth of a call or send, undefined otherwise.
 * Parsed from the text when the entry comes from the store; unreadable text gives undefined.
 */
export function payloadOf(entry: FrameEntry): unknown {
  if (entry.payload !== undefined) return entry.payload
  if (entry.raw === null || entry.type === null) return undefined
  try {
    const envelope: unknown = JSON.parse(entry.raw)
    if (!Array.isArray(envelope)) return undefined
    return entry.type === 'result' ? envelope[2] : entry.type === 'error' ? undefined : envelope[3]
  } catch {
    return undefined
  }
}
