// One station's timeline, and the decisions among it.

import type { EntryKind } from '@busbar/core/journal/entry.ts'
import { z } from 'zod'
import { type App, problems, type RouteContext, readingOf } from '../app.ts'
import { entryKinds, listOf, timelineItem } from '../documents.ts'
import { limitParameter, setParameter, timeParameter } from '../paging.ts'
import type { Reading } from '../ports.ts'
import { findStation, stationParameter } from './stations.ts'

const positionParameter = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional()

export const kindParameter = setParameter(z.enum(entryKinds)).describe(
  `Kinds of entries, separated by commas: ${entryKinds.join(', ')}.`,
)

const page = {
  from: timeParameter.describe('Entries at or after this time.'),
  to: timeParameter.describe('Entries at or before this time.'),
  after: positionParameter.describe('Entries after this position; before it when the order is desc.'),
  cursor: positionParameter.describe('The same as `after`: `next` of the page before.'),
  limit: limitParameter,
  order: z
    .enum(['asc', 'desc'])
    .default('asc')
    .describe('asc: oldest first, whatever else is asked. desc: newest first, for the latest entries of a station.'),
}

const timelineQuery = z.strictObject({ ...page, kind: kindParameter })
const decisionQuery = z.strictObject({ ...page, station: z.string().min(1) })

/** The kinds a reader asks for, of those that this version writes. */
export function writtenKinds(asked: ReadonlySet<string> | undefined): ReadonlySet<EntryKind> | undefined {
  if (asked === undefined) return undefined
  const written: readonly EntryKind[] = ['frame', 'link', 'delivery', 'decision', 'change', 'fault']
  return new Set(written.filter((kind) => asked.has(kind)))
}

export function timelineRoutes(app: App, context: RouteContext): void {
  const { ports, site } = context

  function read(
    station: string,
    query: Omit<z.output<typeof timelineQuery>, 'kind'>,
    kinds: ReadonlySet<EntryKind> | undefined,
    reading: Reading,
  ) {
    const { from, to, limit, order } = query
    const after = query.after ?? query.cursor
    // One more than asked for tells whether there is a next page.
    const placed = ports.timeline.timeline({ station, from, to, after, kinds, order, limit: limit + 1 })
    const items = placed.slice(0, limit).map((one) => ({ ...ports.timeline.render(one, reading) }))
    const last = items.at(-1)
    return { items, next: placed.length > limit && last !== undefined ? String(last.position) : null }
  }

  app.route({
    method: 'GET',
    url: '/api/v1/stations/:id/timeline',
    config: { access: 'viewer' },
    schema: {
      tags: ['timeline'],
      summary: 'What happened at a station',
      params: stationParameter,
      querystring: timelineQuery,
      response: { 200: listOf(timelineItem), ...problems(400, 401, 404) },
    },
    handler: async (request) => {
      const { id } = request.params
      const kinds = writtenKinds(request.query.kind)
      const answer = read(id, request.query, kinds, readingOf(context, request.principal))
      // A station that was refused at the door has entries and no twin.
      if (answer.items.length === 0) findStation(ports, site, id)
      return answer
    },
  })

  app.route({
    method: 'GET',
    url: '/api/v1/decisions',
    config: { access: 'viewer' },
    schema: {
      tags: ['timeline'],
      summary: 'What Busbar decided about a station, with reasons and inputs',
      querystring: decisionQuery,
      response: { 200: listOf(timelineItem), ...problems(400, 401) },
    },
    handler: async (request) =>
      read(request.query.station, request.query, new Set(['decision']), readingOf(context, request.principal)),
  })
}
