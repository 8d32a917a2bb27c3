// Time, chance and ids come through one door: whoever steps a machine hands it a Moment. A machine that wants to know
// what time it is, or needs an id nobody else has, asks the moment it was given and nothing else, so that a whole history
// can be played again from a seed.

/** A place in the journal of one installation: grows by one, from 1, never used twice. */
export type Position = number

/** One instant as a machine sees it. */
export interface Moment {
  /** Wall clock, milliseconds since 1970 UTC: for stamping, never for waiting (it jumps). */
  readonly at: number
  /** Monotonic clock, milliseconds from an arbitrary origin: for waiting and for latencies. */
  readonly mono: number
  /** A new message id: 36 characters, unique. */
  readonly freshId: () => string
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** The position the next appended entry will get. `append` in `station/effect.ts` takes it and moves it on. */
  next: Position
}
