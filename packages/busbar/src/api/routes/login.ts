// How the console gets in: it exchanges a token for a cookie that scripts in the page cannot read, and a value that every
// change by that cookie has to carry.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { cookieOf, tooMany } from '../access.ts'
import { type App, problems, type RouteContext } from '../app.ts'
import { AttemptLimit } from '../attempt-limit.ts'
import { meDocument } from '../documents.ts'
import { LOGIN_LASTS_MS } from '../login-sessions.ts'
import { Problem } from '../problem.ts'
import type { Principal } from '../roles.ts'

/** People mistype; machines guess. */
const LOGINS_PER_MINUTE = 10

export function loginRoutes(app: App, context: RouteContext): void {
  const { tokens, logins, site, version } = context
  const attempts = new AttemptLimit(LOGINS_PER_MINUTE, context.clock)

  const tell = ({ name, role, via, csrf }: Principal) => ({ name, role, authentication: via, csrf, site, version })

  app.route({
    method: 'POST',
    url: '/api/v1/login',
    config: { access: 'open' },
    schema: {
      tags: ['access'],
      summary: 'Exchange a token for a cookie',
      body: z.strictObject({ token: z.string().min(1).max(4096) }),
      response: { 200: meDocument, ...problems(400, 401, 415, 429) },
    },
    handler: async (request, reply) => {
      // Where no token is needed there is nothing to exchange.
      if (request.principal?.via === 'none') return tell(request.principal)
      const wait = attempts.waitSeconds(request.ip)
      if (wait > 0) throw tooMany(wait)
      attempts.count(request.ip)
      const token = tokens.find(request.body.token)
      if (token === null) {
        request.log.warn({ remote: request.ip }, 'a login failed')
        throw new Problem('BB-API-002', { detail: 'The token is not known.' })
      }
      const { cookie, csrf } = logins.open(token)
      setCookie(request, reply, cookie, LOGIN_LASTS_MS / 1000)
      return tell({ name: token.name, role: token.role, via: 'cookie', csrf })
    },
  })

  app.route({
    method: 'POST',
    url: '/api/v1/logout',
    config: { access: 'viewer' },
    schema: {
      tags: ['access'],
      summary: 'End the login of this cookie',
      response: { 204: z.null(), ...problems(401, 403) },
    },
    handler: async (request, reply) => {
      const cookie = cookieOf(request, context.cookieName())
      if (cookie !== null) logins.close(cookie)
      setCookie(request, reply, '', 0)
      return reply.code(204).send(null)
    },
  })

  app.route({
    method: 'GET',
    url: '/api/v1/me',
    config: { access: 'viewer' },
    schema: {
      tags: ['access'],
      summary: 'Who this request is made by',
      response: { 200: meDocument, ...problems(401) },
    },
    handler: async (request) => {
      if (request.principal === null) throw new Error('a guarded route without a principal')
      return tell(request.principal)
    },
  })

  function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, seconds: number): void {
    const secure = request.protocol === 'https' ? '; Secure' : ''
    reply.header(
      'set-cookie',
      `${context.cookieName()}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`,
    )
  }
}
