// Actors (a station, a backend) are machines: a step takes an input, changes the actor in place and says what should be
// done. Time, chance and ids are handed in with every step, so the same actor runs on real sockets and in a simulated
// world where a day passes in a millisecond. The moment of the core (`@busbar/core/base/moment.ts`) fits here too.

/** One instant as an actor sees it. */
export interface ActorMoment {
  /** Wall clock, milliseconds since 1970 UTC: for stamping. */
  readonly at: number
  /** Monotonic clock in milliseconds: for waiting. */
  readonly mono: number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** A new id of at most 36 characters, never given before. */
  readonly freshId: () => string
}

/** Where an actor puts what it wants done, in order. */
export interface ActorStep<Effect> {
  readonly now: ActorMoment
  readonly effects: Effect[]
}

/**
 * A repeatable source of chance (mulberry32): the same seed gives the same numbers on every machine.
 * @param seed any integer
 * @returns a function that gives numbers uniform in [0, 1)
 */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
