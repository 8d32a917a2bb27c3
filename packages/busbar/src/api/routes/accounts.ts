// Who may come in. Passwords go in and never come out again; one that Busbar made is told once, in the answer to the
// request that made it (rule AP19).

import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type ListedAccount, readAccountList } from '../account-list.ts'
import { type App, problems, type RouteContext } from '../app.ts'
import { type AccountWritten, accountBody, accountWritten, newAccountBody } from '../documents.ts'
import { makePassword } from '../made-password.ts'
import type { AccountDraft, AccountsOutcome } from '../ports.ts'
import { Problem } from '../problem.ts'
import { actorOf, type Principal } from '../roles.ts'
import { stationParameter, unknownStation } from './stations.ts'

/** A list of a hundred thousand stations is about 8 MB. */
const MAX_IMPORT_BYTES = 16 * 1024 * 1024

const importAnswer = z
  .object({ created: z.number().int(), replaced: z.number().int(), items: z.array(accountWritten) })
  .meta({ id: 'Imported' })

const importQuery = z.strictObject({
  existing: z
    .enum(['replace', 'refuse'])
    .default('replace')
    .describe('What a line means whose station has an account: replace it, or it is a mistake.'),
  passwords: z
    .enum(['make', 'none'])
    .default('make')
    .describe('What an empty password means for a new account: make one and tell it in the answer, or none is needed.'),
})

type AccountFields = z.output<typeof accountBody>

export function accountRoutes(app: App, context: RouteContext): void {
  const { accounts } = context.ports

  app.route({
    method: 'POST',
    url: '/api/v1/stations',
    config: { access: 'operator' },
    schema: {
      tags: ['accounts'],
      summary: 'Create the account of a station',
      body: newAccountBody,
      response: { 201: accountWritten, ...problems(400, 401, 403, 409, 415, 422, 503) },
    },
    handler: async (request, reply) => {
      const { id, ...fields } = request.body
      if (accounts.get(id) !== null) throw new Problem('BB-API-016', { station: id })
      const written = await write(id, fields, request.principal)
      return reply
        .code(201)
        .header('location', `/api/v1/stations/${encodeURIComponent(id)}`)
        .send(written)
    },
  })

  app.route({
    method: 'PUT',
    url: '/api/v1/stations/:id',
    config: { access: 'operator' },
    schema: {
      tags: ['accounts'],
      summary: 'Create or replace the account of a station',
      params: stationParameter,
      body: accountBody,
      response: { 200: accountWritten, 201: accountWritten, ...problems(400, 401, 403, 415, 422, 503) },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      const isNew = accounts.get(id) === null
      const written = await write(id, request.body, request.principal)
      return reply.code(isNew ? 201 : 200).send(written)
    },
  })

  app.route({
    method: 'DELETE',
    url: '/api/v1/stations/:id',
    config: { access: 'operator' },
    schema: {
      tags: ['accounts'],
      summary: 'Remove the account of a station; what it did stays on record',
      params: stationParameter,
      response: { 204: z.null(), ...problems(401, 403, 404, 503) },
    },
    handler: async (request, reply) => {
      const { id } = request.params
      if (accounts.get(id) === null) throw unknownStation(id)
      const outcome = await accounts.remove(id, actor(request.principal))
      if (outcome.outcome === 'storeFailed') throw new Problem('BB-API-020', { detail: outcome.detail })
      if (outcome.outcome === 'invalid') throw new Problem('BB-API-023', { errors: outcome.problems })
      if (!outcome.removed) throw unknownStation(id)
      return reply.code(204).send(null)
    },
  })

  // In a scope of its own: nowhere else is a table taken.
  app.register(async (plain) => {
    const scope = plain.withTypeProvider<ZodTypeProvider>()
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('text/csv', { parseAs: 'string', bodyLimit: MAX_IMPORT_BYTES }, (_request, body, done) =>
      done(null, body),
    )
    scope.route({
      method: 'POST',
      url: '/api/v1/stations/import',
      bodyLimit: MAX_IMPORT_BYTES,
      config: { access: 'operator' },
      schema: {
        tags: ['accounts'],
        summary: 'Import accounts from a table, all or none',
        description:
          'The first line names the columns: id, and any of password, tags (separated by spaces), serial, assumeProtocol.',
        consumes: ['text/csv'],
        querystring: importQuery,
        body: z.string().meta({ examples: ['id,password,tags\nDEPOT-01,,yard\n'] }),
        response: { 200: importAnswer, ...problems(400, 401, 403, 413, 415, 422, 503) },
      },
      handler: async (request) => importList(request.body, request.query, request.principal),
    })
  })

  async function write(id: string, fields: AccountFields, principal: Principal | null): Promise<AccountWritten> {
    const made = fields.password === undefined && accounts.get(id) === null ? makePassword() : null
    const draft: AccountDraft = {
      id,
      password: made ?? fields.password,
      tags: fields.tags,
      serial: fields.serial ?? id,
      assumeProtocol: fields.assumeProtocol,
    }
    settle(await accounts.put([draft], actor(principal)), (problem) => problem)
    return writtenAccount(id, made)
  }

  async function importList(text: string, options: z.output<typeof importQuery>, principal: Principal | null) {
    const list = readAccountList(text)
    if (!list.ok) throw new Problem('BB-API-017', { errors: list.problems })
    if (options.existing === 'refuse') refuseExisting(list.accounts)
    const made = new Map<string, string>()
    let replaced = 0
    const drafts = list.accounts.map((account): AccountDraft => {
      const { id, password, tags, serial, assumeProtocol } = account
      const present = accounts.get(id) !== null
      if (present) replaced++
      else if (password === null && options.passwords === 'make') made.set(id, makePassword())
      const whenEmpty = present ? undefined : (made.get(id) ?? null)
      return { id, password: password ?? whenEmpty, tags, serial: serial ?? id, assumeProtocol }
    })
    settle(await accounts.put(drafts, actor(principal)), ({ index, ...problem }) => ({
      ...problem,
      line: list.accounts[index]?.line ?? 1,
    }))
    const items = drafts.map(({ id }) => writtenAccount(id, made.get(id) ?? null))
    return { created: drafts.length - replaced, replaced, items }
  }

  function refuseExisting(listed: readonly ListedAccount[]): void {
    const errors = listed
      .filter(({ id }) => accounts.get(id) !== null)
      .map(({ line }) => ({ line, field: 'id', message: 'has an account already' }))
    if (errors.length > 0) throw new Problem('BB-API-017', { errors: errors.slice(0, 100) })
  }

  function writtenAccount(id: string, made: string | null): AccountWritten {
    const account = accounts.get(id)
    if (account === null) throw new Error(`the account ${id} was written and cannot be found`)
    return made === null ? account : { ...account, password: made }
  }
}

type DraftProblems = Extract<AccountsOutcome, { outcome: 'invalid' }>['problems']

/** Turns a refused change into its problem; a list's problems name lines, a single account's name fields. */
function settle(
  outcome: AccountsOutcome,
  placed: (problem: DraftProblems[number]) => { field: string; message: string; line?: number },
): void {
  if (outcome.outcome === 'done') return
  if (outcome.outcome === 'storeFailed') throw new Problem('BB-API-020', { detail: outcome.detail })
  const errors = outcome.problems.slice(0, 100).map(placed)
  throw new Problem(errors[0]?.line === undefined ? 'BB-API-023' : 'BB-API-017', { errors })
}

function actor(principal: Principal | null): string {
  if (principal === null) throw new Error('a change without a principal')
  return actorOf(principal)
}
