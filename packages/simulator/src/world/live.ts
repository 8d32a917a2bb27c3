// Lives one world under all checks and says what came of it.

import { createHash } from 'node:crypto'
import { checks } from '../checks/index.ts'
import { World, type WorldPlan } from './world.ts'

export interface Life {
  readonly seed: number
  readonly steps: number
  /** The first broken promise, with its check; null when all were kept. */
  readonly broken: { readonly check: string; readonly sentence: string; readonly atMs: number } | null
  /** Hash of everything that could be seen, when asked for: the same seed must give the same. */
  readonly fingerprint: string | null
}

/** @param options fingerprint: hash the whole history, to prove that it is deterministic */
export function live(plan: WorldPlan, options: { readonly fingerprint?: boolean } = {}): Life {
  let broken: Life['broken'] = null
  const hash = options.fingerprint === true ? createHash('sha256') : null
  const world: World = new World(plan, (event) => {
    hash?.update(JSON.stringify(event)).update(String(world.clock.mono()))
    for (const watcher of watchers) watcher(event)
  })
  const watchers = checks.map((check) =>
    check.watch(world, (sentence) => {
      broken ??= { check: check.name, sentence, atMs: world.clock.mono() }
    }),
  )
  try {
    world.run()
  } catch (error) {
    broken ??= {
      check: 'the world lives on',
      sentence: String(error instanceof Error ? error.stack : error),
      atMs: world.clock.mono(),
    }
  }
  return { seed: plan.seed, steps: world.steps, broken, fingerprint: hash?.digest('hex') ?? null }
}
