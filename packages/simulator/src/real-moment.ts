// Time, chance and ids of the machine the simulator runs on: the one place where actors on real sockets get them from. It
// stands apart from the broker's own, because the simulator is of use without the broker.

import { randomUUID } from 'node:crypto'
import type { ActorMoment } from './actors/moment.ts'

/** Chance that no seed gives. */
export const realChance = (): number => Math.random()

/**
 * This very instant.
 * @param random source of chance in [0, 1); a seeded one makes decisions repeatable
 */
export function realMoment(random: () => number): ActorMoment {
  return { at: Date.now(), mono: performance.now(), random, freshId: () => randomUUID() }
}

/** Calls back once after at least `ms` milliseconds; the returned function takes it back. */
export function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms)
  return () => clearTimeout(timer)
}
