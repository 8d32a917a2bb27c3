// Declares `serve`, `demo` and `simulate`: their options and nothing of what they do.

import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { duration, factor, oneOf, urlOf, version, versions, wholeNumber, words } from './arguments.ts'
import { type Context, withExamples } from './context.ts'
import type { Loaders } from './loaders.ts'
import {
  type DemoOptions,
  type LogLevel,
  logLevels,
  type ServeOptions,
  type SimulateBackendOptions,
  type SimulateStationOptions,
} from './options.ts'

function logLevelOption(initial: LogLevel): Option {
  return new Option('--log-level <level>', `one of ${logLevels.join(', ')}`)
    .argParser(oneOf(logLevels))
    .default(initial)
}

const port = wholeNumber(0, 65_535)

/** Declares `serve`. */
export function declareServe(program: Command, context: Context, loaders: Loaders): void {
  const command = program
    .command('serve')
    .description('run the broker until SIGTERM or SIGINT')
    .option('-c, --config <file>', 'the configuration (default: ./busbar.yaml if it is there)')
    .option('--strict-store', 'refuse a damaged store instead of keeping what can be read')
    .addOption(logLevelOption('info'))
  withExamples(command, 'busbar serve --config busbar.yaml').action(
    context.ending(async (options: { config?: string; strictStore?: true; logLevel: LogLevel }) => {
      const { run } = await loaders.serve()
      const given: ServeOptions = {
        config: options.config ?? null,
        strictStore: options.strictStore === true,
        logLevel: options.logLevel,
        terminal: context.terminal,
      }
      return run(given)
    }),
  )
}

/** Declares `demo`. */
export function declareDemo(program: Command, context: Context, loaders: Loaders): void {
  const command = program
    .command('demo')
    .description('everything on this machine, nothing to configure: broker, two backends, stations that charge')
    .option('--data <folder>', 'keep the store here (default: a temporary folder)')
    .option('--stations <n>', 'how many simulated stations', wholeNumber(1, 500), 6)
    .option('--speed <factor>', 'how many times faster than real time they charge', factor, 10)
    .option('--station-port <port>', 'port for stations; 0 takes a free one', port, 9000)
    .option('--api-port <port>', 'port of API and console; 0 takes a free one', port, 9080)
    .addOption(logLevelOption('warn'))
  withExamples(command, 'busbar demo', 'busbar demo --data ./demo --stations 12').action(
    context.ending(
      async (options: {
        data?: string
        stations: number
        speed: number
        stationPort: number
        apiPort: number
        logLevel: LogLevel
      }) => {
        const { run } = await loaders.demo()
        const given: DemoOptions = {
          ...options,
          data: options.data === undefined ? null : resolve(context.terminal.cwd, options.data),
          terminal: context.terminal,
        }
        return run(given)
      },
    ),
  )
}

/** Declares `simulate station` and `simulate backend`. */
export function declareSimulate(program: Command, context: Context, loaders: Loaders): void {
  const simulate = program.command('simulate').description('simulated stations or backends against any endpoint')
  withExamples(simulate, 'busbar simulate station --url ws://127.0.0.1:9000 --id SIM-01 --ocpp 2.0.1')

  const station = simulate
    .command('station')
    .description('stations that boot, charge with plausible metering and obey commands')
    .requiredOption('--url <url>', 'where to connect; the identity is appended', urlOf('ws', 'wss'))
    .requiredOption('--id <identity>', 'identity; with --count above 1, -1, -2, … are appended')
    .option('--ocpp <version>', '1.6, 2.0.1 or 2.1', version, 'ocpp1.6' as const)
    .option('--count <n>', 'how many', wholeNumber(1, 10_000), 1)
    .option('--password <password>', 'Basic authentication')
    .option('--interval <duration>', 'time between meter values', duration, 60_000)
    .option('--speed <factor>', 'how many times faster than real time', factor, 1)
    .option('--ca <file>', "PEM file of the authorities of the server's certificate")
    .option('--behaviour <names>', 'station behaviours, separated by commas', words, [])
    .option('--seed <n>', 'seed of its chances', wholeNumber(0, 2 ** 32 - 1))
    .addOption(logLevelOption('info'))
  withExamples(
    station,
    'busbar simulate station --url ws://127.0.0.1:9000 --id SIM --ocpp 1.6 --count 20 --speed 10',
  ).action(
    context.ending(
      async (
        options: Omit<SimulateStationOptions, 'what' | 'intervalMs' | 'behaviours' | 'terminal'> & {
          interval: number
          behaviour: string[]
          password?: string
          ca?: string
          seed?: number
        },
      ) => {
        const { run } = await loaders.simulate()
        const given: SimulateStationOptions = {
          what: 'station',
          url: options.url,
          id: options.id,
          ocpp: options.ocpp,
          count: options.count,
          password: options.password ?? null,
          intervalMs: options.interval,
          speed: options.speed,
          ca: options.ca === undefined ? null : resolve(context.terminal.cwd, options.ca),
          behaviours: options.behaviour,
          seed: options.seed ?? null,
          logLevel: options.logLevel,
          terminal: context.terminal,
        }
        return run(given)
      },
    ),
  )

  const backend = simulate
    .command('backend')
    .description('a backend that accepts stations and answers what they send')
    .requiredOption('--listen <url>', 'ws:// address to listen on; port 0 takes a free one', urlOf('ws'))
    .option('--ocpp <versions>', 'versions it speaks, separated by commas', versions, [
      'ocpp1.6',
      'ocpp2.0.1',
      'ocpp2.1',
    ] as const)
    .option('--behaviour <names>', 'backend behaviours, separated by commas', words, [])
    .option('--password <password>', 'the password it asks of every station')
    .addOption(logLevelOption('info'))
  withExamples(backend, 'busbar simulate backend --listen ws://127.0.0.1:8180/ocpp').action(
    context.ending(
      async (
        options: Omit<SimulateBackendOptions, 'what' | 'behaviours' | 'terminal'> & {
          behaviour: string[]
          password?: string
        },
      ) => {
        const { run } = await loaders.simulate()
        const given: SimulateBackendOptions = {
          what: 'backend',
          listen: options.listen,
          ocpp: options.ocpp,
          behaviours: options.behaviour,
          password: options.password ?? null,
          logLevel: options.logLevel,
          terminal: context.terminal,
        }
        return run(given)
      },
    ),
  )
}
