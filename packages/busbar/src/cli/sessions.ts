// `busbar sessions`: charging sessions of a running broker, newest first.

import type { Command } from 'commander'
import type { SessionDocument } from '../api/documents.ts'
import { pointInTime, wholeNumber } from './arguments.ts'
import { type ApiOptions, type Context, connect, printJson, withApiOptions, withExamples } from './context.ts'
import { renderTable } from './table.ts'

interface SessionsOptions extends ApiOptions {
  readonly station?: string
  readonly from?: string
  readonly to?: string
  readonly open?: true
  readonly limit: number
}

/** Declares the command. */
export function declareSessions(program: Command, context: Context): void {
  const command = withApiOptions(
    program
      .command('sessions')
      .description('charging sessions of a running broker, newest first')
      .option('--station <id>', 'only of this station')
      .option('--from <time>', 'from this time on (RFC 3339, or 2h for that long ago)', pointInTime(context.now))
      .option('--to <time>', 'up to this time', pointInTime(context.now))
      .option('--open', 'only sessions that go on')
      .option('--limit <n>', 'at most this many', wholeNumber(1, 100_000), 50),
  )
  withExamples(command, 'busbar sessions --station DEPOT-01 --from 7d', 'busbar sessions --open --json').action(
    context.ending((options: SessionsOptions) => showSessions(options, context)),
  )
}

async function showSessions(options: SessionsOptions, context: Context): Promise<number> {
  const { station, from, to, open, limit } = options
  const sessions = await connect(context, options).list<SessionDocument>('sessions', { station, from, to, open }, limit)
  if (options.json === true) {
    printJson(context, sessions)
    return 0
  }
  const { terminal } = context
  if (sessions.length === 0) {
    terminal.err('no sessions\n')
    return 0
  }
  terminal.out(
    renderTable<SessionDocument>(
      [
        { title: 'STARTED', of: (session) => session.startedAt },
        { title: 'STOPPED', of: (session) => session.stoppedAt ?? 'going on' },
        { title: 'STATION', of: (session) => session.station },
        { title: 'EVSE', of: (session) => session.evse ?? session.connector, align: 'right' },
        { title: 'TOKEN', of: (session) => session.token },
        { title: 'WH', of: (session) => session.energyWh, align: 'right' },
        { title: 'REASON', of: (session) => session.reason },
        { title: 'SESSION', of: (session) => session.id },
      ],
      sessions,
      terminal.columns,
    ),
  )
  return 0
}
