// For whoever wants to make Busbar cheaper: one load with the broker under V8's CPU profiler, and the functions that took
// the most time themselves, per thread. Figures of a profiled run are not benchmark figures.
//
//   node bench/profile.ts [--stations 300] [--rate MSG_PER_S] [--seconds 10] [--top 40] [--keep FOLDER] [--broker COMMAND]

import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { busbarCommand, commandBroker } from './brokers.ts'
import { cleanUpAtExit, removeFolder, temporaryFolder } from './children.ts'
import { type CpuProfile, selfTimes } from './cpu-profile.ts'
import { onStage } from './stage.ts'
import { columns } from './table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The command with the profiler switched on: its first word has to be Node. */
function profiled(command: string, folder: string): string {
  if (!command.startsWith('{node} ')) throw new Error('only a command that begins with {node} can be profiled')
  return command.replace('{node} ', `{node} --cpu-prof --cpu-prof-interval 500 --cpu-prof-dir ${folder} `)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      stations: { type: 'string', default: '300' },
      rate: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      top: { type: 'string', default: '40' },
      keep: { type: 'string' },
      broker: { type: 'string', default: busbarCommand },
    },
  })
  cleanUpAtExit()
  const profiles = temporaryFolder()
  const windowMs = Number(values.seconds) * 1_000
  const report = await onStage(commandBroker('broker', profiled(values.broker, profiles)), async (stage) => {
    const { swarm } = await stage.connectSwarm(Number(values.stations))
    const figures = await swarm.ask(
      {
        do: 'load',
        perSecond: values.rate === undefined ? null : Number(values.rate),
        warmUpMs: 2_000,
        windowMs,
        watch: stage.running.pid,
      },
      windowMs + 30_000,
    )
    // Profiles are written when the process ends by itself.
    if (!(await stage.running.stop())) throw new Error('the broker did not end on SIGTERM, so there is no profile')
    return figures
  })
  process.stdout.write(
    `${Math.round(report.answered / report.seconds)} msg/s, ` +
      `${((report.cpuNs ?? Number.NaN) / 1_000 / report.answered).toFixed(1)} us of CPU per message while profiled\n`,
  )
  for (const file of readdirSync(profiles)) {
    const profile = JSON.parse(readFileSync(join(profiles, file), 'utf8')) as CpuProfile
    const times = selfTimes(profile, root)
    const totalMs = times.reduce((sum, { selfMs }) => sum + selfMs, 0)
    const rows = times
      .slice(0, Number(values.top))
      .map(({ name, where, selfMs }) => [
        `${((selfMs / totalMs) * 100).toFixed(1)} %`,
        `${selfMs.toFixed(0)} ms`,
        name,
        where,
      ])
    process.stdout.write(`\n${file}: ${totalMs.toFixed(0)} ms busy\n${columns(rows).join('\n')}\n`)
  }
  if (values.keep !== undefined) {
    mkdirSync(values.keep, { recursive: true })
    cpSync(profiles, values.keep, { recursive: true })
  }
  removeFolder(profiles)
}

await main()
