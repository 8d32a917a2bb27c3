// The backends, and which stations go where.

import { z } from 'zod'
import { type App, problems, type RouteContext } from '../app.ts'
import { backendDocument, listOf, routesDocument } from '../documents.ts'
import { Problem } from '../problem.ts'
import { actorOf } from '../roles.ts'

const routesBody = z.strictObject({
  routes: z.array(z.record(z.string(), z.unknown())).max(10_000).describe('In the shape of the configuration.'),
  source: z.enum(['file', 'api']).optional().describe('Ignored, so that what GET gave can be sent back.'),
})

export function routingRoutes(app: App, context: RouteContext): void {
  const { backends, routes } = context.ports

  app.route({
    method: 'GET',
    url: '/api/v1/backends',
    config: { access: 'viewer' },
    schema: {
      tags: ['routing'],
      summary: 'The backends and how they do',
      response: { 200: listOf(backendDocument), ...problems(401) },
    },
    handler: async () => ({ items: [...backends.list()], next: null }),
  })

  app.route({
    method: 'GET',
    url: '/api/v1/routes',
    config: { access: 'viewer' },
    schema: {
      tags: ['routing'],
      summary: 'The routes in force; the first match wins',
      response: { 200: routesDocument, ...problems(401) },
    },
    handler: async () => routes.get(),
  })

  app.route({
    method: 'PUT',
    url: '/api/v1/routes',
    config: { access: 'operator' },
    schema: {
      tags: ['routing'],
      summary: 'Replace the routes; no station is dropped by it',
      body: routesBody,
      response: { 200: routesDocument, ...problems(400, 401, 403, 415, 422, 503) },
    },
    handler: async (request) => {
      if (request.principal === null) throw new Error('a change without a principal')
      const outcome = await routes.put(request.body.routes, actorOf(request.principal))
      if (outcome.outcome === 'invalid') throw new Problem('BB-API-018', { errors: outcome.problems })
      if (outcome.outcome === 'storeFailed') throw new Problem('BB-API-020', { detail: outcome.detail })
      return routes.get()
    },
  })
}
