// The deterministic simulation as a command: `node packages/simulator/src/run.ts --seeds 2000 --worlds 50`.
//
//   --seeds N    random long worlds with faults                      --from S   first seed
//   --worlds N   short worlds, each killed after every one of its steps
//   --mutants    also with each sabotage in place, which must be found (on by default; --no-mutants leaves them out)
//   --budget N   seeds a mutant may take to be found
//
// A seed that ever failed stays in seeds.jsonl and is lived every time.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Mutant, mutants } from './mutants/mutants.ts'
import { type Life, live } from './world/live.ts'
import { shortWorld, stormyWorld } from './world/plan.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    worlds: { type: 'string', default: '50' },
    mutants: { type: 'boolean', default: true },
    budget: { type: 'string', default: '400' },
  },
  allowNegative: true,
})

interface KeptSeed {
  readonly seed: number
  readonly killAtStep: number | null
  readonly why: string
}

let failures = 0
const say = (line: string) => process.stdout.write(`${line}\n`)

function judge(life: Life, killAtStep: number | null): void {
  if (life.broken === null) return
  failures++
  if (failures > 10) return
  say(`BROKEN ${life.broken.check}: ${life.broken.sentence} (at ${life.broken.atMs} ms)`)
  say(`  keep it: ${JSON.stringify({ seed: life.seed, killAtStep, why: life.broken.check })}`)
}

function timed(what: string, run: () => { readonly runs: number; readonly steps: number }): void {
  const began = performance.now()
  const { runs, steps } = run()
  say(`${what}: ${runs} histories, ${steps} steps, ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

timed('kept seeds', () => {
  const kept = readFileSync(join(import.meta.dirname, 'seeds.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
  let steps = 0
  for (const line of kept) {
    const { seed, killAtStep } = JSON.parse(line) as KeptSeed
    const life = live(killAtStep === null ? stormyWorld(seed) : shortWorld(seed, killAtStep))
    steps += life.steps
    judge(life, killAtStep)
  }
  return { runs: kept.length, steps }
})

timed('random worlds', () => {
  const from = Number(values.from)
  const seeds = Number(values.seeds)
  let steps = 0
  for (let seed = from; seed < from + seeds; seed++) {
    const life = live(stormyWorld(seed))
    steps += life.steps
    judge(life, null)
  }
  return { runs: seeds, steps }
})

timed('killed after every step', () => {
  let runs = 0
  let steps = 0
  for (let seed = 1; seed <= Number(values.worlds); seed++) {
    const whole = live(shortWorld(seed, null))
    judge(whole, null)
    for (let at = 1; at <= whole.steps; at++) {
      const life = live(shortWorld(seed, at))
      runs++
      steps += life.steps
      judge(life, at)
    }
  }
  return { runs, steps }
})

timed('the same seed twice', () => {
  let steps = 0
  for (let seed = 1; seed <= 20; seed++) {
    const one = live(stormyWorld(seed), { fingerprint: true })
    const two = live(stormyWorld(seed), { fingerprint: true })
    steps += one.steps + two.steps
    if (one.fingerprint !== two.fingerprint) {
      failures++
      say(`BROKEN seed ${seed} gave two histories: something in the product draws on time or chance by itself`)
    }
  }
  return { runs: 40, steps }
})

interface MutantReport {
  readonly changed: number
  readonly runs: number
  readonly found: { readonly seed: number; readonly check: string; readonly sentence: string } | null
}

function tryMutant(mutant: Mutant): Promise<MutantReport | Error> {
  return new Promise((resolve) => {
    const worker = new Worker(join(import.meta.dirname, 'mutants', 'worker.ts'), {
      workerData: { mutant, seeds: Number(values.budget) },
    })
    worker.once('message', resolve)
    worker.once('error', (error) => resolve(error instanceof Error ? error : new Error(String(error))))
  })
}

if (values.mutants) {
  const began = performance.now()
  const queue = [...mutants]
  const lane = async () => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const report = await tryMutant(mutant)
      const fail = (why: string) => {
        failures++
        say(`BROKEN mutant «${mutant.name}» ${why}`)
      }
      if (report instanceof Error) fail(`could not be tried: ${report.message}`)
      else if (report.changed === 0) fail('changed nothing: its file was not loaded')
      else if (report.found === null) fail(`was not found by ${report.runs} seeds`)
      else if (!mutant.foundBy.some((name) => report.found!.check.startsWith(name)))
        fail(`was found by «${report.found.check}» and not by ${mutant.foundBy.join(' or ')}: ${report.found.sentence}`)
      else say(`  mutant «${mutant.name}»: found by seed ${report.found.seed}, ${report.found.check}`)
    }
  }
  await Promise.all([lane(), lane()])
  say(`mutants: ${mutants.length}, ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

say(failures === 0 ? 'every promise was kept and every mutant found' : `${failures} failures`)
process.exitCode = failures === 0 ? 0 : 1
