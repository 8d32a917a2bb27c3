// The timers of all stations in one place: a machine's `wake` is a note in a bucket of a hundred milliseconds, so that a
// fleet that arms a timer each costs one real timer. Notes are never taken back; a stale one is told by its attempt
// number, which only the machine can judge.

import type { TimerName } from '@busbar/core/station/input.ts'
import type { Clock } from '../system/clock.ts'

const BUCKET_MS = 100

interface Note<Target> {
  readonly target: Target
  readonly timer: TimerName
  readonly attempt: number
}

export class Timers<Target> {
  readonly #clock: Clock
  readonly #fire: (target: Target, timer: TimerName, attempt: number) => void
  readonly #buckets = new Map<number, Note<Target>[]>()
  #nextBucket = Number.POSITIVE_INFINITY
  #cancel: (() => void) | null = null
  #stopped = false

  constructor(clock: Clock, fire: (target: Target, timer: TimerName, attempt: number) => void) {
    this.#clock = clock
    this.#fire = fire
  }

  /** Fires after at least `afterMs`, at most a bucket later. */
  wake(target: Target, timer: TimerName, attempt: number, afterMs: number): void {
    if (this.#stopped) return
    const bucket = Math.ceil((this.#clock.mono() + afterMs) / BUCKET_MS)
    const notes = this.#buckets.get(bucket)
    if (notes === undefined) this.#buckets.set(bucket, [{ target, timer, attempt }])
    else notes.push({ target, timer, attempt })
    if (bucket < this.#nextBucket) this.#arm(bucket)
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
    this.#cancel = null
    this.#buckets.clear()
  }

  #arm(bucket: number): void {
    this.#cancel?.()
    this.#nextBucket = bucket
    this.#cancel = this.#clock.after(Math.max(0, bucket * BUCKET_MS - this.#clock.mono()), () => this.#due())
  }

  #due(): void {
    this.#cancel = null
    this.#nextBucket = Number.POSITIVE_INFINITY
    const now = this.#clock.mono()
    const due = [...this.#buckets.keys()].filter((bucket) => bucket * BUCKET_MS <= now).sort((a, b) => a - b)
    for (const bucket of due) {
      const notes = this.#buckets.get(bucket)!
      this.#buckets.delete(bucket)
      for (const note of notes) this.#fire(note.target, note.timer, note.attempt)
    }
    let next = Number.POSITIVE_INFINITY
    for (const bucket of this.#buckets.keys()) if (bucket < next) next = bucket
    if (next < this.#nextBucket && !this.#stopped) this.#arm(next)
  }
}
