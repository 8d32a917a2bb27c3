// The entries of one station that the page holds: in order, each once, from older pages and from the live stream, in
// whatever order the two arrive. Also who answers whom, so that a call and its answer find each other.

import type { TimelineEntry } from '../api/timeline.ts'

/** Entries that are kept at most; while the page follows what happens, the oldest go first. */
export const MOST_ENTRIES = 50_000

export class TimelineBuffer {
  /** By position, oldest first. Replaced, never changed, so that readers can tell by identity. */
  #entries: readonly TimelineEntry[] = []
  readonly #byPosition = new Map<number, TimelineEntry>()
  /** Positions of entries that refer to a position. */
  readonly #referring = new Map<number, number[]>()

  get entries(): readonly TimelineEntry[] {
    return this.#entries
  }

  get(position: number): TimelineEntry | undefined {
    return this.#byPosition.get(position)
  }

  /** Entries that refer to a position, oldest first. */
  referringTo(position: number): readonly TimelineEntry[] {
    const positions = this.#referring.get(position) ?? []
    return positions.flatMap((each) => this.#byPosition.get(each) ?? [])
  }

  /**
   * Takes entries in any order; those it has already are left out.
   * @returns how many were new
   */
  add(entries: readonly TimelineEntry[]): number {
    const fresh: TimelineEntry[] = []
    for (const entry of entries) {
      if (this.#byPosition.has(entry.position)) continue
      this.#byPosition.set(entry.position, entry)
      fresh.push(entry)
      const to = referenceOf(entry)
      if (to !== null) this.#refer(to, entry.position)
    }
    if (fresh.length === 0) return 0
    fresh.sort(byPosition)
    const last = this.#entries.at(-1)
    const first = this.#entries[0]
    if (last === undefined || fresh[0]!.position > last.position) this.#entries = [...this.#entries, ...fresh]
    else if (first !== undefined && fresh.at(-1)!.position < first.position)
      this.#entries = [...fresh, ...this.#entries]
    else this.#entries = [...this.#entries, ...fresh].sort(byPosition)
    return fresh.length
  }

  /** Lets the oldest entries go until `most` are left. Gives how many went. */
  dropOldest(most: number = MOST_ENTRIES): number {
    const surplus = this.#entries.length - most
    if (surplus <= 0) return 0
    for (const entry of this.#entries.slice(0, surplus)) {
      this.#byPosition.delete(entry.position)
      this.#referring.delete(entry.position)
    }
    this.#entries = this.#entries.slice(surplus)
    return surplus
  }

  #refer(to: number, from: number): void {
    const positions = this.#referring.get(to)
    if (positions === undefined) this.#referring.set(to, [from])
    else {
      positions.push(from)
      positions.sort((a, b) => a - b)
    }
  }
}

function byPosition(a: TimelineEntry, b: TimelineEntry): number {
  return a.position - b.position
}

/** The position an entry refers to: the call of an answer, the frame it was made from, the message that is owed. */
export function referenceOf(entry: TimelineEntry): number | null {
  return entry.kind === 'delivery' ? entry.of : (entry.ref ?? null)
}
