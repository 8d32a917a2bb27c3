// How soon a broker takes stations again after kill -9 with a million entries in its journal. The journal is filled
// through the broker by stations, so that it is what a real one would be at that moment: snapshots as far as they were
// written, a write-ahead log that was not checkpointed, a torn end. Every kill falls under load.

import { setTimeout as pause } from 'node:timers/promises'
import { ApiClient } from '../api-client.ts'
import type { Scenario } from '../bench.ts'
import { stationName } from '../crew.ts'
import { median, rounded } from '../figures.ts'
import { judge, result } from '../result.ts'
import { onStage, type Stage } from '../stage.ts'

const ENTRIES = 1_000_000
const QUICK_ENTRIES = 50_000
const STATIONS = 300
const ROUNDS = 3
const BOUND_S = 2
/** Generous: what takes longer misses the bound anyway and is still worth knowing. */
const READY_WITHIN_MS = 120_000
const FILL_WITHIN_MS = 240_000

const someStations = [stationName(0), stationName(STATIONS - 1)]

/** Lets stations talk until the journal holds this many entries; gives their number. */
async function fill(stage: Stage, entries: number, tell: (line: string) => void): Promise<number> {
  const { swarm } = await stage.connectSwarm(STATIONS)
  const api = new ApiClient(stage.running.api)
  try {
    for (const until = performance.now() + FILL_WITHIN_MS; performance.now() < until; ) {
      await swarm.ask(
        { do: 'load', perSecond: null, warmUpMs: 0, windowMs: entries < ENTRIES ? 1_000 : 5_000, watch: null },
        30_000,
      )
      const newest = await api.newestPosition(someStations)
      tell(`  ${newest} entries`)
      if (newest >= entries) return newest
    }
    throw new Error(`the journal did not reach ${entries} entries in ${FILL_WITHIN_MS / 1_000} s`)
  } finally {
    api.close()
    await swarm.kill()
  }
}

/** Kills the broker under load and starts it again; milliseconds from the start of the process to its ready line. */
async function killAndRestart(stage: Stage): Promise<number> {
  const { swarm } = await stage.connectSwarm(STATIONS)
  const recorded = swarm.ask({ do: 'record', giveUpMs: 20_000 }, 25_000)
  recorded.catch(() => {})
  await pause(1_000)
  await stage.running.kill()
  await recorded
  await swarm.kill()
  const { readyMs } = await stage.restart(READY_WITHIN_MS)
  return readyMs
}

export const readyAfterKill: Scenario = {
  name: 'recovery',
  title: 'ready after kill -9',
  async run(bench) {
    const entries = bench.quick ? QUICK_ENTRIES : ENTRIES
    const rounds = bench.rounds ?? ROUNDS
    const figures = await onStage(bench.subject, async (stage) => {
      const held = await fill(stage, entries, bench.tell)
      const readySeconds: number[] = []
      for (let round = 1; round <= rounds; round++) {
        bench.tell(`  kill ${round} of ${rounds}`)
        readySeconds.push(rounded((await killAndRestart(stage)) / 1_000, 3))
      }
      return { entries: held, readySeconds }
    })
    bench.report({ broker: bench.subject.name, ...figures })
    return result(
      'recovery',
      readyAfterKill.title,
      { ...figures, filledBy: 'stations through the broker' },
      [
        judge(
          `ready with ${figures.entries} entries, median of ${rounds}`,
          's',
          median(figures.readySeconds),
          BOUND_S,
          entries >= ENTRIES,
        ),
        judge('the slowest', 's', Math.max(...figures.readySeconds), null),
      ],
      entries < ENTRIES ? [`${entries} entries, the bound is for ${ENTRIES}: not judged`] : [],
    )
  },
}
