// Memory of a station that is connected and says nothing: RSS of the broker's process tree before and after 5,000 of them
// have booted, divided. Each has a connection to the backend as well. It is read when it has stopped moving; no garbage
// collection is forced, since users do not force it either.

import { setTimeout as pause } from 'node:timers/promises'
import type { Bench, Scenario } from '../bench.ts'
import { type Broker, naiveRelay } from '../brokers.ts'
import { rounded } from '../figures.ts'
import { descriptorLimit } from '../machine.ts'
import { readMemory, type TreeMemory } from '../process-tree.ts'
import { judge, result } from '../result.ts'
import { onStage } from '../stage.ts'

const STATIONS = 5_000
const QUICK_STATIONS = 1_000
/** Descriptors a broker needs besides two per station. */
const SPARE_DESCRIPTORS = 500
const BOUND_KIB = 40
const SETTLED_FOR_MS = 3_000
const SETTLED_SHARE = 0.005
const SETTLE_WITHIN_MS = 20_000

interface IdleFigures {
  readonly stations: number
  readonly baseMiB: number
  readonly withStationsMiB: number
  readonly rssKiBPerStation: number
  readonly pssKiBPerStation: number | null
}

/** Memory once it has moved by less than half a percent for three seconds. */
async function settledMemory(pid: number): Promise<TreeMemory> {
  let reference = readMemory(pid)
  let since = performance.now()
  for (const until = since + SETTLE_WITHIN_MS; performance.now() < until; ) {
    await pause(500)
    const now = readMemory(pid)
    if (now === null || reference === null) throw new Error('the broker ended')
    if (Math.abs(now.rssKiB - reference.rssKiB) > reference.rssKiB * SETTLED_SHARE) {
      reference = now
      since = performance.now()
    } else if (performance.now() - since >= SETTLED_FOR_MS) return now
  }
  if (reference === null) throw new Error('the broker ended')
  return reference
}

function measure(bench: Bench, broker: Broker, stations: number): Promise<IdleFigures> {
  return onStage(broker, async (stage) => {
    const { pid } = stage.running
    if (pid === null) throw new Error('there is no process to measure')
    const before = await settledMemory(pid)
    await stage.connectSwarm(stations)
    const after = await settledMemory(pid)
    const figures = {
      stations,
      baseMiB: rounded(before.rssKiB / 1_024, 1),
      withStationsMiB: rounded(after.rssKiB / 1_024, 1),
      rssKiBPerStation: rounded((after.rssKiB - before.rssKiB) / stations, 1),
      pssKiBPerStation:
        after.pssKiB === null || before.pssKiB === null ? null : rounded((after.pssKiB - before.pssKiB) / stations, 1),
    }
    bench.report({ broker: broker.name, ...figures })
    return figures
  })
}

export const idleMemory: Scenario = {
  name: 'idle',
  title: 'memory per idle plain station',
  async run(bench) {
    const possible = Math.floor((descriptorLimit() - SPARE_DESCRIPTORS) / 2)
    const wanted = bench.quick ? QUICK_STATIONS : STATIONS
    const stations = Math.min(wanted, possible)
    const notes: string[] = []
    if (stations < STATIONS) {
      notes.push(
        stations < wanted
          ? `the limit of ${descriptorLimit()} open files allows ${stations} stations, the bound is for ${STATIONS}: not judged`
          : `${stations} stations: the heap is not settled at so few, so the figure is too high and not judged`,
      )
    }
    const figures: Record<string, IdleFigures> = {}
    for (const broker of [naiveRelay, ...(bench.nginx === null ? [] : [bench.nginx]), bench.subject]) {
      bench.tell(`  ${stations} stations: ${broker.name}`)
      try {
        figures[broker.name] = await measure(bench, broker, stations)
      } catch (error) {
        notes.push(`${broker.name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    const of = (name: string) => figures[name]?.rssKiBPerStation ?? Number.NaN
    return result(
      'idle',
      idleMemory.title,
      { brokers: figures },
      [
        judge('RSS per idle station', 'KiB', of(bench.subject.name), BOUND_KIB, stations >= STATIONS),
        judge('naive relay, RSS per idle station', 'KiB', of(naiveRelay.name), null),
      ],
      notes,
    )
  },
}
