// Which entries of those at hand are shown: by kind, and by words that all have to occur.

import { type EntryKind, entryKinds, type TimelineEntry } from '../api/timeline.ts'

export interface TimelineFilter {
  /** Empty: all. */
  readonly kinds: readonly EntryKind[]
  readonly text: string
}

/** The words of a search, lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean)
}

/** A test for entries; null when everything is shown. */
export function entryTest(filter: TimelineFilter): ((entry: TimelineEntry) => boolean) | null {
  const words = wordsOf(filter.text)
  const kinds = new Set<string>(filter.kinds)
  if (words.length === 0 && kinds.size === 0) return null
  return (entry) => {
    if (kinds.size > 0 && !kinds.has(entry.kind)) return false
    if (words.length === 0) return true
    const text = searchedText(entry)
    return words.every((word) => text.includes(word))
  }
}

function searchedText(entry: TimelineEntry): string {
  const parts: (string | null | undefined)[] = [String(entry.position), entry.kind, entry.text]
  if (entry.kind === 'frame') {
    parts.push(entry.type, entry.action, entry.messageId, entry.raw)
    for (const finding of entry.findings ?? []) parts.push(finding.code, finding.detail)
  } else if (entry.kind === 'fault') parts.push(entry.code)
  else if (entry.kind === 'link') parts.push(entry.peer, entry.state, entry.reason)
  return parts.filter(Boolean).join('\n').toLowerCase()
}

/** Kinds from the comma-separated list of a URL; unknown ones are left out. */
export function readKinds(text: string | undefined): readonly EntryKind[] {
  const asked = new Set((text ?? '').split(','))
  return entryKinds.filter((kind) => asked.has(kind))
}
