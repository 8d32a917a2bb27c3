// What a seed means: how many stations and backends, their habits, and which faults come how often.

import { seededRandom } from './random.ts'
import type { WorldPlan } from './world.ts'

const weathers = [
  { minDelayMs: 1, maxDelayMs: 8, maxBlindMs: 200 },
  { minDelayMs: 1, maxDelayMs: 300, maxBlindMs: 4_000 },
] as const

/** A long world full of faults. */
export function stormyWorld(seed: number): WorldPlan {
  const random = seededRandom(seed)
  const sometimes = (everyMs: number, share = 0.6) => (random.chance(share) ? everyMs : 0)
  return {
    seed,
    stations: Array.from({ length: random.between(1, 3) }, () => ({
      says: random.between(5, 25),
      mode: random.chance(0.25) ? ('transparent' as const) : ('resilient' as const),
      habits: {
        pipeline: random.chance(0.3) ? (3 as const) : (1 as const),
        restartsIds: random.chance(0.5),
        numericIds: random.chance(0.15),
        keepsIdOnRepeat: random.chance(0.5),
        silentShare: random.chance(0.3) ? 0.3 : 0,
      },
    })),
    backends: Array.from({ length: random.between(1, 2) }, () => ({
      slowMs: random.pick([80, 800, 35_000]),
      silentShare: random.chance(0.2) ? 0.05 : 0,
      commands: random.between(0, 4),
      burst: random.pick([1, 3, 3, 40]),
      stringIds: random.chance(0.2),
    })),
    disk: { slowestCommitMs: random.pick([1, 10, 120]) },
    weather: random.pick(weathers),
    stormMs: 90_000,
    calmMs: 900_000,
    killEveryMs: sometimes(15_000),
    outageEveryMs: sometimes(20_000),
    cutEveryMs: sometimes(8_000),
    duplicateEveryMs: sometimes(10_000, 0.4),
    asksEveryMs: sometimes(3_000),
    killAtStep: null,
  }
}

/** A short world, to be killed after every one of its steps. */
export function shortWorld(seed: number, killAtStep: number | null): WorldPlan {
  const long = stormyWorld(seed)
  return {
    ...long,
    stations: long.stations.slice(0, 1).map((station) => ({ ...station, says: 4 })),
    backends: long.backends
      .slice(0, 1)
      .map((backend) => ({ ...backend, commands: Math.min(backend.commands, 1), slowMs: 80 })),
    stormMs: 3_000,
    calmMs: 200_000,
    killEveryMs: 0,
    outageEveryMs: 0,
    cutEveryMs: 0,
    duplicateEveryMs: 0,
    asksEveryMs: 0,
    killAtStep,
  }
}
