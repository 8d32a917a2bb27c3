// Commands to a station, with the three ends a command can have: answered, refused by the station, or sent and never
// answered (trap T30). What was not sent is no outcome but a problem.

import type { AskOutcome } from '@busbar/core/station/effect.ts'
import { redactTokens } from '@busbar/core/timeline/redact-tokens.ts'
import { locateAll } from '@busbar/ocpp/splice-frame.ts'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { type App, problems, type RouteContext, readingOf } from '../app.ts'
import { refuseCommand } from '../command-check.ts'
import { commandBody, commandOutcome } from '../documents.ts'
import type { Reading } from '../ports.ts'
import { Problem } from '../problem.ts'
import { actorOf, askingCommands, mayAct, type Principal } from '../roles.ts'
import { findStation, stationParameter } from './stations.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The text of a command's body. */
    bodyText: string
  }
}

export function commandRoutes(app: App, context: RouteContext): void {
  app.decorateRequest('bodyText', '')
  // In a scope of its own: only here the text of a body is kept beside what was read from it.
  app.register(async (plain) => {
    const scope = plain.withTypeProvider<ZodTypeProvider>()
    const readJson = scope.getDefaultJsonParser('error', 'error')
    scope.removeContentTypeParser('application/json')
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
      request.bodyText = String(body)
      void readJson(request, request.bodyText, done)
    })
    commandRoute(scope, context)
  })
}

function commandRoute(app: App, context: RouteContext): void {
  const { ports, site } = context

  app.route({
    method: 'POST',
    url: '/api/v1/stations/:id/commands',
    config: { access: 'support' },
    schema: {
      tags: ['commands'],
      summary: 'Send a command to a station and wait for its answer',
      params: stationParameter,
      body: commandBody,
      response: { 200: commandOutcome, ...problems(400, 401, 403, 404, 409, 415, 422, 503) },
    },
    handler: async (request) => {
      const { id } = request.params
      const { action, payload, timeoutMs } = request.body
      const { principal } = request
      if (principal === null) throw new Error('a command without a principal')
      requireRole(principal, action)
      const station = findStation(ports, site, id)
      if (!station.connected || station.ocpp === null) throw new Problem('BB-API-012', { station: id })
      const refusal = await refuseCommand(station.ocpp, action, payload)
      if (refusal !== null) throw refusal
      const outcome = await ports.commands.ask(id, action, payloadText(request.bodyText), timeoutMs, actorOf(principal))
      if (outcome.outcome !== 'notSent') return shownTo(readingOf(context, principal), action, outcome)
      // Between the look at the twin and the command's turn the station may have gone.
      const away = ports.stations.get(id)?.connected !== true
      throw new Problem(away ? 'BB-API-012' : 'BB-API-013', { detail: outcome.reason, station: id })
    },
  })
}

type Sent = Exclude<AskOutcome, { outcome: 'notSent' }>

/** A station's answer may name people too: a configuration key can hold a token. */
function shownTo(reading: Reading, action: string, outcome: Sent): Sent & { redacted?: true } {
  if (reading.pseudonym === undefined || outcome.outcome === 'uncertain') return outcome
  const { raw, redacted } = redactTokens(JSON.stringify(outcome), action, null, reading.pseudonym)
  return redacted ? { ...(JSON.parse(raw) as Sent), redacted: true } : outcome
}

/** The payload as it was written, so that its numbers stay as they are; of repeated ones the last, as JSON is read. */
function payloadText(body: string): string {
  const span = locateAll(body, ['payload']).at(-1)
  return span === undefined ? '{}' : body.slice(span.start, span.end)
}

function requireRole(principal: Principal, action: string): void {
  if (askingCommands.has(action) || mayAct(principal.role, 'operator')) return
  throw new Problem('BB-API-003', {
    detail: `${action} may change something, so it needs the role operator; ${principal.name} has the role ${principal.role}.`,
    needed: 'operator',
  })
}
