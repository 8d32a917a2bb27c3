// `busbar stations`: what the running broker knows of its stations, and the import of accounts.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { AccountWritten, StationDetail, StationDocument } from '../api/documents.ts'
import { type ApiOptions, type Context, connect, printJson, withApiOptions, withExamples } from './context.ts'
import { CommandFailure } from './failure.ts'
import { renderPairs, renderTable } from './table.ts'

const MOST = 100_000

interface ImportOptions extends ApiOptions {
  readonly replace?: true
  /** false with --no-passwords. */
  readonly passwords: boolean
}

interface Imported {
  readonly created: number
  readonly replaced: number
  readonly items: readonly AccountWritten[]
}

/** Declares `stations [ID]` and `stations import`. */
export function declareStations(program: Command, context: Context): void {
  const stations = withApiOptions(
    program
      .command('stations')
      .description('stations of a running broker, or one of them')
      .argument('[id]', 'identity of a station'),
  )
  withExamples(stations, 'busbar stations', 'busbar stations DEPOT-01 --json').action(
    context.ending((id: string | undefined, options: ApiOptions) =>
      id === undefined ? listStations(options, context) : showStation(id, options, context),
    ),
  )

  const importing = stations
    .command('import')
    .description('create or replace accounts from a CSV file (columns id, password, tags, serial, assumeProtocol)')
    .argument('<file>', 'the CSV file; - for standard input')
    .option('--replace', 'replace accounts that are there already; without it they are mistakes')
    .option('--no-passwords', 'make no passwords for new accounts without one; they need none then')
  withExamples(importing, 'busbar stations import accounts.csv').action(
    context.ending((file: string, _options: object, command: Command) =>
      importStations(file, command.optsWithGlobals<ImportOptions>(), context),
    ),
  )
}

async function listStations(options: ApiOptions, context: Context): Promise<number> {
  const stations = await connect(context, options).list<StationDocument>('stations', {}, MOST)
  if (options.json === true) {
    printJson(context, stations)
    return 0
  }
  const { terminal } = context
  if (stations.length === 0) {
    terminal.err('no station has connected yet\n')
    return 0
  }
  terminal.out(
    renderTable<StationDocument>(
      [
        { title: 'STATION', of: (station) => station.id },
        { title: 'LINK', of: (station) => (station.connected ? 'up' : 'down') },
        { title: 'SINCE', of: (station) => station.since },
        { title: 'OCPP', of: (station) => station.ocpp?.slice(4) },
        { title: 'VENDOR', of: (station) => station.vendor },
        { title: 'MODEL', of: (station) => station.model },
        { title: 'CONNECTORS', of: (station) => connectorsInShort(station) },
        { title: 'BACKENDS', of: (station) => backendsInShort(station) },
      ],
      stations,
      terminal.columns,
    ),
  )
  return 0
}

async function showStation(id: string, options: ApiOptions, context: Context): Promise<number> {
  const station = await connect(context, options).get<StationDetail>(`stations/${encodeURIComponent(id)}`)
  if (options.json === true) {
    printJson(context, station)
    return 0
  }
  const { out, columns } = context.terminal
  out(
    renderPairs([
      ['station', station.id],
      ['site', station.site],
      ['link', `${station.connected ? 'up' : 'down'}${station.since === null ? '' : ` since ${station.since}`}`],
      ['ocpp', station.ocpp],
      ['last seen', station.lastSeen],
      ['vendor', station.vendor],
      ['model', station.model],
      ['serial', station.serial],
      ['firmware', station.firmware],
      ['tags', station.tags?.join(', ') || null],
    ]),
  )
  if (station.connectors?.length > 0) {
    out('\n')
    out(
      renderTable<StationDocument['connectors'][number]>(
        [
          { title: 'EVSE', of: (each) => each.evse, align: 'right' },
          { title: 'CONNECTOR', of: (each) => each.connector, align: 'right' },
          { title: 'STATUS', of: (each) => each.status },
          { title: 'ERROR', of: (each) => each.errorCode },
          { title: 'W', of: (each) => each.powerW, align: 'right' },
          { title: 'WH', of: (each) => each.energyWh, align: 'right' },
          { title: 'OFFERED A', of: (each) => each.offeredA, align: 'right' },
          { title: 'SESSION', of: (each) => each.session },
        ],
        station.connectors,
        columns,
      ),
    )
  }
  if (station.backends?.length > 0) {
    out('\n')
    out(
      renderTable<StationDocument['backends'][number]>(
        [
          { title: 'BACKEND', of: (each) => each.name },
          { title: 'ROLE', of: (each) => each.role },
          { title: 'LINK', of: (each) => each.link },
          { title: 'OCPP', of: (each) => each.ocpp?.slice(4) },
          { title: 'PENDING', of: (each) => each.pending, align: 'right' },
          { title: 'ACKNOWLEDGED', of: (each) => each.acknowledged, align: 'right' },
          { title: 'QUARANTINED', of: (each) => each.quarantined, align: 'right' },
        ],
        station.backends,
        columns,
      ),
    )
  }
  return 0
}

async function importStations(file: string, options: ImportOptions, context: Context): Promise<number> {
  const { terminal } = context
  let text: string
  try {
    text = file === '-' ? await terminal.readInput() : await readFile(resolve(terminal.cwd, file), 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw new CommandFailure(2, 'BB-CLI-005', `${file} cannot be read (${code})`, undefined, cause)
  }
  const query = { replace: options.replace, passwords: options.passwords ? undefined : 'none' }
  const answer = await connect(context, options).post<Imported>('stations/import', text, 'text/csv', query)
  if (options.json === true) {
    printJson(context, answer)
    return 0
  }
  const made = answer.items.filter((item) => item.password !== undefined)
  terminal.err(`${answer.created} created, ${answer.replaced} replaced\n`)
  if (made.length === 0) return 0
  terminal.err('passwords were made for these; they are told this once\n')
  terminal.out(
    renderTable<AccountWritten>(
      [
        { title: 'STATION', of: (item) => item.id },
        { title: 'PASSWORD', of: (item) => item.password },
      ],
      made,
      null,
    ),
  )
  return 0
}

function connectorsInShort(station: StationDocument): string {
  return (station.connectors ?? []).map((each) => each.status ?? '?').join(' ') || '-'
}

function backendsInShort(station: StationDocument): string {
  return (station.backends ?? []).map((each) => `${each.name} ${each.link}`).join(', ') || '-'
}
