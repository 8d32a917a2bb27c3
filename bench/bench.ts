// What every scenario is given: the brokers it may start, how long it may take, and a place to report progress.

import type { Broker } from './brokers.ts'
import type { ScenarioResult } from './result.ts'

export interface Bench {
  /** The broker under test: Busbar, or the command given instead. */
  readonly subject: Broker
  /** null when nginx is not there. */
  readonly nginx: Broker | null
  /** Short windows, one round, small numbers: shows that everything works, says little. */
  readonly quick: boolean
  /** Rounds asked for; null: what the scenario thinks right. */
  readonly rounds: number | null
  /** Journal entries for the timeline; null: what the scenario thinks right. */
  readonly entries: number | null
  /** A line of progress for people. */
  readonly tell: (line: string) => void
  /** One run as one line of JSON. */
  readonly report: (run: Readonly<Record<string, unknown>>) => void
}

export interface Scenario {
  readonly name: string
  readonly title: string
  run(bench: Bench): Promise<ScenarioResult>
}
