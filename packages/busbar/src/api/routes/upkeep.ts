// Care of the installation: reading the configuration again, the store and its copies, and the catalogue of faults.

import { describeFault, faultCatalogue } from '@busbar/core/base/fault.ts'
import { z } from 'zod'
import { type App, problems, type RouteContext } from '../app.ts'
import { backupDocument, faultDocument, listOf, storeStatistics } from '../documents.ts'
import { Problem } from '../problem.ts'
import { actorOf } from '../roles.ts'

const reloadAnswer = z
  .object({
    changed: z.array(z.string()).describe('Sections that are in force anew.'),
    needsRestart: z.array(z.string()).describe('Sections that changed in the file and wait for a restart.'),
  })
  .meta({ id: 'Reloaded' })

const backupBody = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'is not a plain file name')
    .optional()
    .describe('File name in the folder of backups; default: made from the time.'),
})

export function upkeepRoutes(app: App, context: RouteContext): void {
  const { config, store } = context.ports

  app.route({
    method: 'POST',
    url: '/api/v1/config/reload',
    config: { access: 'operator' },
    schema: {
      tags: ['upkeep'],
      summary: 'Read the configuration file again; an invalid one changes nothing',
      response: { 200: reloadAnswer, ...problems(401, 403, 422, 503) },
    },
    handler: async (request) => {
      if (request.principal === null) throw new Error('a change without a principal')
      const outcome = await config.reload(actorOf(request.principal))
      if (outcome.outcome === 'invalid') throw new Problem('BB-API-019', { errors: outcome.problems })
      if (outcome.outcome === 'storeFailed') throw new Problem('BB-API-020', { detail: outcome.detail })
      return { changed: [...outcome.changed], needsRestart: [...outcome.needsRestart] }
    },
  })

  app.route({
    method: 'GET',
    url: '/api/v1/journal',
    config: { access: 'viewer' },
    schema: {
      tags: ['upkeep'],
      summary: 'What the journal holds',
      response: { 200: storeStatistics, ...problems(401) },
    },
    handler: async () => store.statistics(),
  })

  app.route({
    method: 'POST',
    url: '/api/v1/backup',
    // A copy holds tokens in clear, and room on the disk.
    config: { access: 'admin' },
    schema: {
      tags: ['upkeep'],
      summary: 'Write a verified copy of the store on the machine of the broker',
      body: backupBody.nullish(),
      response: { 201: backupDocument, ...problems(400, 401, 403, 415) },
    },
    handler: async (request, reply) => {
      if (request.principal === null) throw new Error('a change without a principal')
      return reply.code(201).send(await store.backup(request.body?.name ?? null, actorOf(request.principal)))
    },
  })

  app.route({
    method: 'GET',
    url: '/api/v1/faults',
    config: { access: 'open' },
    schema: {
      tags: ['upkeep'],
      summary: 'Every fault this version knows: what it means and what to do',
      response: { 200: listOf(faultDocument) },
    },
    handler: async () => ({
      items: Object.entries(faultCatalogue).map(([code, description]) => ({ code, ...description })),
      next: null,
    }),
  })

  app.route({
    method: 'GET',
    url: '/api/v1/faults/:code',
    config: { access: 'open' },
    schema: {
      tags: ['upkeep'],
      summary: 'One fault of the catalogue',
      params: z.strictObject({ code: z.string().min(1) }),
      response: { 200: faultDocument, ...problems(404) },
    },
    handler: async (request) => {
      const { code } = request.params
      const description = describeFault(code)
      if (description === null) throw new Problem('BB-API-025', { fault: code })
      return { code, ...description }
    },
  })
}
