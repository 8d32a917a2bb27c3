// An entry of the journal as the timeline of the public API shows it: the contract's fields and a plain sentence. Readers
// who may not see tokens get the same entry with pseudonyms in their place, marked `redacted` (docs/spec/twin.md, TL1 and
// following).

import type { FrameType, Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Position } from '../base/moment.ts'
import { formatTimestamp } from '../base/timestamp.ts'
import { written } from '../base/unchecked.ts'
import type { DeliveryEntry, Entry, EntryKind, Finding, LinkEntry, Party, Placed } from '../journal/entry.ts'
import { redactTokens } from './redact-tokens.ts'
import { sentenceOf } from './sentence.ts'

export interface TimelineHead {
  readonly position: Position
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string
  readonly station: string | null
  readonly session: string | null
  readonly kind: EntryKind
  readonly text: string
}

export interface FrameFields {
  readonly from: Party
  readonly to: Party | null
  readonly type: FrameType | null
  readonly messageId: string | null
  readonly action: string | null
  readonly ocpp: Subprotocol | null
  /** Absent where no text could be read. */
  readonly raw?: string
  readonly redacted?: true
  /** On answers. */
  readonly latencyMs?: number
  readonly ref?: Position
  readonly findings?: readonly Finding[]
}

export interface LinkFields {
  readonly peer: Party
  readonly state: LinkEntry['state']
  readonly code: number | null
  readonly reason: string | null
  readonly ocpp: Subprotocol | null
  readonly remote?: string
  readonly profile?: number
}

export interface DeliveryFields {
  readonly backend: string
  readonly of: Position
  readonly state: DeliveryEntry['state']
  readonly reason: string | null
}

export interface DecisionFields {
  readonly what: string
  readonly why: string
  readonly inputs: unknown
  readonly rule: string | null
  readonly ref?: Position
  readonly redacted?: true
}

export interface ChangeFields {
  readonly by: string
  readonly what: string
  readonly before: unknown
  readonly after: unknown
  readonly ref?: Position
  readonly redacted?: true
}

export interface FaultFields {
  readonly code: string
  readonly detail: unknown
  readonly ref?: Position
  readonly redacted?: true
}

export type TimelineEntry = TimelineHead &
  (FrameFields | LinkFields | DeliveryFields | DecisionFields | ChangeFields | FaultFields)

export interface TimelineOptions {
  /** What stands for a token, for roles below operator; without it tokens are shown. */
  readonly pseudonym?: ((token: string) => string) | undefined
  /** The session it belongs to, where the caller knows it. */
  readonly session?: string | null | undefined
}

/** The timeline entry of a journal entry, ready for JSON. */
export function timelineEntry(placed: Placed, options: TimelineOptions = {}): TimelineEntry {
  const { entry, position } = placed
  const head: TimelineHead = {
    position,
    at: formatTimestamp(entry.at),
    station: entry.station,
    session: options.session ?? null,
    kind: entry.kind,
    text: sentenceOf(entry),
  }
  return { ...head, ...fieldsOf(entry, options.pseudonym) }
}

type Pseudonym = ((token: string) => string) | undefined

function fieldsOf(
  entry: Entry,
  pseudonym: Pseudonym,
): FrameFields | LinkFields | DeliveryFields | DecisionFields | ChangeFields | FaultFields {
  switch (entry.kind) {
    case 'frame': {
      const text = entry.raw === null ? null : shown(entry.raw, entry.action, entry.ocpp, pseudonym)
      return {
        from: entry.from,
        to: entry.to,
        type: entry.type,
        messageId: entry.messageId,
        action: entry.action,
        ocpp: entry.ocpp,
        ...(text === null ? {} : { raw: text.raw }),
        ...(entry.redacted || text?.redacted === true ? { redacted: true } : {}),
        ...(entry.latencyMs === null ? {} : { latencyMs: entry.latencyMs }),
        ...reference(entry.ref),
        ...(entry.findings === null ? {} : { findings: entry.findings }),
      }
    }
    case 'link': {
      const { peer, state, code, reason, ocpp, remote, profile } = entry
      const optional = { ...(remote === null ? {} : { remote }), ...(profile === null ? {} : { profile }) }
      return { peer, state, code, reason, ocpp, ...optional }
    }
    case 'delivery':
      return { backend: entry.backend, of: entry.ref, state: entry.state, reason: entry.reason }
    case 'decision': {
      const { what, why, rule } = entry
      const inputs = shownValue(entry.inputs, pseudonym)
      return { what, why, inputs: inputs.value, rule, ...reference(entry.ref), ...inputs.mark }
    }
    case 'change': {
      const { by, what } = entry
      const before = shownValue(entry.before, pseudonym)
      const after = shownValue(entry.after, pseudonym)
      return {
        by,
        what,
        before: before.value,
        after: after.value,
        ...reference(entry.ref),
        ...before.mark,
        ...after.mark,
      }
    }
    case 'fault': {
      const detail = shownValue(entry.detail, pseudonym)
      return { code: entry.code, detail: detail.value, ...reference(entry.ref), ...detail.mark }
    }
  }
}

function reference(ref: Position | null): { readonly ref?: Position } {
  return ref === null ? {} : { ref }
}

function shown(raw: string, action: string | null, ocpp: Subprotocol | null, pseudonym: Pseudonym) {
  return pseudonym === undefined ? { raw, redacted: false } : redactTokens(raw, action, ocpp, pseudonym)
}

interface ShownValue {
  readonly value: unknown
  readonly mark: { readonly redacted?: true }
}

const plain = {} as const
const marked = { redacted: true } as const

/** A value of an entry other than a frame; a text in it may be a message. */
function shownValue(value: unknown, pseudonym: Pseudonym): ShownValue {
  if (pseudonym === undefined || value === null || value === undefined) return { value: value ?? null, mark: plain }
  if (typeof value === 'string') {
    const { raw, redacted } = redactTokens(value, null, null, pseudonym)
    return { value: raw, mark: redacted ? marked : plain }
  }
  const json = written(value, Number.POSITIVE_INFINITY)
  // What cannot be written as JSON cannot be searched either.
  if (json === null) return { value: null, mark: marked }
  const { raw, redacted } = redactTokens(json, null, null, pseudonym)
  return redacted ? { value: JSON.parse(raw) as unknown, mark: marked } : { value, mark: plain }
}
