// The HTTP interface put together: one listener that serves the API, the documentation and the console. Everything it
// tells or changes it reaches through the ports it is given (`ports.ts`).

import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import {
  hasZodFastifySchemaValidationErrors,
  validatorCompiler,
  type ZodFastifySchemaValidationError,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { ApiToken } from '../config/settings.ts'
import type { Clock } from '../system/clock.ts'
import type { Ids } from '../system/ids.ts'
import { guardRoutes } from './access.ts'
import type { App, RouteContext } from './app.ts'
import { prepareConsole } from './console-files.ts'
import { EventStreams } from './event-stream.ts'
import { isLoopbackHost } from './host-check.ts'
import { LoginSessions } from './login-sessions.ts'
import { describeRoutes, docsPage } from './openapi.ts'
import type { ApiPorts } from './ports.ts'
import { Problem, problemOfLibraryError, sendProblem } from './problem.ts'
import { createPseudonym } from './pseudonym.ts'
import type { Access } from './roles.ts'
import { accountRoutes } from './routes/accounts.ts'
import { commandRoutes } from './routes/commands.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { loginRoutes } from './routes/login.ts'
import { routingRoutes } from './routes/routing.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { stationRoutes } from './routes/stations.ts'
import { timelineRoutes } from './routes/timeline.ts'
import { upkeepRoutes } from './routes/upkeep.ts'
import { commonHeaders, DATA_POLICY, TRANSPORT_POLICY } from './security-headers.ts'
import { TokenBook } from './token-book.ts'

/** PEM texts; several for RSA beside ECDSA, in the same order. */
export interface TlsMaterial {
  readonly cert: readonly (string | Buffer)[]
  readonly key: readonly (string | Buffer)[]
}

export interface ApiOptions {
  /** http: or https: URL to listen on; port 0 takes a free one. */
  readonly url: string
  /** For https: what it presents. */
  readonly tls: TlsMaterial | null
  /** The tokens in force. A reload gives another list; the same list is taken as unchanged. */
  readonly tokens: () => readonly ApiToken[]
  /** Addresses of proxies whose X-Forwarded-* headers are believed. */
  readonly trustProxy: readonly string[]
  readonly site: string
  readonly version: string
  /** Key of this installation for pseudonyms, at least 32 bytes. */
  readonly installationKey: Uint8Array
  /** Folder of the built console; null when there is none. */
  readonly consoleFolder: string | null
  readonly clock: Clock
  readonly ids: Ids
  /** For the requests' log lines; null: none. */
  readonly log: FastifyBaseLogger | null
  /** Event streams at one time; default 200. */
  readonly maxEventStreams?: number
  readonly ports: ApiPorts
}

/** A route of the interface, for tests and documents. */
export interface RouteDescription {
  readonly method: string
  readonly url: string
  readonly access: Access
}

export interface Api {
  /** The application before it listens: for requests without a socket, in tests. */
  readonly app: App
  readonly routes: readonly RouteDescription[]
  /** The OpenAPI 3.1 document. */
  readonly openapi: () => object
  /** Open event streams. */
  readonly eventStreams: () => number
  /** Opens the listener. Gives its URL with the real port. */
  listen(): Promise<string>
  /** Presents other certificates to new connections; open ones stay. */
  replaceTls(material: TlsMaterial): void
  /** Ends event streams, takes nothing new, lets running requests end for up to 3 s. */
  close(): Promise<void>
}

/** Time for requests under way when the broker goes down; the whole drain has 10 s. */
const CLOSE_WITHIN_MS = 3000

/** Room for an identity of 255 characters, each percent-encoded as up to four bytes. */
const MAX_PARAMETER_LENGTH = 255 * 12

/**
 * Builds the interface. It does not listen yet.
 * @throws when it would be open to other machines without tokens: the configuration refuses that before
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const url = new URL(options.url)
  const loopback = isLoopbackHost(url.hostname)
  const tokens = new TokenBook(options.tokens)
  if (!loopback && !tokens.any) throw new Error('an interface that other machines can reach needs api.tokens')
  let port = portOf(url)
  const { server, app } = openApp(options)
  const routes: RouteDescription[] = []
  const context: RouteContext = {
    ports: options.ports,
    site: options.site,
    version: options.version,
    clock: options.clock,
    tokens,
    logins: new LoginSessions(tokens, options.clock),
    pseudonym: createPseudonym(options.installationKey),
    cookieName: () => `busbar_${port}`,
  }
  const streams = new EventStreams({
    timeline: options.ports.timeline,
    clock: options.clock,
    maxStreams: options.maxEventStreams ?? 200,
  })

  app.setValidatorCompiler(validatorCompiler)
  takeEmptyJson(app)
  // Schemas of answers describe; what an answer is made of is checked by types and tests, not once more per request.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(commonHeaders).header('content-security-policy', DATA_POLICY).header('cache-control', 'no-store')
    if (request.protocol === 'https') reply.header('strict-transport-security', TRANSPORT_POLICY)
  })
  guardRoutes(app, {
    tokens,
    logins: context.logins,
    clock: options.clock,
    loopback,
    port: () => port,
    cookieName: context.cookieName,
  })
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      routes.push({ method, url: route.url, access: route.config?.access ?? 'admin' })
    }
  })
  await describeRoutes(app, options.version)
  const serveConsole = await prepareConsole(app, options.consoleFolder)
  answerProblems(app, routes, serveConsole)

  healthRoutes(app, context)
  stationRoutes(app, context)
  accountRoutes(app, context)
  timelineRoutes(app, context)
  eventRoutes(app, context, streams)
  commandRoutes(app, context)
  sessionRoutes(app, context)
  routingRoutes(app, context)
  upkeepRoutes(app, context)
  loginRoutes(app, context)
  documentRoutes(app)
  await app.ready()

  return {
    app,
    routes,
    openapi: () => app.swagger(),
    eventStreams: () => streams.size,
    async listen() {
      const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
      await app.listen({ host, port })
      port = (server.address() as AddressInfo).port
      return `${url.protocol}//${url.hostname}:${port}`
    },
    replaceTls(material) {
      if ('setSecureContext' in server) server.setSecureContext(copyOf(material))
    },
    async close() {
      streams.closeAll()
      const stop = options.clock.after(CLOSE_WITHIN_MS, () => server.closeAllConnections())
      await app.close()
      stop()
    },
  }
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

function copyOf(material: TlsMaterial): { cert: (string | Buffer)[]; key: (string | Buffer)[]; minVersion: 'TLSv1.2' } {
  return { cert: [...material.cert], key: [...material.key], minVersion: 'TLSv1.2' }
}

function openApp(options: ApiOptions) {
  const { tls, log } = options
  const open = (handler: RequestListener) =>
    tls === null ? createHttpServer(handler) : createHttpsServer(copyOf(tls), handler)
  let server: ReturnType<typeof createHttpServer> | HttpsServer | null = null
  const app: App = fastify({
    serverFactory: (handler) => {
      server = open(handler)
      // A request has to be complete after half a minute; an import of 16 MiB is, at 5 Mbit/s.
      server.requestTimeout = 30_000
      server.headersTimeout = 15_000
      server.keepAliveTimeout = 65_000
      server.maxConnections = 2000
      return server
    },
    ...(log === null ? { logger: false } : { loggerInstance: log }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => options.ids.ordered(),
    trustProxy: options.trustProxy.length === 0 ? false : [...options.trustProxy],
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    forceCloseConnections: 'idle',
    // A path that cannot be decoded reaches no route and no hook.
    frameworkErrors: (error, request, reply) => {
      reply.headers(commonHeaders).header('content-security-policy', DATA_POLICY)
      sendProblem(request, reply, problemOfLibraryError(error) ?? new Problem('BB-API-004'))
    },
  }).withTypeProvider<ZodTypeProvider>()
  if (server === null) throw new Error('the HTTP library made no server')
  return { app, server: server as ReturnType<typeof open> }
}

/** Many clients name a type also where they send no body. */
function takeEmptyJson(app: App): void {
  const readJson = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body)
    if (text === '') done(null, undefined)
    else void readJson(request, text, done)
  })
}

/** What is answered where no route does: a page of the console, or a problem document. */
function answerProblems(
  app: App,
  routes: readonly RouteDescription[],
  serveConsole: Awaited<ReturnType<typeof prepareConsole>>,
): void {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Problem) return sendProblem(request, reply, error)
    if (hasZodFastifySchemaValidationErrors(error)) {
      const place = error.validationContext === 'body' ? '' : `${error.validationContext ?? 'request'}`
      return sendProblem(
        request,
        reply,
        new Problem('BB-API-001', { errors: error.validation.map((one) => fieldOf(place, one)) }),
      )
    }
    const problem = problemOfLibraryError(error as { code?: string; statusCode?: number; message: string })
    if (problem !== null) return sendProblem(request, reply, problem)
    request.log.error({ err: error, requestId: request.id }, 'a request failed')
    return sendProblem(request, reply, new Problem('BB-API-024', { detail: 'The log has a line with this requestId.' }))
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const allowed = allowedMethods(routes, path)
    if (allowed.length > 0) {
      return sendProblem(request, reply, new Problem('BB-API-005', {}, { allow: allowed.join(', ') }))
    }
    if (serveConsole(request, reply)) return reply
    return sendProblem(request, reply, new Problem('BB-API-004'))
  })
}

function fieldOf(place: string, error: ZodFastifySchemaValidationError): { field: string; message: string } {
  const keys = (error.params as { keys?: readonly string[] } | undefined)?.keys
  const path = error.instancePath === '/' ? '' : error.instancePath
  const unknown = keys?.[0]
  const full = unknown === undefined ? path : `${path}/${unknown}`
  // Parameters are flat, and people know them by name; a place in a body is a pointer.
  const field = place === '' ? full : full.slice(1)
  return { field: field === '' ? 'body' : field, message: error.message ?? 'is not as it should be' }
}

/** Methods that a path takes, by the routes' patterns. */
function allowedMethods(routes: readonly RouteDescription[], path: string): string[] {
  const parts = path.split('/')
  const fits = (url: string) => {
    const pattern = url.split('/')
    return (
      pattern.length === parts.length &&
      pattern.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
    )
  }
  return [...new Set(routes.filter((route) => fits(route.url)).map((route) => route.method))].sort()
}

function documentRoutes(app: App): void {
  app.route({
    method: 'GET',
    url: '/api/v1/openapi.json',
    config: { access: 'open' },
    schema: { hide: true },
    handler: async (_request, reply) => reply.type('application/json; charset=utf-8').send(app.swagger()),
  })
  app.route({
    method: 'GET',
    url: '/docs',
    config: { access: 'open' },
    schema: { hide: true },
    handler: async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .serializer(String)
        .send(docsPage(app.swagger() as Parameters<typeof docsPage>[0])),
  })
}
