// `npm run bench`: the load benchmark. Starts a backend, a broker and stations, measures what docs/benchmarks.md explains,
// and compares Busbar with a naive relay and with nginx on the same machine in the same minutes.
//
// Progress goes to standard error, one JSON line per run among it; standard output gets the table, or with --json one
// JSON value: the list of scenarios with their figures, bounds and verdicts. Exit code 1 when a bound is missed or a
// scenario could not be carried out, 2 for wrong arguments.

import { parseArgs } from 'node:util'
import type { Bench, Scenario } from './bench.ts'
import { busbarCommand, commandBroker, nginxBroker } from './brokers.ts'
import { cleanUpAtExit } from './children.ts'
import { describeMachine } from './machine.ts'
import { provideNginx } from './nginx.ts'
import { failed, type ScenarioResult } from './result.ts'
import { addedLatency } from './scenarios/added-latency.ts'
import { idleMemory } from './scenarios/idle-memory.ts'
import { killCampaign } from './scenarios/kill-campaign.ts'
import { loadScenarios } from './scenarios/load.ts'
import { readyAfterKill } from './scenarios/ready-after-kill.ts'
import { restartStorm } from './scenarios/restart-storm.ts'
import { timeline } from './scenarios/timeline.ts'
import { renderTable } from './table.ts'

const scenarios: readonly Scenario[] = [
  ...loadScenarios,
  addedLatency,
  idleMemory,
  restartStorm,
  readyAfterKill,
  timeline,
  killCampaign,
]

const usage = `npm run bench -- [options]

  --only NAME[,NAME]  only these scenarios: ${scenarios.map(({ name }) => name).join(', ')}
  --quick             short windows and small numbers: shows that everything works, says little
  --rounds N          rounds instead of each scenario's own number
  --entries N         journal entries for the timeline instead of ten million
  --broker COMMAND    another command than Busbar's: {node}, {config}, {backend}, {stations} are filled in, and it
                      prints a line "… ready stations=ws://HOST:PORT api=http://HOST:PORT"; default
                      ${busbarCommand}
  --no-nginx          leave nginx out
  --json              one JSON value on standard output instead of the table
`

interface Choice {
  readonly chosen: readonly Scenario[]
  readonly quick: boolean
  readonly rounds: number | null
  readonly entries: number | null
  readonly broker: string | null
  readonly nginx: boolean
  readonly json: boolean
}

class WrongArguments extends Error {}

function count(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d*$/.test(text)) throw new WrongArguments(`--${name} wants a whole number above 0, not ${text}`)
  return Number(text)
}

function readArguments(args: readonly string[]): Choice | null {
  const options = {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    entries: { type: 'string' },
    broker: { type: 'string' },
    'no-nginx': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values']
  try {
    values = parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new WrongArguments(error instanceof Error ? error.message : String(error))
  }
  if (values.help) return null
  const names = (values.only ?? []).flatMap((list) => list.split(',')).filter((name) => name !== '')
  for (const name of names) {
    if (!scenarios.some((scenario) => scenario.name === name)) throw new WrongArguments(`there is no scenario ${name}`)
  }
  return {
    chosen: names.length === 0 ? scenarios : scenarios.filter(({ name }) => names.includes(name)),
    quick: values.quick,
    rounds: count('rounds', values.rounds),
    entries: count('entries', values.entries),
    broker: values.broker ?? null,
    nginx: !values['no-nginx'],
    json: values.json,
  }
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function carryOut(scenario: Scenario, bench: Bench): Promise<ScenarioResult> {
  try {
    return await scenario.run(bench)
  } catch (error) {
    return failed(scenario.name, scenario.title, error instanceof Error ? error.message : String(error))
  }
}

async function main(choice: Choice): Promise<number> {
  cleanUpAtExit()
  const nginx = choice.nginx ? provideNginx(tell) : ({ is: 'absent', why: 'nginx is left out as asked' } as const)
  if (nginx.is === 'absent') tell(nginx.why)
  const machine = describeMachine(nginx.is === 'there' ? nginx.version : null)
  const at = new Date().toISOString()
  tell(`machine ${JSON.stringify(machine)}`)

  const bench: Bench = {
    subject: commandBroker(choice.broker === null ? 'busbar' : 'broker', choice.broker ?? busbarCommand),
    nginx: nginx.is === 'there' ? nginxBroker(nginx) : null,
    quick: choice.quick,
    rounds: choice.rounds,
    entries: choice.entries,
    tell,
    report: (run) => tell(JSON.stringify(run)),
  }
  const results: ScenarioResult[] = []
  for (const scenario of choice.chosen) {
    tell(`${scenario.name}: ${scenario.title}`)
    results.push(await carryOut(scenario, bench))
    for (const note of results.at(-1)!.notes) tell(`  ${note}`)
  }
  const mode = choice.quick ? 'quick' : 'full'
  process.stdout.write(
    choice.json
      ? `${JSON.stringify(
          results.map((one) => ({ ...one, at, mode, machine })),
          null,
          2,
        )}\n`
      : renderTable(results, { at, mode, machine, nginx: nginx.is === 'absent' ? nginx.why : null }),
  )
  return results.every(({ pass }) => pass) ? 0 : 1
}

try {
  const choice = readArguments(process.argv.slice(2))
  if (choice === null) process.stdout.write(usage)
  else process.exitCode = await main(choice)
} catch (error) {
  if (!(error instanceof WrongArguments)) throw error
  process.stderr.write(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}
