// `busbar backup` and `busbar restore`. Without a file the running broker is asked for a copy, which it makes between its
// commits and verifies; with a file the store of this machine is copied, whether a broker runs on it or not.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { BackupDocument } from '../api/documents.ts'
import { writeSize } from '../config/quantities.ts'
import { type ApiOptions, type Context, connect, printJson, withApiOptions, withExamples } from './context.ts'
import { type DataOptions, dataFolder, fileFailure, onStore, withDataOptions } from './data-folder-option.ts'
import { CommandFailure } from './failure.ts'
import { loaders } from './loaders.ts'

interface BackupOptions extends ApiOptions, DataOptions {
  readonly name?: string
}

interface RestoreOptions extends DataOptions {
  readonly force?: true
}

/** Declares `backup`. */
export function declareBackup(program: Command, context: Context): void {
  const command = withApiOptions(
    withDataOptions(
      program
        .command('backup')
        .description('copy the store and verify the copy: the running broker does it, or with FILE this command')
        .argument('[file]', 'copy the data folder of this machine to this file')
        .option('--name <name>', 'name of the copy in the backup folder of the running broker'),
    ),
  )
  withExamples(command, 'busbar backup', 'busbar backup /backup/busbar.db --data ./busbar-data').action(
    context.ending((file: string | undefined, options: BackupOptions) =>
      file === undefined ? backupOnline(options, context) : backupTo(file, options, context),
    ),
  )
}

/** Declares `restore`. */
export function declareRestore(program: Command, context: Context): void {
  const command = withDataOptions(
    program
      .command('restore')
      .description('put a copy in place of the store; the broker must not run, what was there is set aside')
      .argument('<file>', 'a copy made by `busbar backup`')
      .option('--force', 'also when there is a store'),
  )
  withExamples(command, 'busbar restore /backup/busbar.db --data ./busbar-data').action(
    context.ending((file: string, options: RestoreOptions) => restore(file, options, context)),
  )
}

async function backupOnline(options: BackupOptions, context: Context): Promise<number> {
  if (options.data !== undefined || options.config !== undefined) {
    throw new CommandFailure(2, 'BB-CLI-003', 'a data folder is named, but no file to copy it to', 'name the file')
  }
  const body = JSON.stringify(options.name === undefined ? {} : { name: options.name })
  const backup = await connect(context, options).post<BackupDocument>('backup', body)
  if (options.json === true) printJson(context, backup)
  else context.terminal.out(`${backup.file}: ${writeSize(backup.bytes)}, up to position ${backup.position}\n`)
  return 0
}

async function backupTo(file: string, options: BackupOptions, context: Context): Promise<number> {
  const folder = await dataFolder(options, context)
  const { backupJournal } = await loaders.journalCare()
  const report = await onStore(() => backupJournal(folder, resolve(context.terminal.cwd, file)))
  if (options.json === true) printJson(context, { file, ...report })
  else context.terminal.out(`${file}: ${report.entries} entries, up to position ${report.last}, verified\n`)
  return 0
}

async function restore(file: string, options: RestoreOptions, context: Context): Promise<number> {
  const { terminal } = context
  const from = resolve(terminal.cwd, file)
  if (!existsSync(from)) throw fileFailure(2, file, 'read', { code: 'ENOENT' })
  const folder = await dataFolder(options, context)
  const { restoreJournal, takeDataFolder } = await loaders.journalCare()
  const now = context.now()
  const report = await onStore(async () => {
    const held = takeDataFolder(folder, now)
    try {
      return await restoreJournal(from, folder, { overwrite: options.force === true, now })
    } finally {
      held.release()
    }
  })
  terminal.out(`restored ${report.entries} entries, up to position ${report.last}\n`)
  return 0
}
