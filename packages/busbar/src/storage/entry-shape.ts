// Which fields an entry of each kind has and what may stand in them. What comes back from a disk or out of an import file
// is held against this table before the rest of the product sees it as an entry.

import type { Entry, EntryKind } from '@busbar/core/journal/entry.ts'
import { subprotocols } from '@busbar/ocpp/versions.ts'

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const boolean: Check = (value) => typeof value === 'boolean'
const anything: Check = () => true
const record: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const position: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0

const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)

const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string)

const findings: Check = (value) =>
  Array.isArray(value) &&
  value.every((item: unknown) => {
    if (typeof item !== 'object' || item === null) return false
    const { code, path, detail } = item as Record<string, unknown>
    return text(code) && text(path) && text(detail)
  })

const versions = oneOf(...subprotocols)

/** Every kind with its fields, in the order in which they are written. A new kind does not compile until it has a row. */
const shapes: Readonly<Record<EntryKind, Readonly<Record<string, Check>>>> = {
  frame: {
    from: text,
    to: orNull(text),
    type: orNull(oneOf('call', 'result', 'error', 'resultError', 'send')),
    messageId: orNull(text),
    action: orNull(text),
    ocpp: orNull(versions),
    raw: orNull(text),
    redacted: boolean,
    ref: orNull(position),
    latencyMs: orNull(number),
    findings: orNull(findings),
  },
  link: {
    peer: text,
    state: oneOf('up', 'down', 'refused'),
    code: orNull(number),
    reason: orNull(text),
    ocpp: orNull(versions),
    remote: orNull(text),
    profile: orNull(number),
  },
  delivery: {
    backend: text,
    ref: position,
    state: oneOf('owed', 'acknowledged', 'retried', 'refused', 'quarantined', 'dropped'),
    reason: orNull(text),
  },
  decision: { what: text, why: text, inputs: record, rule: orNull(text), ref: orNull(position) },
  change: { by: text, what: text, before: anything, after: anything, ref: orNull(position) },
  fault: { code: text, text, detail: record, ref: orNull(position) },
}

/** The kinds by the number that stands for them in a stored record. Numbers are never given anew. */
export const kindNumbers: Readonly<Record<EntryKind, number>> = {
  frame: 1,
  link: 2,
  delivery: 3,
  decision: 4,
  change: 5,
  fault: 6,
}

const kinds = Object.keys(kindNumbers) as EntryKind[]

/** The kind a number stands for, null for a number this version does not know. */
export function kindOf(number: number): EntryKind | null {
  return kinds[number - 1] ?? null
}

/** Whether a text names a kind of entry. */
export function isEntryKind(name: unknown): name is EntryKind {
  return typeof name === 'string' && Object.hasOwn(kindNumbers, name)
}

/**
 * The fields of an entry that are stored beside its head (`kind`, `at`, `station`), in their fixed order. `bytes` and
 * `payload` of a frame are not among them.
 */
export function storedFields(entry: Entry): Record<string, unknown> {
  const source = entry as unknown as Record<string, unknown>
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(shapes[entry.kind])) fields[name] = source[name]
  return fields
}

/**
 * Makes an entry of what was read.
 * @param kind the entry's kind
 * @param at wall time in milliseconds
 * @param station the station it concerns, or null
 * @param fields its other fields; those the kind does not know are left out
 * @returns the entry, or the name of the first field that cannot be what it is
 */
export function entryOf(
  kind: EntryKind,
  at: unknown,
  station: unknown,
  fields: Readonly<Record<string, unknown>>,
): Entry | { readonly badField: string } {
  if (!number(at)) return { badField: 'at' }
  if (!orNull(text)(station)) return { badField: 'station' }
  const entry: Record<string, unknown> = { kind, at, station }
  for (const [name, check] of Object.entries(shapes[kind])) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!check(value)) return { badField: name }
    entry[name] = value
  }
  return entry as unknown as Entry
}
