// Virtual time: a heap of (time, sequence, job). The sequence breaks ties, so the order of events never depends on the
// runtime. One step is one job.

import type { Clock } from 'busbar/system/clock.ts'

interface Job {
  readonly at: number
  readonly sequence: number
  run: (() => void) | null
}

/** Where wall time begins: some day, so that entries carry plausible dates. */
const WALL_ORIGIN = Date.UTC(2026, 0, 1)

export class VirtualClock implements Clock {
  #now = 1
  #sequence = 0
  readonly #heap: Job[] = []
  /** Wall clock minus monotonic clock; an NTP step moves it. */
  wallOffset = WALL_ORIGIN

  now(): number {
    return this.#now + this.wallOffset
  }

  mono(): number {
    return this.#now
  }

  after(ms: number, call: () => void): () => void {
    const job: Job = { at: this.#now + Math.max(0, ms), sequence: this.#sequence++, run: call }
    this.#push(job)
    return () => {
      job.run = null
    }
  }

  /** Runs the next job. @returns false when there is none before `until` */
  step(until: number): boolean {
    for (;;) {
      const job = this.#heap[0]
      if (job === undefined || job.at > until) return false
      this.#pop()
      if (job.run === null) continue
      this.#now = job.at
      job.run()
      return true
    }
  }

  #push(job: Job): void {
    const heap = this.#heap
    heap.push(job)
    let at = heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at]!, heap[parent]!)) break
      swap(heap, at, parent)
      at = parent
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    heap[0] = last
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      let least = at
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left
      if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right
      if (least === at) return
      swap(heap, at, least)
      at = least
    }
  }
}

function isBefore(a: Job, b: Job): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence)
}

function swap(heap: Job[], a: number, b: number): void {
  const job = heap[a]!
  heap[a] = heap[b]!
  heap[b] = job
}
