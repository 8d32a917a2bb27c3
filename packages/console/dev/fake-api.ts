// A server with the public API of the console's needs over a made-up site, and the built console in front of it, under the
// same policy of content that the broker sends. For developing (`node dev/fake-api.ts`, then the address it prints) and
// for the browser test.

import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import type { TimelineEntry } from '../src/api/timeline.ts'
import { type FakeWorld, makeWorld } from './fake-world.ts'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface FakeApiOptions {
  readonly port: number
  readonly stations: number
  /** Asks for this token; undefined: none needed. */
  readonly token?: string
  /** Things happen by themselves. */
  readonly isLively?: boolean
}

export interface FakeApi {
  readonly url: string
  readonly world: FakeWorld
  /** Answers nothing any more and drops streams, as a broker that is down behind a proxy; false: answers again. */
  setDown(isDown: boolean): void
  /** Ends all logins. */
  forgetLogins(): void
  close(): Promise<void>
}

/** Starts it on loopback. */
export async function startFakeApi(options: FakeApiOptions): Promise<FakeApi> {
  const world = makeWorld(options.stations)
  const streams = new Set<ServerResponse>()
  const cookies = new Set<string>()
  let isDown = false
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (isDown && url.pathname.startsWith('/api')) {
      request.socket.destroy()
      return
    }
    void answer(request, response, url).catch((error: unknown) => response.destroy(error as Error))
  })

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (!url.pathname.startsWith('/api/v1/')) return serveConsole(response, url.pathname)
    const path = url.pathname.slice('/api/v1'.length)
    const cookie = /busbar=(\w+)/.exec(request.headers.cookie ?? '')?.[1]
    const isIn = options.token === undefined || (cookie !== undefined && cookies.has(cookie))
    const me = () => ({
      name: isIn && options.token === undefined ? 'local' : 'ops',
      role: options.token === undefined ? 'admin' : 'operator',
      authentication: options.token === undefined ? 'none' : 'cookie',
      csrf: options.token === undefined ? null : 'csrf-1',
      site: 'depot-north',
      version: '0.1.0',
    })
    if (path === '/login') {
      const { token } = JSON.parse(await bodyOf(request)) as { token: string }
      if (token !== options.token)
        return problem(response, 401, 'BB-API-002', 'No valid token', 'The token is not known.')
      const fresh = `c${cookies.size + 1}`
      cookies.add(fresh)
      response.setHeader('set-cookie', `busbar=${fresh}; Path=/; HttpOnly; SameSite=Strict`)
      return json(response, me())
    }
    if (!isIn) return problem(response, 401, 'BB-API-002', 'No valid token', 'The request carries no token.')
    if (path === '/logout') {
      if (request.headers['x-csrf-token'] !== 'csrf-1')
        return problem(response, 403, 'BB-API-010', 'No CSRF header', 'A change by cookie needs the header.')
      cookies.clear()
      response.writeHead(204).end()
      return
    }
    if (path === '/me') return json(response, me())
    if (path === '/stations') return json(response, { items: [...world.stations.values()], next: null })
    if (path === '/backends') return json(response, { items: world.backends, next: null })
    if (path === '/sessions') {
      const of = url.searchParams.get('station')
      return json(response, { items: world.sessions.filter((session) => session.station === of), next: null })
    }
    if (path === '/events') return stream(response, url.searchParams)
    const match = /^\/stations\/([^/]+)(\/timeline)?$/.exec(path)
    const station = match === null ? undefined : world.stations.get(decodeURIComponent(match[1] ?? ''))
    if (match === null || station === undefined)
      return problem(response, 404, 'BB-API-011', 'Not known', `Nothing is known of ${path}.`)
    return json(
      response,
      match[2] === undefined ? { ...station, account: null } : timeline(station.id, url.searchParams),
    )
  }

  function timeline(station: string, query: URLSearchParams) {
    const limit = Number(query.get('limit') ?? 200)
    const isDescending = query.get('order') === 'desc'
    const after = query.has('after') ? Number(query.get('after')) : null
    const kinds = query.get('kind')?.split(',')
    const all = world.entries.filter((entry) => entry.station === station && (kinds?.includes(entry.kind) ?? true))
    if (isDescending) all.reverse()
    const rest =
      after === null ? all : all.filter(({ position }) => (isDescending ? position < after : position > after))
    const items = rest.slice(0, limit)
    return { items, next: rest.length > limit ? String(items.at(-1)?.position) : null }
  }

  function stream(response: ServerResponse, query: URLSearchParams): void {
    const station = query.get('station')
    const send = (entry: TimelineEntry) => {
      if (station === null || entry.station === station)
        response.write(`id: ${entry.position}\ndata: ${JSON.stringify(entry)}\n\n`)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    response.write('retry: 2000\n\n')
    if (query.has('after')) {
      const after = Number(query.get('after'))
      for (const entry of world.entries) if (entry.position > after) send(entry)
    }
    streams.add(response)
    const stop = world.follow(send)
    const heartbeat = setInterval(() => response.write(': live\n\n'), 5000)
    response.on('close', () => {
      stop()
      streams.delete(response)
      clearInterval(heartbeat)
    })
  }

  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve))
  const life = options.isLively === true ? setInterval(() => live(world), 700) : null
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    setDown(value) {
      isDown = value
      if (isDown) for (const response of streams) response.destroy()
    },
    forgetLogins() {
      cookies.clear()
      for (const response of streams) response.destroy()
    },
    close() {
      if (life !== null) clearInterval(life)
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** A little of everything, station by station. */
function live(world: FakeWorld): void {
  const busy = [...world.stations.values()].filter((station) => station.connected).slice(0, 10)
  const station = busy[world.entries.length % busy.length]
  if (station === undefined) return
  const watts = 7000 + (world.entries.length % 40) * 25
  world.change(station.id, {
    connectors: station.connectors.map((each) => (each.status === 'Charging' ? { ...each, powerW: watts } : each)),
  })
  world.exchange({
    station: station.id,
    action: 'MeterValues',
    payload: { connectorId: 1, meterValue: [{ sampledValue: [{ value: String(watts), unit: 'W' }] }] },
    answer: {},
    text: ` on connector 1: ${watts} W`,
  })
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}

function problem(response: ServerResponse, status: number, code: string, title: string, detail: string): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: `/api/v1/faults/${code}`, title, status, code, detail, instance: '' }))
}

function serveConsole(response: ServerResponse, path: string): void {
  const dist = join(import.meta.dirname, '..', 'dist')
  const isFile = /\.[A-Za-z0-9]+$/.test(path) && !path.includes('..')
  const file = join(dist, isFile ? path : 'index.html')
  if (!existsSync(file)) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  })
  response.end(readFileSync(file))
}

if (import.meta.main) {
  const { PORT = '9080', STATIONS = '14' } = process.env
  const api = await startFakeApi({ port: Number(PORT), stations: Number(STATIONS), isLively: true })
  process.stdout.write(`${api.url}\n`)
}
