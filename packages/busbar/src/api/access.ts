// The door: before a route runs, it is settled who asks and whether they may. On a loopback listener without tokens
// everyone on this machine is admin, and Host and Origin are looked at instead; otherwise it is a Bearer token or the
// cookie of a login (rules AP6 to AP11).

import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Clock } from '../system/clock.ts'
import type { App } from './app.ts'
import { AttemptLimit } from './attempt-limit.ts'
import { refuseForeignHost } from './host-check.ts'
import type { LoginSessions } from './login-sessions.ts'
import { Problem } from './problem.ts'
import { mayAct, type Principal } from './roles.ts'
import type { TokenBook } from './token-book.ts'

/** Tokens are long and random, so this is about noise in the log, not about guessing. */
const FAILURES_PER_MINUTE = 20

export interface DoorOptions {
  readonly tokens: TokenBook
  readonly logins: LoginSessions
  readonly clock: Clock
  /** Whether the listener can be reached from this machine only. */
  readonly loopback: boolean
  readonly port: () => number
  readonly cookieName: () => string
}

/** Everyone on this machine, where no token is configured. */
const local: Principal = { name: 'local', role: 'admin', via: 'none', csrf: null }

/** Puts the door in front of every route of the application. */
export function guardRoutes(app: App, options: DoorOptions): void {
  const failures = new AttemptLimit(FAILURES_PER_MINUTE, options.clock)

  app.decorateRequest('principal', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) throw new Error(`the route ${route.url} does not say whom it is for`)
  })
  app.addHook('onRequest', async (request) => {
    const needed = request.routeOptions.config.access ?? 'open'
    request.principal = needed === 'open' ? identifyIfPossible(request) : identify(request)
    if (needed === 'open') return
    if (request.principal === null) throw unauthorised('The request carries no token.')
    if (!mayAct(request.principal.role, needed)) {
      throw new Problem('BB-API-003', {
        detail: `This needs the role ${needed}; ${request.principal.name} has the role ${request.principal.role}.`,
        needed,
      })
    }
    requireCsrf(request, request.principal)
  })

  /** Open routes answer anyone; who is known sees more. */
  function identifyIfPossible(request: FastifyRequest): Principal | null {
    try {
      return identify(request)
    } catch (error) {
      if (error instanceof Problem && (error.code === 'BB-API-002' || error.code === 'BB-API-008')) return null
      throw error
    }
  }

  function identify(request: FastifyRequest): Principal | null {
    if (!options.tokens.any) {
      if (!options.loopback) return null
      requireOwnHost(request)
      return local
    }
    const header = request.headers.authorization
    if (header !== undefined) return byHeader(request, header)
    const cookie = cookieOf(request, options.cookieName())
    return cookie === null ? null : options.logins.find(cookie)
  }

  function requireOwnHost(request: FastifyRequest): void {
    const refusal = refuseForeignHost({
      host: request.headers.host,
      origin: request.headers.origin,
      port: options.port(),
      scheme: 'encrypted' in request.raw.socket ? 'https' : 'http',
    })
    if (refusal !== null) throw new Problem('BB-API-009', { detail: refusal })
  }

  function byHeader(request: FastifyRequest, header: string): Principal {
    const wait = failures.waitSeconds(request.ip)
    if (wait > 0) throw tooMany(wait)
    const presented = /^Bearer +(\S+) *$/i.exec(header)?.[1]
    const token = presented === undefined ? null : options.tokens.find(presented)
    if (token === null) {
      failures.count(request.ip)
      request.log.warn({ remote: request.ip }, 'a request came with a token that is not known')
      throw unauthorised(
        presented === undefined ? 'The Authorization header is not a Bearer token.' : 'The token is not known.',
      )
    }
    return { name: token.name, role: token.role, via: 'token', csrf: null }
  }
}

function requireCsrf(request: FastifyRequest, principal: Principal): void {
  if (principal.csrf === null || request.method === 'GET' || request.method === 'HEAD') return
  const header = request.headers['x-csrf-token']
  const presented = Buffer.from(typeof header === 'string' ? header : '')
  const expected = Buffer.from(principal.csrf)
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) throw new Problem('BB-API-010')
}

/** The value of a cookie of a request; null when it has none of that name. */
export function cookieOf(request: FastifyRequest, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name && value !== undefined && value !== '') return value
  }
  return null
}

function unauthorised(detail: string): Problem {
  return new Problem('BB-API-002', { detail }, { 'www-authenticate': 'Bearer realm="busbar"' })
}

/** The answer to one attempt too many. */
export function tooMany(seconds: number): Problem {
  return new Problem('BB-API-008', { detail: `Try again in ${seconds} s.` }, { 'retry-after': String(seconds) })
}
