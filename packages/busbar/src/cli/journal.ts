// `busbar journal`: export as JSON Lines, import into a new store, verification from end to end. Export and verification
// work beside a running broker.

import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { EntryKind } from '@busbar/core/journal/entry.ts'
import type { Command } from 'commander'
import { oneOf, pointInTime, words } from './arguments.ts'
import { type Context, printJson, withExamples } from './context.ts'
import { type DataOptions, dataFolder, fileFailure, onStore, withDataOptions } from './data-folder-option.ts'
import { loaders } from './loaders.ts'

interface ExportOptions extends DataOptions {
  readonly output?: string
  readonly force?: true
  readonly station?: string
  readonly from?: string
  readonly to?: string
  readonly kind?: readonly EntryKind[]
}

interface VerifyOptions extends DataOptions {
  readonly file?: string
  readonly json?: true
}

const kinds: readonly EntryKind[] = ['frame', 'link', 'delivery', 'decision', 'change', 'fault']

// Few large writes instead of one for each line.
const WRITE_AT = 64 * 1024

/** Declares `journal export`, `journal import` and `journal verify`. */
export function declareJournal(program: Command, context: Context): void {
  const journal = program.command('journal').description('care of the embedded store: export, import, verify')
  withExamples(journal, 'busbar journal verify', 'busbar journal export --station DEPOT-01 --output depot-01.jsonl')

  const exporting = withDataOptions(journal.command('export').description('write the journal as JSON Lines'))
    .option('-o, --output <file>', 'where to write it (default: standard output)')
    .option('--force', 'write over a file that is there')
    .option('--station <id>', 'only entries of this station')
    .option('--from <time>', 'only from this time on (RFC 3339, or 2h for that long ago)', pointInTime(context.now))
    .option('--to <time>', 'only up to this time', pointInTime(context.now))
    .option('--kind <kinds>', `only these kinds, separated by commas: ${kinds.join(', ')}`, (text) =>
      words(text).map(oneOf(kinds)),
    )
  withExamples(exporting, 'busbar journal export --from 7d --output week.jsonl').action(
    context.ending((options: ExportOptions) => exportToFile(options, context)),
  )

  const importing = withDataOptions(
    journal
      .command('import')
      .description('make a new store of an export; the data folder must have none yet')
      .argument('<file>', 'the export; - for standard input'),
  )
  withExamples(importing, 'busbar journal import week.jsonl --data ./copy').action(
    context.ending((file: string, options: DataOptions) => importFromFile(file, options, context)),
  )

  const verifying = withDataOptions(
    journal.command('verify').description('read the whole journal and check its chain of hashes'),
  )
    .option('--file <file>', 'verify this copy instead of the data folder')
    .option('--json', 'print the report as JSON')
  withExamples(verifying, 'busbar journal verify --data ./busbar-data').action(
    context.ending((options: VerifyOptions) => verify(options, context)),
  )
}

async function exportToFile(options: ExportOptions, context: Context): Promise<number> {
  const { terminal } = context
  const folder = await dataFolder(options, context)
  const { exportJournal } = await loaders.journalCare()
  const filter = {
    station: options.station,
    from: options.from === undefined ? undefined : Date.parse(options.from),
    to: options.to === undefined ? undefined : Date.parse(options.to),
    kinds: options.kind === undefined ? undefined : new Set(options.kind),
  }
  if (options.output === undefined) {
    await onStore(() => exportJournal(folder, (line) => terminal.out(`${line}\n`), filter))
    return 0
  }
  let file: number
  try {
    file = openSync(resolve(terminal.cwd, options.output), options.force === true ? 'w' : 'wx', 0o600)
  } catch (cause) {
    throw fileFailure(1, options.output, 'written', cause)
  }
  let pending = ''
  const flush = () => {
    if (pending !== '') writeSync(file, pending)
    pending = ''
  }
  try {
    const written = await onStore(() =>
      exportJournal(
        folder,
        (line) => {
          pending += `${line}\n`
          if (pending.length >= WRITE_AT) flush()
        },
        filter,
      ),
    )
    flush()
    terminal.err(`wrote ${written} entries to ${options.output}\n`)
  } finally {
    closeSync(file)
  }
  return 0
}

async function importFromFile(file: string, options: DataOptions, context: Context): Promise<number> {
  const { terminal } = context
  const folder = await dataFolder(options, context)
  const { importJournal, takeDataFolder } = await loaders.journalCare()
  const lines = file === '-' ? terminal.inputLines() : await linesOf(file, context)
  const result = await onStore(async () => {
    const held = takeDataFolder(folder, context.now())
    try {
      return await importJournal(lines, folder)
    } finally {
      held.release()
    }
  })
  terminal.out(`imported ${result.entries} entries, positions ${result.first} to ${result.last}\n`)
  return 0
}

async function linesOf(file: string, context: Context): Promise<AsyncIterable<string>> {
  const path = resolve(context.terminal.cwd, file)
  try {
    // Opened once before anything is begun, so that a wrong path leaves nothing behind.
    await (await open(path, 'r')).close()
  } catch (cause) {
    throw fileFailure(2, file, 'read', cause)
  }
  return createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
}

async function verify(options: VerifyOptions, context: Context): Promise<number> {
  const { terminal } = context
  const { verifyJournal, verifyStore } = await loaders.journalCare()
  const folder = options.file === undefined ? await dataFolder(options, context) : ''
  const report = await onStore(async () =>
    options.file === undefined ? verifyJournal(folder) : verifyStore(resolve(terminal.cwd, options.file)),
  )
  if (options.json === true) {
    printJson(context, report)
  } else {
    terminal.out(`${report.entries} entries, positions ${report.first} to ${report.last}\n`)
    for (const range of report.lost) terminal.out(`no entries at ${range.first} to ${range.last}: ${range.reason}\n`)
    terminal.out(
      report.problem === null ? 'the journal is whole\n' : `${report.problem.code}: ${report.problem.detail}\n`,
    )
  }
  return report.problem === null ? 0 : 1
}
