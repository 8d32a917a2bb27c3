// Which store the commands for its care work on: the folder that is named, or that of the configuration. What the store
// says when it cannot do as it is told becomes the end of the command.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { StoreError } from '../storage/store-fault.ts'
import { type Context, settingsOrFail } from './context.ts'
import { CommandFailure } from './failure.ts'

export interface DataOptions {
  readonly data?: string
  readonly config?: string
}

/** Adds `--data` and `--config`. */
export function withDataOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'the data folder (default: that of the configuration)')
    .option('-c, --config <file>', 'the configuration (default: ./busbar.yaml if it is there)')
}

/** The data folder, absolute. */
export async function dataFolder(options: DataOptions, context: Context): Promise<string> {
  const { terminal } = context
  if (options.data !== undefined) return resolve(terminal.cwd, options.data)
  return (await settingsOrFail(context, options.config ?? null)).data
}

/** Runs something on a store; its errors end the command with exit code 1. */
export async function onStore<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause
    throw new CommandFailure(1, cause.code, cause.detail.replace(/\.$/, ''), undefined, cause)
  }
}

/** The end of a command that could not read or write a file. */
export function fileFailure(exitCode: 1 | 2, file: string, what: 'read' | 'written', cause: unknown): CommandFailure {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
  if (code === 'EEXIST') return new CommandFailure(2, 'BB-CLI-004', `${file} is there already`)
  return new CommandFailure(exitCode, 'BB-CLI-005', `${file} cannot be ${what} (${code})`, undefined, cause)
}
