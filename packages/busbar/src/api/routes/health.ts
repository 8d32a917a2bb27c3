// What orchestrators and monitoring ask. Readiness is about this process only: a backend that is away is what Busbar is
// there for, and no reason to take it out of service (rule AP20).

import { z } from 'zod'
import { type App, problems, type RouteContext } from '../app.ts'
import { healthDocument } from '../documents.ts'

export function healthRoutes(app: App, context: RouteContext): void {
  const { health, metrics } = context.ports

  for (const url of ['/healthz', '/livez']) {
    app.route({
      method: 'GET',
      url,
      config: { access: 'open' },
      schema: { tags: ['health'], summary: 'The process lives', response: { 200: healthDocument } },
      handler: async () => ({ status: 'ok' as const, reasons: [] }),
    })
  }

  app.route({
    method: 'GET',
    url: '/readyz',
    config: { access: 'open' },
    schema: {
      tags: ['health'],
      summary: 'The store is writable, the listeners are open; never about a backend',
      response: { 200: healthDocument, 503: healthDocument },
    },
    handler: async (request, reply) => {
      const notReady = health.notReady()
      if (notReady.length === 0) return { status: 'ok' as const, reasons: [] }
      // Which part it is may be known to anyone; what exactly is wrong with it, to those who may look inside.
      const reasons = notReady.map(({ name, detail }) => (request.principal === null ? { name } : { name, detail }))
      return reply.code(503).send({ status: 'unavailable', reasons })
    },
  })

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'viewer' },
    schema: {
      tags: ['health'],
      summary: 'Metrics for Prometheus',
      produces: ['text/plain'],
      response: {
        200: { description: 'Text format of Prometheus.', content: { 'text/plain': { schema: z.string() } } },
        ...problems(401),
      },
    },
    handler: async (_request, reply) => {
      const text = await metrics.text()
      return reply.type(metrics.contentType).serializer(String).send(text)
    },
  })
}
