// `busbar serve`: loads the configuration, starts the broker, says on one line where it listens, and goes down in order
// when it is told to. SIGHUP reads the configuration again.

import { startBroker } from '../compose.ts'
import { loadSettings } from '../config/load.ts'
import { formatProblem } from '../config/problem.ts'
import type { Settings } from '../config/settings.ts'
import { createLog, wantsPretty } from '../observe/log.ts'
import { StoreError } from '../storage/store-fault.ts'
import { systemClock } from '../system/clock.ts'
import { formatWarning } from './context.ts'
import { CommandFailure } from './failure.ts'
import type { LogLevel, ServeOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** Runs until SIGTERM or SIGINT. @returns 0 after an orderly end, 2 for a configuration that is not valid */
export async function run(options: ServeOptions): Promise<number> {
  const { terminal } = options
  const load = () =>
    loadSettings({ file: options.config, cwd: terminal.cwd, env: terminal.env, now: systemClock.now() })
  const loaded = await load()
  if ('problems' in loaded) {
    for (const problem of loaded.problems) terminal.err(`${formatProblem(problem)}\n`)
    return 2
  }
  for (const warning of loaded.warnings) terminal.err(`${formatWarning(warning)}\n`)
  return serve({
    settings: loaded.settings,
    strictStore: options.strictStore,
    logLevel: options.logLevel,
    terminal,
    load,
  })
}

export interface ServeParts {
  readonly settings: Settings
  readonly strictStore: boolean
  readonly logLevel: LogLevel
  readonly terminal: Terminal
  /** Reads the configuration again; null where there is no file. */
  readonly load: (() => ReturnType<typeof loadSettings>) | null
  /** Runs once everything listens, before the ready line; what it gives runs before the broker goes down. */
  readonly ready?: (urls: {
    readonly stations: readonly string[]
    readonly api: string
  }) => Promise<() => Promise<void>>
}

/** Serves until told to end, with what `demo` puts around it. */
export async function serve(parts: ServeParts): Promise<number> {
  const { terminal } = parts
  const pretty = wantsPretty(process.stderr.isTTY === true, terminal.env)
  const log = createLog({ level: parts.logLevel === 'trace' ? 'debug' : parts.logLevel, pretty })
  const interrupted = terminal.interrupted()
  const broker = await startBroker({
    settings: parts.settings,
    strictStore: parts.strictStore,
    log,
    reload: parts.load,
  }).catch((error: unknown) => {
    if (error instanceof StoreError) throw new CommandFailure(1, error.code, error.message, undefined, error)
    throw error
  })
  const { stationUrls, apiUrl } = broker
  const hangUp = () => void broker.reload('signal')
  process.on('SIGHUP', hangUp)
  const windDown = (await parts.ready?.({ stations: stationUrls, api: apiUrl })) ?? (async () => {})
  terminal.out(`busbar ready stations=${stationUrls.join(',')} api=${apiUrl}\n`)
  log.info({ stations: stationUrls, api: apiUrl, data: parts.settings.data }, 'busbar ready')
  await new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve()
    else interrupted.addEventListener('abort', () => resolve(), { once: true })
  })
  log.info('going down')
  process.off('SIGHUP', hangUp)
  await windDown()
  await broker.stop()
  log.info('down')
  return 0
}
