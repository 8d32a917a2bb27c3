// The fields of an entry as rows of name and value, in the order a person asks for them.

import type { TimelineEntry } from '../api/timeline.ts'
import { formatLatency } from '../format/quantity.ts'

export type FieldRow = readonly [name: string, value: string]

/** A value that is shown as a text of its own, such as the inputs of a decision. */
export type FieldBlock = readonly [title: string, value: unknown]

function rows(pairs: readonly (readonly [string, string | number | null | undefined])[]): FieldRow[] {
  return pairs.flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)] as const],
  )
}

/** Short fields. */
export function fieldsOf(entry: TimelineEntry): readonly FieldRow[] {
  switch (entry.kind) {
    case 'frame':
      return rows([
        ['From', entry.from],
        ['To', entry.to ?? 'nobody'],
        ['Action', entry.action],
        ['Message id', entry.messageId],
        ['Latency', entry.latencyMs === undefined ? null : formatLatency(entry.latencyMs)],
        ['Version', entry.ocpp],
      ])
    case 'link':
      return rows([
        ['Peer', entry.peer],
        ['State', entry.state],
        ['Code', entry.code],
        ['Reason', entry.reason],
        ['Version', entry.ocpp],
        ['Address', entry.remote],
        ['Security profile', entry.profile],
      ])
    case 'delivery':
      return rows([
        ['Backend', entry.backend],
        ['State', entry.state],
        ['Reason', entry.reason],
      ])
    case 'decision':
      return rows([
        ['Decided', entry.what],
        ['Because', entry.why],
        ['Rule', entry.rule],
      ])
    case 'change':
      return rows([
        ['Changed', entry.what],
        ['By', entry.by],
      ])
    case 'fault':
      return rows([['Code', entry.code]])
    default:
      return []
  }
}

const shown: ReadonlySet<string> = new Set(['position', 'at', 'station', 'session', 'kind', 'text', 'redacted', 'ref'])

/** Larger values. */
export function blocksOf(entry: TimelineEntry): readonly FieldBlock[] {
  switch (entry.kind) {
    case 'frame':
    case 'link':
    case 'delivery':
      return []
    case 'decision':
      return filled([['Inputs', entry.inputs]])
    case 'change':
      return filled([
        ['Before', entry.before],
        ['After', entry.after],
      ])
    case 'fault':
      return filled([['Detail', entry.detail]])
    default: {
      const rest = Object.entries(entry).filter(([name]) => !shown.has(name))
      return rest.length === 0 ? [] : [['Fields', Object.fromEntries(rest)]]
    }
  }
}

function filled(blocks: readonly FieldBlock[]): readonly FieldBlock[] {
  return blocks.filter(([, value]) => value !== null && value !== undefined && !isEmptyObject(value))
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
