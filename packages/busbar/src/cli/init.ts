// `busbar init`: writes a first configuration. On a terminal it asks; in a script every answer is an option. It never
// writes over a file that is there unless told to, and never writes a file that `busbar check` would refuse.

import { existsSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import * as prompts from '@clack/prompts'
import type { Command } from 'commander'
import { isLoopback } from '../config/address.ts'
import { loadText } from '../config/load.ts'
import { formatProblem } from '../config/problem.ts'
import { oneOf, urlOf } from './arguments.ts'
import { type Context, withExamples } from './context.ts'
import { CommandFailure } from './failure.ts'
import { type FirstConfiguration, passwordVariable, renderFirstConfiguration, TOKEN_VARIABLE } from './init-file.ts'

interface InitOptions {
  readonly output: string
  readonly force?: true
  readonly yes?: true
  readonly site?: string
  readonly data?: string
  readonly stations?: string
  readonly listenApi?: string
  readonly backend?: string
  readonly backendName?: string
  readonly backendPassword?: 'none' | 'station' | 'own'
  readonly authenticate?: 'accounts' | 'backend'
  readonly unknown?: 'accept' | 'reject'
  readonly allowStrangers?: true
}

/** Declares the command. */
export function declareInit(program: Command, context: Context): void {
  const command = program
    .command('init')
    .description('write a commented configuration; asks on a terminal, takes options otherwise')
    .option('-o, --output <file>', 'where to write it', 'busbar.yaml')
    .option('--force', 'write over a file that is there')
    .option('-y, --yes', 'ask nothing, take options and defaults')
    .option('--site <name>', 'name of this installation (default: the host name)')
    .option('--data <folder>', 'folder of the embedded store (default: ./busbar-data)')
    .option('--stations <url>', 'where stations connect (default: ws://127.0.0.1:9000)', urlOf('ws'))
    .option('--listen-api <url>', 'where API and console are served (default: http://127.0.0.1:9080)', urlOf('http'))
    .option('--backend <url>', 'the backend to pass everything on to', urlOf('ws', 'wss'))
    .option('--backend-name <name>', 'its name (default: cpms)')
    .option('--backend-password <kind>', 'none, station or own', oneOf(['none', 'station', 'own'] as const))
    .option('--authenticate <how>', 'accounts or backend', oneOf(['accounts', 'backend'] as const))
    .option('--unknown <what>', 'stations without an account: accept or reject', oneOf(['accept', 'reject'] as const))
    .option('--allow-strangers', 'with --unknown accept: also from other machines, unencrypted')
  withExamples(
    command,
    'busbar init',
    'busbar init --stations ws://0.0.0.0:9000 --backend wss://cpms.example/ocpp --authenticate backend',
  ).action(context.ending((options: InitOptions) => init(options, context)))
}

async function init(options: InitOptions, context: Context): Promise<number> {
  const { terminal } = context
  const path = resolve(terminal.cwd, options.output)
  if (existsSync(path) && options.force !== true) {
    throw new CommandFailure(2, 'BB-CLI-004', `${options.output} is there already`)
  }
  const asked = terminal.interactive && options.yes !== true ? await ask(options) : options
  if (asked === null) return 1
  const first = decide(asked)
  const text = renderFirstConfiguration(first)
  refuseWhatCheckWouldRefuse(text, path, options.output, context)
  try {
    // `wx`: a file that appeared in the meantime is not overwritten either.
    writeFileSync(path, text, { flag: options.force === true ? 'w' : 'wx', mode: 0o640 })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    if (code === 'EEXIST') throw new CommandFailure(2, 'BB-CLI-004', `${options.output} is there already`)
    throw new CommandFailure(1, 'BB-CLI-005', `${options.output} cannot be written (${code})`, undefined, cause)
  }
  terminal.out(`wrote ${options.output}\n`)
  for (const name of variables(first)) terminal.err(`set ${name} in the environment before the start\n`)
  terminal.err(`next: busbar check --config ${options.output}, then busbar serve --config ${options.output}\n`)
  return 0
}

/** What follows from the options; every default of `init` stands here. */
export function decide(options: Omit<InitOptions, 'output'>): FirstConfiguration {
  const stationsUrl = options.stations ?? 'ws://127.0.0.1:9000'
  const apiUrl = options.listenApi ?? 'http://127.0.0.1:9080'
  const local = isLoopback(stationsUrl)
  const hasBackend = options.backend !== undefined
  const authenticate = options.authenticate ?? 'accounts'
  // Asking the backend needs what the station presented.
  const password = options.backendPassword ?? (authenticate === 'backend' ? 'station' : 'none')
  return {
    site: options.site ?? hostname(),
    data: options.data ?? './busbar-data',
    stationsUrl,
    apiUrl,
    backend: hasBackend ? { name: options.backendName ?? 'cpms', url: options.backend!, password } : null,
    authenticate,
    unknown: options.unknown ?? (local && authenticate === 'accounts' ? 'accept' : 'reject'),
    openToStrangers: options.allowStrangers === true && !local,
    apiToken: !isLoopback(apiUrl),
  }
}

function variables(first: FirstConfiguration): string[] {
  return [
    ...(first.backend?.password === 'own' ? [passwordVariable(first.backend.name)] : []),
    ...(first.apiToken ? [TOKEN_VARIABLE] : []),
  ]
}

function refuseWhatCheckWouldRefuse(text: string, path: string, shown: string, context: Context): void {
  const { terminal } = context
  // Secrets need not be set yet; any long text stands for them.
  const env = new Proxy({}, { get: () => 'x'.repeat(32) }) as Record<string, string>
  const loaded = loadText(text, { cwd: terminal.cwd, env, now: context.now(), path, shown })
  if ('settings' in loaded) return
  for (const problem of loaded.problems) terminal.err(`${formatProblem(problem)}\n`)
  throw new CommandFailure(2, 'BB-CLI-003', 'these choices do not make a valid configuration', 'choose otherwise')
}

async function ask(options: InitOptions): Promise<InitOptions | null> {
  const check = (schemes: readonly string[]) => (value: string | undefined) => {
    const scheme = URL.canParse(value ?? '') ? new URL(value ?? '').protocol.slice(0, -1) : ''
    return schemes.includes(scheme) ? undefined : `write a URL that begins with ${schemes.join(': or ')}:`
  }
  prompts.intro('Busbar: a first configuration')
  try {
    const site = answered(
      await prompts.text({ message: 'Name of this installation', initialValue: options.site ?? hostname() }),
    )
    const stations = answered(
      await prompts.text({
        message: 'Where do stations connect? (0.0.0.0 instead of 127.0.0.1 lets other machines in)',
        initialValue: options.stations ?? 'ws://127.0.0.1:9000',
        validate: check(['ws']),
      }),
    )
    const backend = answered(
      await prompts.text({
        message: 'URL of the backend, without the identity (empty: none yet)',
        initialValue: options.backend ?? '',
        validate: (value) => ((value ?? '') === '' ? undefined : check(['ws', 'wss'])(value)),
      }),
    )
    const authenticate = answered(
      await prompts.select({
        message: 'Who may connect?',
        initialValue: options.authenticate ?? (backend === '' ? 'accounts' : 'backend'),
        options: [
          { value: 'backend' as const, label: 'whom the backend accepts, with their present passwords' },
          { value: 'accounts' as const, label: 'the stations listed in the file' },
        ],
      }),
    )
    const password =
      backend === '' || authenticate === 'backend'
        ? undefined
        : answered(
            await prompts.select({
              message: 'What does the backend ask of a station?',
              initialValue: options.backendPassword ?? 'none',
              options: [
                { value: 'none' as const, label: 'nothing' },
                { value: 'station' as const, label: 'a password of the station, which is handed on' },
                { value: 'own' as const, label: 'a password that Busbar has' },
              ],
            }),
          )
    prompts.outro('Thank you.')
    return {
      ...options,
      site,
      stations,
      authenticate,
      ...(backend === '' ? {} : { backend }),
      ...(password === undefined ? {} : { backendPassword: password }),
    }
  } catch (cause) {
    if (!(cause instanceof Cancelled)) throw cause
    prompts.cancel('Nothing was written.')
    return null
  }
}

class Cancelled extends Error {}

function answered<Value>(value: Value): Exclude<Value, symbol> {
  if (typeof value === 'symbol') throw new Cancelled()
  return value as Exclude<Value, symbol>
}
