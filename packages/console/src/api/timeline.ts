// Entries of the timeline: what was said, decided and changed, each with a position that grows with time.

import { request } from './http.ts'
import { type Page, query } from './page.ts'
import type { Subprotocol } from './stations.ts'

export const entryKinds = [
  'frame',
  'link',
  'delivery',
  'decision',
  'change',
  'meter',
  'limit',
  'grant',
  'fault',
  'diagnosis',
] as const
export type EntryKind = (typeof entryKinds)[number]

interface EntryHead {
  readonly position: number
  readonly at: string
  readonly station: string | null
  readonly session: string | null
  /** What happened, as a plain sentence. */
  readonly text: string
  /** Something was taken out of it for this reader. */
  readonly redacted?: boolean
  /** The entry it was made from; for an answer its call. */
  readonly ref?: number
}

/** Something that is not as the specification wants it; it stopped nothing. */
export interface Finding {
  readonly code: string
  readonly path: string
  readonly detail: string
}

export type FrameType = 'call' | 'result' | 'error' | 'resultError' | 'send'

export interface FrameEntry extends EntryHead {
  readonly kind: 'frame'
  readonly from: string
  /** null: passed on to nobody. */
  readonly to: string | null
  readonly type: FrameType | null
  readonly messageId: string | null
  readonly action: string | null
  readonly ocpp: Subprotocol | null
  /** Absent where no text could be read. */
  readonly raw?: string
  readonly latencyMs?: number
  readonly findings?: readonly Finding[]
}

export interface LinkEntry extends EntryHead {
  readonly kind: 'link'
  readonly peer: string
  readonly state: 'up' | 'down' | 'refused'
  readonly code: number | null
  readonly reason: string | null
  readonly ocpp: Subprotocol | null
  readonly remote?: string
  readonly profile?: number
}

export interface DeliveryEntry extends EntryHead {
  readonly kind: 'delivery'
  readonly backend: string
  readonly of: number
  readonly state: 'owed' | 'acknowledged' | 'retried' | 'refused' | 'quarantined' | 'dropped'
  readonly reason: string | null
}

export interface DecisionEntry extends EntryHead {
  readonly kind: 'decision'
  readonly what: string
  readonly why: string
  readonly inputs: unknown
  readonly rule: string | null
}

export interface ChangeEntry extends EntryHead {
  readonly kind: 'change'
  readonly by: string
  readonly what?: string
  readonly before: unknown
  readonly after: unknown
}

export interface FaultEntry extends EntryHead {
  readonly kind: 'fault'
  readonly code: string
  readonly detail: unknown
}

/** Kinds that this version shows by their sentence and their fields as they are. */
export interface OtherEntry extends EntryHead {
  readonly kind: 'meter' | 'limit' | 'grant' | 'diagnosis'
}

export type TimelineEntry =
  | FrameEntry
  | LinkEntry
  | DeliveryEntry
  | DecisionEntry
  | ChangeEntry
  | FaultEntry
  | OtherEntry

export interface TimelineRequest {
  readonly order: 'asc' | 'desc'
  readonly after?: number | undefined
  readonly limit: number
  readonly kinds?: readonly EntryKind[] | undefined
}

/** A page of one station's timeline. */
export function fetchTimeline(
  station: string,
  asked: TimelineRequest,
  signal?: AbortSignal,
): Promise<Page<TimelineEntry>> {
  const { order, after, limit, kinds } = asked
  const kind = kinds === undefined || kinds.length === 0 ? undefined : kinds.join(',')
  return request(`/stations/${encodeURIComponent(station)}/timeline${query({ order, after, limit, kind })}`, { signal })
}

/** The entry at a position of a station's timeline; null when it has none there. */
export async function fetchEntry(
  station: string,
  position: number,
  signal?: AbortSignal,
): Promise<TimelineEntry | null> {
  const page = await fetchTimeline(station, { order: 'asc', after: position - 1, limit: 1 }, signal)
  const entry = page.items[0]
  return entry?.position === position ? entry : null
}
