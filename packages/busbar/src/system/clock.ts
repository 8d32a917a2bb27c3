// The only clock and the only timers of the product. Everything else is handed one of these.

export interface Clock {
  /** Wall clock in milliseconds since 1970 UTC. */
  now(): number
  /** Monotonic milliseconds. */
  mono(): number
  /** Calls back once after at least `ms`; the returned function takes it back. The process may end before it fires. */
  after(ms: number, call: () => void): () => void
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
