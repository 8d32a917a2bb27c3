// A clock for tests that stands still until it is told to go on.

import type { Clock } from '../system/clock.ts'

interface Alarm {
  readonly at: number
  readonly call: () => void
}

export class ManualClock implements Clock {
  #mono = 1000
  readonly #alarms = new Set<Alarm>()

  now(): number {
    return Date.UTC(2026, 0, 1) + this.#mono
  }

  mono(): number {
    return this.#mono
  }

  after(ms: number, call: () => void): () => void {
    const alarm: Alarm = { at: this.#mono + ms, call }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  /** Lets time pass; what is due is called in order. */
  advance(ms: number): void {
    const until = this.#mono + ms
    for (;;) {
      const next = [...this.#alarms].filter((alarm) => alarm.at <= until).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#alarms.delete(next)
      this.#mono = next.at
      next.call()
    }
    this.#mono = until
  }
}
