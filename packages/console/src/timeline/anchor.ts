// Keeps what a person reads in its place while entries are added above it: the first visible row is remembered with how
// far it is scrolled past, and found again in the new list.

import type { TimelineEntry } from '../api/timeline.ts'

export interface Anchor {
  readonly position: number
  /** Pixels of that row that are scrolled out at the top. */
  readonly past: number
}

/** The row at the top of the view; null for an empty list. */
export function anchorAt(entries: readonly TimelineEntry[], scrollTop: number, rowHeight: number): Anchor | null {
  const index = Math.min(Math.max(0, Math.floor(scrollTop / rowHeight)), entries.length - 1)
  const entry = entries[index]
  return entry === undefined ? null : { position: entry.position, past: scrollTop - index * rowHeight }
}

/** Where to scroll so that the anchor is where it was; null when its row is gone. */
export function scrollTopFor(anchor: Anchor, entries: readonly TimelineEntry[], rowHeight: number): number | null {
  const index = indexOfPosition(entries, anchor.position)
  return index < 0 ? null : index * rowHeight + anchor.past
}

/** The index of a position in a list that is ordered by position, up or down; -1 when it is not there. */
export function indexOfPosition(entries: readonly TimelineEntry[], position: number): number {
  const isDescending = entries.length > 1 && entries[0]!.position > entries.at(-1)!.position
  let low = 0
  let high = entries.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = entries[middle]!.position
    if (found === position) return middle
    if (found < position !== isDescending) low = middle + 1
    else high = middle - 1
  }
  return -1
}
