// A stage is one run's set of processes: a sink, a broker before it, a swarm before that, and a temporary folder. They
// are new for every run, so that no run inherits another one's heap, and gone after it.

import type { Broker, RunningBroker, Site } from './brokers.ts'
import { newSite } from './brokers.ts'
import { removeFolder, type Started, startScript, temporaryFolder } from './children.ts'
import type { ConnectReport } from './orders.ts'
import { SwarmProcess } from './swarm-process.ts'

/** Dials under way at once while stations connect. */
export const PARALLEL_DIALS = 250
const CONNECT_WITHIN_MS = 60_000

export class Stage {
  readonly site: Site
  readonly #broker: Broker
  readonly #sink: Started
  #swarms: SwarmProcess[] = []
  running: RunningBroker

  constructor(site: Site, broker: Broker, sink: Started, running: RunningBroker) {
    this.site = site
    this.#broker = broker
    this.#sink = sink
    this.running = running
  }

  /** A new swarm, connected; fails unless every station was admitted and its boot answered. */
  async connectSwarm(stations: number): Promise<{ readonly swarm: SwarmProcess; readonly report: ConnectReport }> {
    const swarm = new SwarmProcess()
    this.#swarms.push(swarm)
    const report = await swarm.ask(
      { do: 'connect', url: this.running.url, stations, parallel: PARALLEL_DIALS, giveUpMs: CONNECT_WITHIN_MS },
      CONNECT_WITHIN_MS + 5_000,
    )
    if (report.connected < stations) {
      throw new Error(`${report.connected} of ${stations} stations connected: ${report.reasons.join('; ')}`)
    }
    return { swarm, report }
  }

  /** Starts the broker again on the same data and ports, after it was stopped or killed. */
  async restart(readyWithinMs?: number): Promise<RunningBroker> {
    this.running = await this.#broker.start(this.site, readyWithinMs)
    return this.running
  }

  async strike(): Promise<void> {
    await Promise.all(this.#swarms.map((swarm) => swarm.kill()))
    await this.running.kill()
    await this.#sink.kill()
    removeFolder(this.site.folder)
  }
}

/**
 * Sets up sink and broker, lets a run play, and clears everything away however it ends.
 * @param prepare may put things into the broker's folder before it starts
 */
export async function onStage<T>(
  broker: Broker,
  play: (stage: Stage) => Promise<T>,
  options: { readonly prepare?: (folder: string) => Promise<void>; readonly readyWithinMs?: number } = {},
): Promise<T> {
  const folder = temporaryFolder()
  let sink: Started | null = null
  let stage: Stage | null = null
  try {
    await options.prepare?.(folder)
    sink = startScript('sink', './sink.ts', []).started
    const site = await newSite(folder, (await sink.ready()).stations)
    stage = new Stage(site, broker, sink, await broker.start(site, options.readyWithinMs))
    return await play(stage)
  } finally {
    if (stage !== null) await stage.strike()
    else {
      await sink?.kill()
      removeFolder(folder)
    }
  }
}
