// Charging sessions, newest first.

import { z } from 'zod'
import { type App, problems, type RouteContext, readingOf } from '../app.ts'
import { listOf, type SessionDocument, sessionDocument } from '../documents.ts'
import { cursorParameter, flagParameter, limitParameter, readCursor, timeParameter, writeCursor } from '../paging.ts'
import type { Reading } from '../ports.ts'
import { Problem } from '../problem.ts'

const query = z.strictObject({
  station: z.string().min(1).optional(),
  from: timeParameter,
  to: timeParameter,
  open: flagParameter.describe('true: only those that go on. false: only those that ended.'),
  limit: limitParameter,
  cursor: cursorParameter,
})

/** The time of the last session given, and how many of that very time were given. */
const cursorShape = z.tuple([z.number(), z.number().int().min(1)])

function readBy(session: SessionDocument, reading: Reading): SessionDocument {
  if (reading.pseudonym === undefined || session.token === null) return session
  return { ...session, token: reading.pseudonym(session.token), redacted: true }
}

export function sessionRoutes(app: App, context: RouteContext): void {
  const { sessions } = context.ports

  app.route({
    method: 'GET',
    url: '/api/v1/sessions',
    config: { access: 'viewer' },
    schema: {
      tags: ['sessions'],
      summary: 'Charging sessions, newest first',
      querystring: query,
      response: { 200: listOf(sessionDocument), ...problems(400, 401) },
    },
    handler: async (request) => {
      const { station, from, to, open, limit, cursor } = request.query
      const [before, given] = cursor === undefined ? [Number.POSITIVE_INFINITY, 0] : readCursor(cursor, cursorShape)
      const upTo = Math.min(to ?? Number.POSITIVE_INFINITY, before)
      const found = sessions.find({
        station,
        from,
        to: upTo === Number.POSITIVE_INFINITY ? undefined : upTo,
        open,
        limit: limit + given + 1,
      })
      const rest = found.filter((one) => one.listedAt <= before).slice(given)
      const page = rest.slice(0, limit)
      const last = page.at(-1)
      const reading = readingOf(context, request.principal)
      const items = page.map((one) => readBy(one.session, reading))
      if (rest.length <= limit || last === undefined) return { items, next: null }
      const same = page.filter((one) => one.listedAt === last.listedAt).length
      const next = writeCursor([last.listedAt, last.listedAt === before ? given + same : same])
      return { items, next }
    },
  })

  app.route({
    method: 'GET',
    url: '/api/v1/sessions/:id',
    config: { access: 'viewer' },
    schema: {
      tags: ['sessions'],
      summary: 'One charging session',
      params: z.strictObject({ id: z.string().min(1) }),
      response: { 200: sessionDocument, ...problems(401, 404) },
    },
    handler: async (request) => {
      const session = sessions.get(request.params.id)
      if (session === null) throw new Problem('BB-API-021', { session: request.params.id })
      return readBy(session, readingOf(context, request.principal))
    },
  })
}
