// The storm after a restart: thousands of stations are connected, the broker gets SIGTERM and is started again on the same
// ports and data, and all stations dial at once. Time counts from the start of the new process until the last station has
// been admitted and has had its first call, a BootNotification, answered by the backend.

import { setTimeout as pause } from 'node:timers/promises'
import type { Bench, Scenario } from '../bench.ts'
import { median, minimum, percentile, rounded } from '../figures.ts'
import { judge, result } from '../result.ts'
import { onStage, PARALLEL_DIALS } from '../stage.ts'

const STATIONS = 3_000
const QUICK_STATIONS = 500
const ROUNDS = 3
const BOUND_S = 5
/** Stations dial again about twice a second while the broker is away. */
const RETRY_MS = 500
const GIVE_UP_MS = 60_000

interface StormFigures {
  readonly stations: number
  /** From SIGTERM to the end of the old process. */
  readonly drainSeconds: number
  readonly endedByItself: boolean
  /** From the start of the new process, in seconds. */
  readonly readySeconds: number
  readonly admitted: number
  readonly answered: number
  readonly lastAdmittedSeconds: number
  readonly medianAnsweredSeconds: number
  readonly lastAnsweredSeconds: number
  readonly failedDials: number
  readonly reasons: readonly string[]
}

function measure(bench: Bench, stations: number): Promise<StormFigures> {
  return onStage(bench.subject, async (stage) => {
    const { swarm } = await stage.connectSwarm(stations)
    await pause(2_000)
    const back = swarm.ask(
      { do: 'return', retryMs: RETRY_MS, parallel: PARALLEL_DIALS, giveUpMs: GIVE_UP_MS },
      GIVE_UP_MS + 5_000,
    )
    back.catch(() => {})
    const stopping = performance.now()
    const endedByItself = await stage.running.stop()
    const drainSeconds = (performance.now() - stopping) / 1_000
    const began = Date.now()
    const { readyMs } = await stage.restart()
    const report = await back
    const since = (moments: readonly number[]) => moments.map((at) => (at - began) / 1_000).toSorted((a, b) => a - b)
    const admitted = since(report.admittedAt)
    const answered = since(report.answeredAt)
    const figures = {
      stations,
      drainSeconds: rounded(drainSeconds, 2),
      endedByItself,
      readySeconds: rounded(readyMs / 1_000, 2),
      admitted: admitted.length,
      answered: answered.length,
      lastAdmittedSeconds: admitted.length < stations ? Number.NaN : rounded(percentile(admitted, 1), 2),
      medianAnsweredSeconds: rounded(median(answered), 2),
      lastAnsweredSeconds: answered.length < stations ? Number.NaN : rounded(percentile(answered, 1), 2),
      failedDials: report.failedDials,
      reasons: report.reasons,
    }
    bench.report({ broker: bench.subject.name, ...figures })
    return figures
  })
}

export const restartStorm: Scenario = {
  name: 'storm',
  title: 'stations back after a restart',
  async run(bench) {
    const stations = bench.quick ? QUICK_STATIONS : STATIONS
    const rounds = bench.rounds ?? (bench.quick ? 1 : ROUNDS)
    const storms: StormFigures[] = []
    const notes: string[] = []
    for (let round = 1; round <= rounds; round++) {
      bench.tell(`  round ${round} of ${rounds}: ${stations} stations`)
      try {
        const storm = await measure(bench, stations)
        storms.push(storm)
        if (storm.answered < stations) {
          notes.push(
            `round ${round}: ${stations - storm.answered} stations were not back after ${GIVE_UP_MS / 1_000} s`,
          )
        }
        if (!storm.endedByItself) notes.push(`round ${round}: the broker did not end on SIGTERM and was killed`)
      } catch (error) {
        notes.push(`round ${round}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    const least = (pick: (storm: StormFigures) => number) => minimum(storms.map(pick))
    // A round in which not all came back is a miss, whatever the other rounds were.
    const allBack = storms.length === rounds && storms.every(({ answered }) => answered === stations)
    return result(
      'storm',
      restartStorm.title,
      { rounds: storms },
      [
        judge(
          `last of ${stations} stations admitted and answered`,
          's',
          allBack ? least((storm) => storm.lastAnsweredSeconds) : Number.NaN,
          BOUND_S,
          stations >= STATIONS,
        ),
        judge(
          'last station admitted',
          's',
          least((storm) => storm.lastAdmittedSeconds),
          null,
        ),
        judge(
          'new process ready',
          's',
          least((storm) => storm.readySeconds),
          null,
        ),
        judge(
          'old process drained',
          's',
          least((storm) => storm.drainSeconds),
          null,
        ),
      ],
      stations < STATIONS ? [...notes, `${stations} stations, the bound is for ${STATIONS}: not judged`] : notes,
    )
  },
}
