// `busbar timeline`: what happened at one station, in order. With --follow it goes on as things happen, and takes the
// stream up again where it broke.

import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import type { ApiClient } from './api-client.ts'
import { pointInTime, wholeNumber, words } from './arguments.ts'
import { type ApiOptions, type Context, connect, withApiOptions, withExamples } from './context.ts'
import { CommandFailure } from './failure.ts'
import { visible } from './table.ts'

/** An entry as the API gives it, with the fields of its kind beside these. */
interface TimelineItem {
  readonly position: number
  readonly at: string
  readonly station: string | null
  readonly kind: string
  readonly text: string
  readonly raw?: unknown
}

interface TimelineOptions extends ApiOptions {
  readonly from?: string
  readonly to?: string
  readonly kind?: readonly string[]
  readonly follow?: true
  readonly raw?: true
  readonly limit: number
}

// A broker that restarts is back within two seconds.
const RESUME_AFTER_MS = 1000

/** Declares the command. */
export function declareTimeline(program: Command, context: Context): void {
  const command = withApiOptions(
    program
      .command('timeline')
      .description("one station's timeline: the latest entries, or those from a time on; JSON is one entry per line")
      .argument('<id>', 'identity of the station')
      .option('--from <time>', 'from this time on (RFC 3339, or 15m for that long ago)', pointInTime(context.now))
      .option('--to <time>', 'up to this time', pointInTime(context.now))
      .option('--kind <kinds>', 'only these kinds, separated by commas: frame, link, fault, …', words)
      .option('--follow', 'go on with what happens from now on')
      .option('--raw', 'show the text of messages')
      .option('--limit <n>', 'at most this many (before following)', wholeNumber(1, 1_000_000), 200),
  )
  withExamples(command, 'busbar timeline DEPOT-01 --from 15m', 'busbar timeline DEPOT-01 --follow --json').action(
    context.ending((id: string, options: TimelineOptions) => showTimeline(id, options, context)),
  )
}

async function showTimeline(id: string, options: TimelineOptions, context: Context): Promise<number> {
  if (options.follow === true && options.to !== undefined) {
    throw new CommandFailure(2, 'BB-CLI-003', '--follow has no end, and --to is one', 'leave one of the two out')
  }
  const client = connect(context, options)
  const print = (item: TimelineItem) => {
    context.terminal.out(options.json === true ? `${JSON.stringify(item)}\n` : formatItem(item, options.raw === true))
  }
  const path = `stations/${encodeURIComponent(id)}/timeline`
  const kind = options.kind?.join(',')
  const { from, to, limit } = options
  // Without a beginning the latest entries are wanted, and these are found from the end.
  const order = from === undefined ? 'desc' : 'asc'
  const items = await client.list<TimelineItem>(path, { from, to, kind, order }, limit)
  if (order === 'desc') items.reverse()
  items.forEach(print)
  if (options.follow !== true) {
    if (items.length === 0 && options.json !== true) context.terminal.err('no entries\n')
    return 0
  }
  await follow(client, id, kind, items.at(-1)?.position ?? null, print, context)
  return 0
}

async function follow(
  client: ApiClient,
  id: string,
  kind: string | undefined,
  last: number | null,
  print: (item: TimelineItem) => void,
  context: Context,
): Promise<void> {
  const interrupted = context.terminal.interrupted()
  let after = last
  let reached = false
  while (!interrupted.aborted) {
    try {
      for await (const event of client.events('events', { after, station: id, kind }, interrupted)) {
        reached = true
        const item = readItem(event.data)
        if (item === null) continue
        after = item.position
        if (item.station === id) print(item)
      }
    } catch (cause) {
      if (interrupted.aborted) return
      // What is refused once will be refused again; a connection that was there may come back.
      if (!reached || (cause instanceof CommandFailure && cause.code !== 'BB-CLI-001')) throw cause
    }
    if (interrupted.aborted) return
    context.terminal.err('the stream ended, resuming\n')
    await wait(RESUME_AFTER_MS, undefined, { signal: interrupted }).catch(() => undefined)
  }
}

function readItem(data: string): TimelineItem | null {
  try {
    const item: unknown = JSON.parse(data)
    return item !== null && typeof item === 'object' && 'position' in item ? (item as TimelineItem) : null
  } catch {
    // Events of another kind are not for us.
    return null
  }
}

/** An entry on a line: time, kind, sentence (which tells the latency of an answer); with the message below it when asked for. */
export function formatItem(item: TimelineItem, raw: boolean): string {
  const line = `${item.at}  ${item.kind.padEnd(8)}  ${visible(item.text)}\n`
  const text = item.raw
  return raw && typeof text === 'string' ? `${line}    ${visible(text)}\n` : line
}
