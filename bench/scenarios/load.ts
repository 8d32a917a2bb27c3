// CPU per message under three loads, as a multiple of the naive relay's and of nginx's. The cost of a message grows three-
// to fourfold from the first load to the last, since at low rates every message pays for its own wake-ups, so all three
// are needed.

import type { Bench, Scenario } from '../bench.ts'
import { direct, naiveRelay } from '../brokers.ts'
import { ratio, rounded } from '../figures.ts'
import { foldRuns, interleaved, type Load } from '../load-run.ts'
import { payloadMix } from '../payload.ts'
import { judge, result, type ScenarioResult } from '../result.ts'

interface LoadScenario {
  readonly name: string
  readonly title: string
  readonly stations: number
  readonly perSecond: number | null
  /** Multiple of the naive relay's CPU per message; null: reported. */
  readonly bound: number | null
}

/** 1,000 msg/s needs 4 s before the code is compiled; with 1 s the same brokers read up to a third higher. */
const WARM_UP_MS = 5_000
const WINDOW_MS = 10_000
const ROUNDS = 3

function scenario(of: LoadScenario): Scenario {
  return { name: of.name, title: of.title, run: (bench) => run(bench, of) }
}

async function run(bench: Bench, of: LoadScenario): Promise<ScenarioResult> {
  const load: Load = {
    stations: of.stations,
    perSecond: of.perSecond,
    warmUpMs: bench.quick ? (of.perSecond === 1_000 ? 4_000 : 2_000) : WARM_UP_MS,
    windowMs: bench.quick ? 3_000 : WINDOW_MS,
  }
  const brokers = [direct, naiveRelay, ...(bench.nginx === null ? [] : [bench.nginx]), bench.subject]
  const rounds = bench.rounds ?? (bench.quick ? 1 : ROUNDS)
  const { runs, notes } = await interleaved(bench, brokers, load, rounds)
  const figures = new Map([...runs].map(([name, list]) => [name, foldRuns(list)]))
  const cpu = (name: string) => figures.get(name)?.cpuUsPerMessage ?? Number.NaN
  const times = (name: string, base: string) => rounded(ratio(cpu(name), cpu(base)), 3)

  const subject = bench.subject.name
  const judgements = [judge('CPU per message, x naive relay', 'x', times(subject, naiveRelay.name), of.bound)]
  if (bench.nginx !== null) {
    judgements.push(judge('CPU per message, x nginx', 'x', times(subject, bench.nginx.name), null))
    judgements.push(judge('naive relay, x nginx', 'x', times(naiveRelay.name, bench.nginx.name), null))
  }
  judgements.push(judge('CPU per message', 'us', cpu(subject), null))
  const all = result(
    of.name,
    of.title,
    { payload: payloadMix, load, rounds, brokers: Object.fromEntries(figures) },
    judgements,
    notes,
  )
  // A load without a bound has failed all the same when there is no run of the subject to report.
  return figures.get(subject) === null ? { ...all, pass: false } : all
}

export const loadScenarios: readonly Scenario[] = [
  scenario({ name: 'saturated', title: 'saturated, 300 stations', stations: 300, perSecond: null, bound: 1.3 }),
  scenario({ name: 'rate-5000', title: '5,000 msg/s, 1,000 stations', stations: 1_000, perSecond: 5_000, bound: 1.6 }),
  scenario({ name: 'rate-1000', title: '1,000 msg/s, 1,000 stations', stations: 1_000, perSecond: 1_000, bound: null }),
]
