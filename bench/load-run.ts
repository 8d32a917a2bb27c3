// One run under load: a broker, a number of stations, a rate, a window. It gives CPU per message, latency, memory, and
// says itself when it must not be believed.

import type { Bench } from './bench.ts'
import type { Broker } from './brokers.ts'
import { type LatencyFigures, minimum, rounded } from './figures.ts'
import type { LoadReport } from './orders.ts'
import { onStage } from './stage.ts'

/** A run that skipped more of its turns than this hides the stalls it should show. */
const SKIPPED_SHARE_ALLOWED = 0.01

export interface Load {
  readonly stations: number
  /** Messages per second; null: saturated closed loop. */
  readonly perSecond: number | null
  readonly warmUpMs: number
  readonly windowMs: number
}

export interface LoadRun {
  readonly broker: string
  /** Microseconds on CPU of the broker's process tree per message (call and answer); NaN where there is no broker. */
  readonly cpuUsPerMessage: number
  /** Messages answered per second. */
  readonly perSecond: number
  readonly latency: LatencyFigures
  /** MiB of the process tree at the end of the window; null where there is no broker. */
  readonly rssMiB: number | null
  readonly skippedShare: number
  /** Why the run must not be used; empty when it may. */
  readonly doubts: readonly string[]
}

/** Why a report should not be believed; empty when it may be. */
export function doubtsAbout(load: Load, report: LoadReport): string[] {
  const doubts: string[] = []
  if (report.answered === 0) doubts.push('nothing was answered')
  if (report.errors > 0) doubts.push(`${report.errors} CALLs were answered with an error`)
  if (report.unanswered > 0) doubts.push(`${report.unanswered} CALLs were never answered`)
  if (report.lostConnections > 0) doubts.push(`${report.lostConnections} connections were lost`)
  if (report.threadsEnded > 0)
    doubts.push(`${report.threadsEnded} threads of the broker ended and their CPU is missing`)
  const skippedShare = report.turns === 0 ? 0 : report.skipped / report.turns
  if (skippedShare > SKIPPED_SHARE_ALLOWED) doubts.push(`${rounded(skippedShare * 100, 1)} % of the turns were skipped`)
  if (load.perSecond !== null && report.answered / report.seconds < load.perSecond * 0.97) {
    doubts.push(`${Math.round(report.answered / report.seconds)} msg/s instead of ${load.perSecond}`)
  }
  return doubts
}

/** Carries out one run and reports it as a line. Throws when the processes cannot be started or connected. */
export async function loadRun(bench: Bench, broker: Broker, load: Load): Promise<LoadRun> {
  const run = await onStage(broker, async (stage) => {
    const { swarm } = await stage.connectSwarm(load.stations)
    const report = await swarm.ask(
      {
        do: 'load',
        perSecond: load.perSecond,
        warmUpMs: load.warmUpMs,
        windowMs: load.windowMs,
        watch: stage.running.pid,
      },
      load.warmUpMs + load.windowMs + 20_000,
    )
    return {
      broker: broker.name,
      cpuUsPerMessage: report.cpuNs === null ? Number.NaN : rounded(report.cpuNs / 1_000 / report.answered, 2),
      perSecond: Math.round(report.answered / report.seconds),
      latency: report.latency,
      rssMiB: report.rssKiB === null ? null : rounded(report.rssKiB / 1_024, 1),
      skippedShare: report.turns === 0 ? 0 : rounded(report.skipped / report.turns, 4),
      doubts: doubtsAbout(load, report),
    }
  })
  bench.report({ stations: load.stations, rate: load.perSecond ?? 'saturated', ...run })
  return run
}

/** What several runs of one broker come to: the minimum of each figure, the maximum of the rate. */
export interface BrokerFigures {
  readonly runs: number
  readonly cpuUsPerMessage: number | null
  readonly allCpuUsPerMessage: readonly (number | null)[]
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly rssMiB: number | null
}

/** Folds the usable runs of one broker; null when there is none. */
export function foldRuns(runs: readonly LoadRun[]): BrokerFigures | null {
  const usable = runs.filter(({ doubts }) => doubts.length === 0)
  if (usable.length === 0) return null
  const least = (pick: (run: LoadRun) => number) => minimum(usable.map(pick))
  const cpu = least((run) => run.cpuUsPerMessage)
  const rss = least((run) => run.rssMiB ?? Number.NaN)
  return {
    runs: usable.length,
    cpuUsPerMessage: Number.isFinite(cpu) ? cpu : null,
    allCpuUsPerMessage: usable.map((run) => (Number.isFinite(run.cpuUsPerMessage) ? run.cpuUsPerMessage : null)),
    perSecond: Math.max(...usable.map((run) => run.perSecond)),
    p50Ms: least((run) => run.latency.p50Ms),
    p99Ms: least((run) => run.latency.p99Ms),
    p999Ms: least((run) => run.latency.p999Ms),
    rssMiB: Number.isFinite(rss) ? rss : null,
  }
}

/**
 * Runs several brokers in turn, round after round, so that what else the machine does meets all of them alike.
 * @returns the runs of each broker by its name, and what went wrong on the way
 */
export async function interleaved(
  bench: Bench,
  brokers: readonly Broker[],
  load: Load,
  rounds: number,
): Promise<{ readonly runs: ReadonlyMap<string, LoadRun[]>; readonly notes: string[] }> {
  const runs = new Map<string, LoadRun[]>(brokers.map(({ name }) => [name, []]))
  const notes: string[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const broker of brokers) {
      bench.tell(`  round ${round} of ${rounds}: ${broker.name}`)
      try {
        const run = await loadRun(bench, broker, load)
        runs.get(broker.name)!.push(run)
        for (const doubt of run.doubts) notes.push(`${broker.name}, round ${round}, not used: ${doubt}`)
      } catch (error) {
        notes.push(`${broker.name}, round ${round}: ${error instanceof Error ? error.message : String(error)}`)
        bench.tell(`  ${notes.at(-1)}`)
      }
    }
  }
  return { runs, notes }
}
