// How often one address may try and fail. Addresses are forgotten after their minute, and the oldest first when there are
// too many, so that a flood of addresses costs no memory.

import { LRUCache } from 'lru-cache'
import type { Clock } from '../system/clock.ts'

const WINDOW_MS = 60_000
const MAX_ADDRESSES = 10_000

interface Window {
  readonly endsAt: number
  count: number
}

export class AttemptLimit {
  readonly #max: number
  readonly #clock: Clock
  readonly #windows = new LRUCache<string, Window>({ max: MAX_ADDRESSES })

  /** @param max attempts per address and minute */
  constructor(max: number, clock: Clock) {
    this.#max = max
    this.#clock = clock
  }

  /**
   * Whether an address has used up its attempts.
   * @returns seconds until it may try again; 0 when it may try now
   */
  waitSeconds(address: string): number {
    const window = this.#windows.get(address)
    if (window === undefined) return 0
    const leftMs = window.endsAt - this.#clock.mono()
    return leftMs > 0 && window.count >= this.#max ? Math.ceil(leftMs / 1000) : 0
  }

  /** Counts an attempt. */
  count(address: string): void {
    const now = this.#clock.mono()
    const window = this.#windows.get(address)
    if (window === undefined || window.endsAt <= now) this.#windows.set(address, { endsAt: now + WINDOW_MS, count: 1 })
    else window.count++
  }
}
