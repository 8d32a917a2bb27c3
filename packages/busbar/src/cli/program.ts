// The command line: which commands there are, and how they end. Exit codes are 0 fine, 1 failed while running, 2 wrong
// arguments or configuration; results go to standard output, everything else to standard error.

import { Command, CommanderError } from 'commander'
import { version as productVersion } from '../config/product.ts'
import { systemClock } from '../system/clock.ts'
import { declareBackends } from './backends.ts'
import { declareBackup, declareRestore } from './backup.ts'
import { declareCall } from './call.ts'
import { declareCheck } from './check.ts'
import { type Context, withExamples } from './context.ts'
import { CommandFailure, formatFailure } from './failure.ts'
import { declareInit } from './init.ts'
import { declareJournal } from './journal.ts'
import { type Loaders, loaders as realLoaders } from './loaders.ts'
import { declareDemo, declareServe, declareSimulate } from './long-running.ts'
import { declareSessions } from './sessions.ts'
import { declareStations } from './stations.ts'
import type { Terminal } from './terminal.ts'
import { declareTimeline } from './timeline.ts'

/**
 * Runs one command line.
 * @param args without the names of program and script
 * @param options loaders and clock can be replaced in tests
 * @returns the exit code; never rejects
 */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
  options: { readonly loaders?: Loaders; readonly now?: () => number } = {},
): Promise<number> {
  let exitCode = 0
  const context: Context = {
    terminal,
    now: options.now ?? (() => systemClock.now()),
    ending:
      (act) =>
      async (...given) => {
        exitCode = await act(...given)
      },
  }
  try {
    await createProgram(context, options.loaders ?? realLoaders).parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2
    if (cause instanceof CommandFailure) {
      terminal.err(formatFailure(cause))
      return cause.exitCode
    }
    terminal.err(`busbar: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`)
    terminal.err('  this is a defect of Busbar, please report it with the lines above\n')
    return 1
  }
}

function createProgram(context: Context, loaders: Loaders): Command {
  const { terminal } = context
  const program = new Command('busbar')
    .description('OCPP broker: stands between charging stations and backends, passes everything on, remembers it all')
    .version(productVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      getOutHelpWidth: () => terminal.columns ?? 100,
      getErrHelpWidth: () => terminal.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(`${text.replace(/^error: /, 'busbar: ').replace(/\n?$/, '')} [BB-CLI-003]\n`),
    })
  program.showHelpAfterError('  See --help.')
  withExamples(program, 'busbar demo', 'busbar serve --config busbar.yaml', 'busbar timeline DEPOT-01 --follow')

  declareDemo(program, context, loaders)
  declareServe(program, context, loaders)
  declareInit(program, context)
  declareCheck(program, context)
  declareStations(program, context)
  declareSessions(program, context)
  declareBackends(program, context)
  declareTimeline(program, context)
  declareCall(program, context)
  declareSimulate(program, context, loaders)
  declareJournal(program, context)
  declareBackup(program, context)
  declareRestore(program, context)
  return program
}
