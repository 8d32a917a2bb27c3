// `busbar check`: says everything that is wrong with a configuration before a broker is started with it, each problem on
// a line that editors can jump to.

import type { Command } from 'commander'
import { renderJsonSchema } from '../config/json-schema.ts'
import { BUILT_IN, DEFAULT_FILE, loadSettings } from '../config/load.ts'
import { formatProblem, type Problem } from '../config/problem.ts'
import type { Settings } from '../config/settings.ts'
import { type Context, formatWarning, printJson, withExamples } from './context.ts'
import { probeBackends } from './probe.ts'

interface CheckOptions {
  readonly config?: string
  readonly probe?: true
  readonly probeAs?: string
  readonly schema?: true
  readonly json?: true
}

/** Declares the command. */
export function declareCheck(program: Command, context: Context): void {
  const command = program
    .command('check')
    .description('validate the configuration; every problem on a line file:line:column')
    .option('-c, --config <file>', 'the configuration (default: ./busbar.yaml if it is there)')
    .option('--probe', 'also try to reach each backend, with its certificate, version and credentials')
    .option('--probe-as <station>', 'identity to probe with; that of a station at rest, its link may be replaced')
    .option('--schema', 'print the JSON schema of the configuration')
    .option('--json', 'print the problems as JSON')
  withExamples(command, 'busbar check --config busbar.yaml', 'busbar check --probe --probe-as DEPOT-01').action(
    context.ending((options: CheckOptions) => check(options, context)),
  )
}

async function check(options: CheckOptions, context: Context): Promise<number> {
  const { terminal } = context
  if (options.schema === true) {
    terminal.out(renderJsonSchema())
    return 0
  }
  const loaded = await loadSettings({ file: options.config, cwd: terminal.cwd, env: terminal.env, now: context.now() })
  const problems: Problem[] = 'problems' in loaded ? [...loaded.problems] : []
  const warnings: Problem[] = 'problems' in loaded ? [] : [...loaded.warnings]
  if ('settings' in loaded && (options.probe === true || options.probeAs !== undefined)) {
    const shown = options.config ?? (loaded.settings.file === null ? BUILT_IN : DEFAULT_FILE)
    const probed = await probeBackends(loaded.settings, shown, options.probeAs ?? null, (line) => {
      if (options.json !== true) terminal.err(`${line}\n`)
    })
    problems.push(...probed.problems)
    warnings.push(...probed.warnings)
  }
  if (options.json === true) {
    printJson(context, { problems, warnings })
  } else {
    for (const warning of warnings) terminal.out(`${formatWarning(warning)}\n`)
    for (const problem of problems) terminal.out(`${formatProblem(problem)}\n`)
    if (problems.length === 0 && 'settings' in loaded) terminal.out(`${summary(loaded.settings, options.config)}\n`)
  }
  return problems.length === 0 ? 0 : 2
}

function summary(settings: Settings, named: string | undefined): string {
  const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`
  const file = named ?? (settings.file === null ? 'the built-in configuration' : DEFAULT_FILE)
  const parts = [
    count(settings.listen.stations.length, 'station listener'),
    count(settings.backends.size, 'backend'),
    count(settings.routes.length, 'route'),
    count(settings.stations.accounts.length, 'account'),
  ]
  return `${file} is fine: ${parts.join(', ')}`
}
