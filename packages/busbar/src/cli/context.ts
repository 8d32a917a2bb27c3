// What every command is declared with, and the options that all client commands share.

import type { Command } from 'commander'
import { loadSettings } from '../config/load.ts'
import { formatProblem, type Problem } from '../config/problem.ts'
import type { Settings } from '../config/settings.ts'
import { ApiClient, findApi } from './api-client.ts'
import { CommandFailure } from './failure.ts'
import type { Terminal } from './terminal.ts'

export interface Context {
  readonly terminal: Terminal
  /** Wall clock in milliseconds. */
  readonly now: () => number
  /** Makes an action out of a function whose result is the exit code. */
  readonly ending: <Arguments extends unknown[]>(
    act: (...given: Arguments) => Promise<number>,
  ) => (...given: Arguments) => Promise<void>
}

export interface ApiOptions {
  readonly api?: string
  readonly token?: string
  readonly json?: true
}

/** Adds `--api`, `--token` and `--json`. */
export function withApiOptions(command: Command): Command {
  return command
    .option('--api <url>', 'address of the broker (default: BUSBAR_API, else http://127.0.0.1:9080)')
    .option('--token <token>', 'token of the API (default: BUSBAR_TOKEN)')
    .option('--json', 'print JSON instead of a table')
}

/** Adds examples below the help of a command. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText(
    'after',
    `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  $ ${line}\n`).join('')}`,
  )
}

/** The client for the broker that the options name. */
export function connect(context: Context, options: ApiOptions): ApiClient {
  return new ApiClient(findApi(options, context.terminal.env))
}

/** Prints a value as JSON on standard output. */
export function printJson(context: Context, value: unknown): void {
  context.terminal.out(`${JSON.stringify(value, null, 2)}\n`)
}

/** A warning on one line, as `busbar check` and `busbar serve` print it. */
export function formatWarning(problem: Problem): string {
  return formatProblem({ ...problem, what: `warning: ${problem.what}` })
}

/**
 * Loads the configuration for a command that needs it; problems go to standard error.
 * @throws CommandFailure with exit code 2 when there are any
 */
export async function settingsOrFail(
  context: Pick<Context, 'terminal' | 'now'>,
  config: string | null,
): Promise<Settings> {
  const { terminal } = context
  const loaded = await loadSettings({ file: config, cwd: terminal.cwd, env: terminal.env, now: context.now() })
  if ('settings' in loaded) return loaded.settings
  for (const problem of loaded.problems) terminal.err(`${formatProblem(problem)}\n`)
  const count = loaded.problems.length
  throw new CommandFailure(2, '', `the configuration has ${count} problem${count === 1 ? '' : 's'}`)
}
