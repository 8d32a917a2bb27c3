// The rig on which the socket tests run: real listeners and a real dialler on loopback, an engine that only writes down
// what it was told, and a backend that behaves as it is told. For tests only.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect as connectSocket, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { RouteMode } from '@busbar/core/routing/route.ts'
import type { FrameLoss, RawFrame, RefusalCause } from '@busbar/core/station/input.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { WebSocket, WebSocketServer } from 'ws'
import { createDialler } from '../backends/dial.ts'
import type { BackendSettings, StationListener, StationSettings } from '../config/settings.ts'
import type {
  BackendEvents,
  BackendSocket,
  Dialler,
  PressureLevel,
  StationArrival,
  StationRefusal,
  StationSocket,
  StationSocketEvents,
} from '../links.ts'
import { memoryVerdicts, type VerdictStore } from '../stations/credentials.ts'
import { listenForStations, type StationsSide } from '../stations/listen.ts'
import { type Clock, systemClock } from '../system/clock.ts'

export const quietStations: StationSettings = {
  authenticate: 'accounts',
  unknown: 'accept',
  profile: null,
  pingEveryMs: 0,
  maxFrameBytes: 1024 * 1024,
  maxFramesPerSecond: 1000,
  accounts: [],
}

export function account(id: string, more: Partial<StationSettings['accounts'][number]> = {}) {
  return { id, password: null, tags: [], serial: id, assumeProtocol: null, ...more }
}

export function plainListener(more: Partial<StationListener> = {}): StationListener {
  return { url: 'ws://127.0.0.1:0', tls: null, clientCa: null, cpoName: null, trustProxy: [], ...more }
}

export function backendSettings(url: string, more: Partial<BackendSettings> = {}): BackendSettings {
  return {
    name: 'billing',
    url,
    password: null,
    username: null,
    ocpp: null,
    ca: null,
    cert: null,
    key: null,
    headers: {},
    identity: '{id}',
    pingEveryMs: 0,
    connectTimeoutMs: 2_000,
    reconnect: { minMs: 1_000, maxMs: 300_000 },
    ...more,
  }
}

export type Told =
  | { readonly what: 'stationUp'; readonly arrival: StationArrival }
  | { readonly what: 'stationFrame'; readonly id: string; readonly epoch: number; readonly text: string }
  | { readonly what: 'stationFrameLost'; readonly id: string; readonly loss: FrameLoss }
  | { readonly what: 'stationPressure'; readonly level: PressureLevel }
  | { readonly what: 'stationDown'; readonly id: string; readonly epoch: number; code: number; reason: string }
  | { readonly what: 'refused'; readonly refusal: StationRefusal }
  | { readonly what: 'listenerFault'; readonly code: string; readonly text: string }
  | { readonly what: 'backendUp'; readonly attempt: number; readonly ocpp: Subprotocol }
  | { readonly what: 'backendFrame'; readonly attempt: number; readonly text: string }
  | { readonly what: 'backendFrameLost'; readonly loss: FrameLoss }
  | { readonly what: 'backendPressure'; readonly level: PressureLevel }
  | { readonly what: 'backendDown'; readonly attempt: number; readonly code: number; readonly reason: string }
  | { readonly what: 'backendUnreachable'; readonly status: number | null; readonly reason: string }
  | { readonly what: 'backendRefused'; readonly cause: RefusalCause; readonly status: number | null; reason: string }

/** An engine that writes down what it is told and can be asked to wait for it. */
export class ListeningEngine implements StationSocketEvents, BackendEvents {
  readonly told: Told[] = []
  readonly stations = new Map<number, StationSocket>()
  readonly backends = new Map<number, BackendSocket>()
  /** Called with a new station, as the engine would take its dialled link. */
  onUp: (arrival: StationArrival, socket: StationSocket) => void = () => undefined
  #waiting: { readonly fits: (told: Told) => boolean; readonly found: (told: Told) => void }[] = []

  #tell(told: Told): void {
    this.told.push(told)
    for (const wait of this.#waiting) {
      if (!wait.fits(told)) continue
      this.#waiting = this.#waiting.filter((other) => other !== wait)
      wait.found(told)
    }
  }

  all<W extends Told['what']>(what: W): Extract<Told, { what: W }>[] {
    return this.told.filter((told): told is Extract<Told, { what: W }> => told.what === what)
  }

  /** Resolves with the n-th event of a kind, which may have been told already. */
  async heard<W extends Told['what']>(what: W, nth = 1, withinMs = 5_000): Promise<Extract<Told, { what: W }>> {
    for (;;) {
      const found = this.all(what)[nth - 1]
      if (found !== undefined) return found
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          const seen = this.told.map((told) => told.what).join(', ')
          reject(new Error(`no ${what} number ${nth} within ${withinMs} ms; told: ${seen}`))
        }, withinMs)
        this.#waiting.push({
          fits: (told) => told.what === what,
          found: () => {
            clearTimeout(timer)
            resolve()
          },
        })
      })
    }
  }

  stationUp(arrival: StationArrival, socket: StationSocket): void {
    this.stations.set(arrival.epoch, socket)
    this.#tell({ what: 'stationUp', arrival })
    this.onUp(arrival, socket)
  }
  stationFrame(id: string, epoch: number, frame: RawFrame): void {
    this.#tell({ what: 'stationFrame', id, epoch, text: frame.text })
  }
  stationFrameLost(id: string, _epoch: number, loss: FrameLoss): void {
    this.#tell({ what: 'stationFrameLost', id, loss })
  }
  stationPressure(_id: string, _epoch: number, level: PressureLevel): void {
    this.#tell({ what: 'stationPressure', level })
  }
  stationDown(id: string, epoch: number, code: number, reason: string): void {
    this.#tell({ what: 'stationDown', id, epoch, code, reason })
  }
  refused(refusal: StationRefusal): void {
    this.#tell({ what: 'refused', refusal })
  }
  listenerFault(code: string, text: string): void {
    this.#tell({ what: 'listenerFault', code, text })
  }
  backendUp(_station: string, _backend: string, attempt: number, ocpp: Subprotocol, socket: BackendSocket): void {
    this.backends.set(attempt, socket)
    this.#tell({ what: 'backendUp', attempt, ocpp })
  }
  backendFrame(_station: string, _backend: string, attempt: number, frame: RawFrame): void {
    this.#tell({ what: 'backendFrame', attempt, text: frame.text })
  }
  backendFrameLost(_station: string, _backend: string, _attempt: number, loss: FrameLoss): void {
    this.#tell({ what: 'backendFrameLost', loss })
  }
  backendPressure(_station: string, _backend: string, _attempt: number, level: PressureLevel): void {
    this.#tell({ what: 'backendPressure', level })
  }
  backendDown(_station: string, _backend: string, attempt: number, code: number, reason: string): void {
    this.#tell({ what: 'backendDown', attempt, code, reason })
  }
  backendUnreachable(_s: string, _b: string, _attempt: number, status: number | null, reason: string): void {
    this.#tell({ what: 'backendUnreachable', status, reason })
  }
  backendRefused(
    _station: string,
    _backend: string,
    _attempt: number,
    cause: RefusalCause,
    status: number | null,
    reason: string,
  ): void {
    this.#tell({ what: 'backendRefused', cause, status, reason })
  }
}

export interface RigOptions {
  readonly listeners?: readonly StationListener[]
  readonly settings?: Partial<StationSettings>
  /** The one backend every station is routed to; null: no route. */
  readonly backend?: BackendSettings | null
  readonly mode?: RouteMode
  readonly agreed?: Subprotocol
  readonly verdicts?: VerdictStore
  readonly clock?: Clock
}

export interface Rig extends AsyncDisposable {
  readonly engine: ListeningEngine
  readonly side: StationsSide
  readonly dialler: Dialler
  readonly url: string
}

/** Opens listeners and a dialler with an engine that listens. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const engine = new ListeningEngine()
  const clock = options.clock ?? systemClock
  const random = () => 0.5
  const dialler = createDialler({ clock, random })
  let epoch = 0
  const side = await listenForStations({
    listeners: options.listeners ?? [plainListener()],
    settings: { ...quietStations, ...options.settings },
    installationKey: new Uint8Array(32).fill(7),
    directory: {
      resolve: () =>
        options.backend == null
          ? null
          : {
              route: { primary: options.backend.name, mode: options.mode ?? 'resilient' },
              backend: options.backend,
            },
      agreedVersion: () => options.agreed ?? null,
      refusedVersions: () => [],
      nextEpoch: () => ++epoch,
    },
    verdicts: options.verdicts ?? memoryVerdicts(),
    dialler,
    events: engine,
    clock,
    random,
  })
  side.setOpen(true)
  return {
    engine,
    side,
    dialler,
    url: side.urls[0]!,
    async [Symbol.asyncDispose]() {
      dialler.stop()
      for (const socket of engine.backends.values()) socket.terminate()
      await side.close()
    },
  }
}

/** How a backend of the rig meets a handshake. */
export type Manner = (request: IncomingMessage, accept: (subprotocol?: string) => void, socket: Duplex) => void

export interface RigBackend extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly IncomingMessage[]
  /** Open links, in the order in which they came. */
  readonly links: readonly WebSocket[]
  readonly frames: readonly string[]
  readonly server: Server
}

/** Takes the first version on offer. */
export const takeFirst: Manner = (request, accept) => accept(request.headers['sec-websocket-protocol']?.split(',')[0])

/** Answers with a status instead of 101. */
export function answerWith(status: number): Manner {
  return (_request, _accept, socket) =>
    socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Opens a backend on a free port of loopback. */
export async function openBackend(manner: Manner = takeFirst, deflate = false): Promise<RigBackend> {
  const requests: IncomingMessage[] = []
  const links: WebSocket[] = []
  const frames: string[] = []
  const raw = new Set<Duplex>()
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    requests.push(request)
    raw.add(socket)
    socket.on('error', () => undefined)
    const accept = (subprotocol?: string) => {
      const wss = new WebSocketServer({
        noServer: true,
        perMessageDeflate: deflate,
        handleProtocols: () => subprotocol ?? false,
      })
      wss.handleUpgrade(request, socket, head, (ws) => {
        links.push(ws)
        ws.on('error', () => undefined)
        ws.on('message', (data) => frames.push(String(data)))
      })
    }
    manner(request, accept, socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp`,
    requests,
    links,
    frames,
    server,
    async [Symbol.asyncDispose]() {
      for (const socket of raw) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Arrival =
  | { readonly kind: 'in'; readonly ws: WebSocket; readonly protocol: string; readonly extensions: string }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: IncomingMessage['headers']; body: string }
  | { readonly kind: 'error'; readonly message: string; readonly code: string | undefined }

export interface ConnectOptions {
  readonly protocols?: readonly string[]
  readonly authorization?: string
  readonly headers?: Record<string, string>
  readonly tls?: Record<string, unknown>
  readonly deflate?: boolean | Record<string, unknown>
  readonly autoPong?: boolean
}

/** Connects a station as the `ws` client does and waits for what comes of it. */
export function connect(url: string, options: ConnectOptions = {}): Promise<Arrival> {
  const { protocols = ['ocpp1.6'], authorization, headers, tls, deflate = false, autoPong = true } = options
  const ws = new WebSocket(url, [...protocols], {
    headers: { ...headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
    perMessageDeflate: deflate,
    autoPong,
    ...tls,
  })
  return new Promise((resolve) => {
    ws.on('unexpected-response', (request, response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => {
        request.destroy()
        resolve({ kind: 'refused', status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    ws.on('error', (error: Error & { code?: string }) =>
      resolve({ kind: 'error', message: error.message, code: error.code }),
    )
    ws.on('open', () => resolve({ kind: 'in', ws, protocol: ws.protocol, extensions: ws.extensions }))
  })
}

/** Connects a station that has to get in. */
export async function connectIn(url: string, options: ConnectOptions = {}): Promise<WebSocket> {
  const arrival = await connect(url, options)
  if (arrival.kind !== 'in') throw new Error(`not let in: ${JSON.stringify(arrival)}`)
  return arrival.ws
}

/** The value of an Authorization header. */
export function basic(user: string, password: string | Uint8Array): string {
  return `Basic ${Buffer.concat([Buffer.from(`${user}:`), Buffer.from(password)]).toString('base64')}`
}

/** Resolves when a condition holds; looks every few milliseconds. */
export async function until(holds: () => boolean, what: string, withinMs = 5_000): Promise<void> {
  const start = performance.now()
  while (!holds()) {
    if (performance.now() - start > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A handshake over a bare TCP socket, for what a WebSocket client would not send. */
export interface RawPeer extends Disposable {
  readonly socket: Socket
  /** Everything received so far, one character per byte. */
  readonly received: () => string
  /** Status of the answer; waits for it. */
  readonly status: () => Promise<number>
  readonly ended: Promise<void>
}

/** Opens a bare socket to a listener. */
export function openRaw(url: string): RawPeer {
  const { hostname, port } = new URL(url)
  const socket = connectSocket(Number(port), hostname)
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  return {
    socket,
    received: () => received,
    async status() {
      await until(() => received.includes('\r\n\r\n') || socket.destroyed, 'an HTTP answer')
      return Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? Number.NaN)
    },
    ended,
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** The text of an upgrade request. */
export function upgradeRequest(
  target: string,
  headers: readonly string[] = ['Sec-WebSocket-Protocol: ocpp1.6'],
): string {
  return [
    `GET ${target} HTTP/1.1`,
    'Host: broker',
    'Connection: keep-alive, Upgrade',
    'Upgrade: WebSocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
    '\r\n',
  ].join('\r\n')
}

/** One masked frame as a client sends it. */
export function maskedFrame(opcode: number, payload: string | Uint8Array, firstBits = 0x80): Buffer {
  const data = Buffer.from(payload as string)
  const length =
    data.length < 126
      ? Buffer.from([0x80 | data.length])
      : Buffer.from([0x80 | 126, data.length >> 8, data.length & 255])
  // A mask of zeros leaves the payload readable.
  return Buffer.concat([Buffer.from([firstBits | opcode]), length, Buffer.alloc(4), data])
}
