// The HTTP application as the routes see it: fastify with zod schemas, a principal on every request, and on every route
// the lowest role it is for.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerBase } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../system/clock.ts'
import { problemDocument } from './documents.ts'
import type { LoginSessions } from './login-sessions.ts'
import type { ApiPorts, Reading } from './ports.ts'
import { type Access, mayAct, type Principal } from './roles.ts'
import type { TokenBook } from './token-book.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The lowest role the route is for. */
    access?: Access
  }
  interface FastifyRequest {
    /** Who asks; null on open routes when nobody said so. */
    principal: Principal | null
  }
}

export type App = FastifyInstance<RawServerBase, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

/** What routes are built of. */
export interface RouteContext {
  readonly ports: ApiPorts
  readonly site: string
  readonly version: string
  readonly clock: Clock
  readonly tokens: TokenBook
  readonly logins: LoginSessions
  readonly pseudonym: (token: string) => string
  /** Name of the login cookie; it carries the port, because browsers share cookies between the ports of a host. */
  readonly cookieName: () => string
}

/** How the caller may see tokens: in clear from operator upwards, as pseudonyms below (rule AP13). */
export function readingOf(context: RouteContext, principal: Principal | null): Reading {
  return { pseudonym: principal !== null && mayAct(principal.role, 'operator') ? undefined : context.pseudonym }
}

const problemMedia = { 'application/problem+json': { schema: problemDocument } }

const meanings: Readonly<Record<number, string>> = {
  400: 'A parameter or the body is not as it should be; `errors` names the fields.',
  401: 'No valid token.',
  403: 'The role does not allow it.',
  404: 'Not known.',
  409: 'Not possible as things stand.',
  413: 'The body is too large.',
  415: 'The body is of another type.',
  422: 'Understood, but not valid; nothing was changed.',
  429: 'Too many attempts; Retry-After says how long to wait.',
  503: 'Not possible at this moment.',
}

/** Problem answers of a route for the OpenAPI document. */
export function problems(...statuses: readonly number[]) {
  return Object.fromEntries(
    statuses.map((status) => [status, { description: meanings[status] ?? 'A problem.', content: problemMedia }]),
  )
}
