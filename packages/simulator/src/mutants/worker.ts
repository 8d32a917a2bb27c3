// Lives worlds with one mutant in place: the module hooks change its line as the file is loaded, in this thread only.

import { registerHooks } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { Mutant } from './mutants.ts'

const { mutant, seeds } = workerData as { readonly mutant: Mutant; readonly seeds: number }
let changed = 0

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith(`/packages/${mutant.file}`)) return loaded
    const given = loaded.source ?? ''
    const source = typeof given === 'string' ? given : new TextDecoder().decode(given)
    const parts = source.split(mutant.find)
    if (parts.length !== 2) throw new Error(`«${mutant.find}» stands ${parts.length - 1} times in ${mutant.file}`)
    changed++
    return { ...loaded, source: parts.join(mutant.replace) }
  },
})

const { live } = await import('../world/live.ts')
const { stormyWorld } = await import('../world/plan.ts')

let found: { seed: number; check: string; sentence: string } | null = null
let runs = 0
for (let seed = 1; seed <= seeds && found === null; seed++) {
  runs++
  const { broken } = live(stormyWorld(seed))
  if (broken !== null) found = { seed, check: broken.check, sentence: broken.sentence }
}
parentPort?.postMessage({ changed, runs, found })
