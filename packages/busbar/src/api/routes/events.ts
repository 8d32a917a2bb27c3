// The live timeline of all stations, or of one.

import { z } from 'zod'
import { type App, problems, type RouteContext, readingOf } from '../app.ts'
import type { EventStreams } from '../event-stream.ts'
import { Problem } from '../problem.ts'
import { kindParameter, writtenKinds } from './timeline.ts'

const position = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

const query = z.strictObject({
  after: position.optional().describe('Entries after this position, then what happens; default: only what happens.'),
  station: z.string().min(1).optional(),
  kind: kindParameter,
})

export function eventRoutes(app: App, context: RouteContext, streams: EventStreams): void {
  app.route({
    method: 'GET',
    url: '/api/v1/events',
    exposeHeadRoute: false,
    config: { access: 'viewer' },
    schema: {
      tags: ['timeline'],
      summary: 'Timeline entries as they are written (server-sent events)',
      description:
        'Each event is a timeline entry with its position as id. A reader that comes back with Last-Event-ID resumes there.',
      produces: ['text/event-stream'],
      querystring: query,
      response: {
        200: { description: 'A stream of entries.', content: { 'text/event-stream': { schema: z.string() } } },
        ...problems(400, 401, 503),
      },
    },
    handler: (request, reply) => {
      const { after, station, kind } = request.query
      const resumed = resumeAt(request.headers['last-event-id'])
      if (streams.full) throw new Problem('BB-API-022', {}, { 'retry-after': '10' })
      reply.hijack()
      reply.raw.writeHead(200, {
        ...headersOf(reply.getHeaders()),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // Proxies of this family keep back what looks like a slow answer.
        'x-accel-buffering': 'no',
      })
      streams.open(reply.raw, {
        after: resumed ?? after ?? null,
        station: station ?? null,
        kinds: writtenKinds(kind) ?? null,
        reading: readingOf(context, request.principal),
      })
    },
  })
}

/** The place a browser had reached: it comes back with the query it began with, so this goes first. */
function resumeAt(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null
  const read = position.safeParse(header)
  if (read.success && typeof header === 'string') return read.data
  throw new Problem('BB-API-001', { errors: [{ field: 'Last-Event-ID', message: 'is not a position' }] })
}

function headersOf(headers: Readonly<Record<string, number | string | string[] | undefined>>) {
  return Object.fromEntries(Object.entries(headers).filter((entry) => entry[1] !== undefined))
}
