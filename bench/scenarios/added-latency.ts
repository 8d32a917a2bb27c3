// What a broker adds to the time until the answer: its 99th percentile minus that of the direct path, which takes its turn
// with it round after round. Time counts from the scheduled moment. On a small machine p99 is mostly contention, so each
// side gives its smallest of the rounds; the smallest difference would reward a stall of the direct path.

import type { Scenario } from '../bench.ts'
import { direct } from '../brokers.ts'
import { minimum, rounded } from '../figures.ts'
import { type Load, type LoadRun, loadRun } from '../load-run.ts'
import { payloadMix } from '../payload.ts'
import { judge, result } from '../result.ts'

const ROUNDS = 3
const BOUND_MS = 20

export const addedLatency: Scenario = {
  name: 'latency',
  title: 'added latency at 2,000 msg/s, 1,000 stations',
  async run(bench) {
    const load: Load = {
      stations: 1_000,
      perSecond: 2_000,
      warmUpMs: bench.quick ? 2_000 : 5_000,
      windowMs: bench.quick ? 4_000 : 15_000,
    }
    const rounds = bench.rounds ?? (bench.quick ? 1 : ROUNDS)
    const pairs: { readonly direct: LoadRun; readonly subject: LoadRun }[] = []
    const notes: string[] = []
    for (let round = 1; round <= rounds; round++) {
      bench.tell(`  round ${round} of ${rounds}: direct, then ${bench.subject.name}`)
      try {
        const pair = {
          direct: await loadRun(bench, direct, load),
          subject: await loadRun(bench, bench.subject, load),
        }
        const doubts = [...pair.direct.doubts, ...pair.subject.doubts]
        if (doubts.length === 0) pairs.push(pair)
        else notes.push(`round ${round}, not used: ${doubts.join('; ')}`)
      } catch (error) {
        notes.push(`round ${round}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    const least = (pick: (run: LoadRun) => number, side: 'direct' | 'subject') =>
      minimum(pairs.map((pair) => pick(pair[side])))
    const added = (pick: (run: LoadRun) => number) => rounded(least(pick, 'subject') - least(pick, 'direct'), 3)
    return result(
      'latency',
      addedLatency.title,
      { payload: payloadMix, load, rounds: pairs },
      [
        judge(
          'added p99',
          'ms',
          added(({ latency }) => latency.p99Ms),
          BOUND_MS,
        ),
        judge(
          'added p50',
          'ms',
          added(({ latency }) => latency.p50Ms),
          null,
        ),
        judge(
          'added p999',
          'ms',
          added(({ latency }) => latency.p999Ms),
          null,
        ),
      ],
      notes,
    )
  },
}
