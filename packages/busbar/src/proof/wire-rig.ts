// Peers without an OCPP of their own: stations and backends that send exactly the bytes they are told to and keep exactly
// the bytes they got, with handshakes that a test may delay, refuse or spoil. For tests only.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws'

/** Resolves when a condition holds; looks every few milliseconds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, withinMs = 5_000): Promise<void> {
  const start = performance.now()
  while (!(await holds())) {
    if (performance.now() - start > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await pause(5)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** The value of an Authorization header. */
export function basic(user: string, password: string | Uint8Array): string {
  return `Basic ${Buffer.concat([Buffer.from(`${user}:`), Buffer.from(password as string)]).toString('base64')}`
}

/** The close frame of a WebSocket, or 1006 without one. */
export interface End {
  readonly code: number
  readonly reason: string
}

const END_WITHIN_MS = 15_000

/** One end of a WebSocket that keeps what it got, byte by byte. */
export class Line {
  readonly ws: WebSocket
  /** Messages received, in order. */
  readonly got: Buffer[] = []
  /** Called with every message, after it was kept. */
  onText: (text: string) => void = () => undefined
  readonly #end: Promise<End>
  isClosed = false
  /** Pings received. */
  pings = 0
  closeCode: number | null = null

  constructor(ws: WebSocket) {
    this.ws = ws
    ws.on('error', () => undefined)
    ws.on('ping', () => this.pings++)
    ws.on('message', (data) => {
      const bytes = data as Buffer
      this.got.push(bytes)
      this.onText(bytes.toString())
    })
    this.#end = new Promise((resolve) =>
      ws.on('close', (code, reason) => {
        this.isClosed = true
        this.closeCode = code
        resolve({ code, reason: reason.toString() })
      }),
    )
  }

  /** How it ended; waited for, but not for ever. */
  get closed(): Promise<End> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`a line did not end within ${END_WITHIN_MS} ms`)), END_WITHIN_MS)
      timer.unref()
      void this.#end.then((end) => {
        clearTimeout(timer)
        resolve(end)
      })
    })
  }

  get texts(): string[] {
    return this.got.map(String)
  }

  send(message: string | Uint8Array): void {
    this.ws.send(message, { binary: false })
  }

  /** The n-th message, waited for. */
  async nth(n: number, withinMs = 5_000): Promise<string> {
    await until(() => this.got.length >= n, `message ${n} (there are ${this.got.length})`, withinMs)
    return String(this.got[n - 1])
  }
}

/** How a backend meets a handshake; `accept` completes it, with a version or without one. */
export type Manner = (request: IncomingMessage, accept: (version: string | null) => void, socket: Duplex) => void

/** Takes the first version on offer. */
export const takeFirst: Manner = (request, accept) =>
  accept(request.headers['sec-websocket-protocol']?.split(',')[0]?.trim() ?? null)

/** Takes one of these versions, or completes the handshake without any, as the specification says. */
export function takeOne(...spoken: readonly string[]): Manner {
  return (request, accept) => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    accept(offered.find((name) => spoken.includes(name)) ?? null)
  }
}

export function answerWith(status: number): Manner {
  return (_request, _accept, socket) =>
    socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

export interface WireBackend extends AsyncDisposable {
  readonly url: string
  /** Handshakes it has seen, refused ones too. */
  readonly requests: readonly IncomingMessage[]
  /** Links it has had, in order. */
  readonly links: readonly Line[]
  manner: Manner
  /** Called with each new link before any of its frames. */
  onLink: (link: Line, identity: string) => void
  /** The newest link, waited for. */
  link(nth?: number, withinMs?: number): Promise<Line>
  /** Stops listening and cuts every link without a close frame; the port is kept free. */
  goAway(): Promise<void>
  /** Listens again on the same port. */
  comeBack(): Promise<void>
}

/** Opens a backend on a free port of loopback. */
export async function openWireBackend(
  options: {
    readonly deflate?: boolean
    readonly tls?: Readonly<Record<string, unknown>>
    readonly path?: string
  } = {},
): Promise<WireBackend> {
  const requests: IncomingMessage[] = []
  const links: Line[] = []
  const sockets = new Set<Duplex>()
  let port = 0
  let server: Server
  const listen = async () => {
    server = options.tls === undefined ? createServer() : (createTlsServer(options.tls) as unknown as Server)
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    server.on('upgrade', (request, socket, head) => {
      requests.push(request)
      socket.on('error', () => undefined)
      backend.manner(
        request,
        (version) => {
          const wss = new WebSocketServer({
            noServer: true,
            perMessageDeflate: options.deflate ?? false,
            handleProtocols: () => version ?? false,
          })
          wss.handleUpgrade(request, socket, head, (ws) => {
            const link = new Line(ws)
            links.push(link)
            backend.onLink(link, decodeURIComponent((request.url ?? '').split('?')[0]!.split('/').at(-1) ?? ''))
          })
        },
        socket,
      )
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    port = (server.address() as AddressInfo).port
  }
  const goAway = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  const backend: WireBackend = {
    url: '',
    requests,
    links,
    manner: takeFirst,
    onLink: () => undefined,
    async link(nth = 1, withinMs = 5_000) {
      await until(() => links.length >= nth, `link ${nth} to the backend (there are ${links.length})`, withinMs)
      return links[nth - 1]!
    },
    goAway,
    comeBack: listen,
    [Symbol.asyncDispose]: goAway,
  }
  await listen()
  const scheme = options.tls === undefined ? 'ws' : 'wss'
  return Object.assign(backend, { url: `${scheme}://127.0.0.1:${port}${options.path ?? '/ocpp'}` })
}

export type Knock =
  | { readonly kind: 'in'; readonly line: Line; readonly version: string; readonly extensions: string }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: IncomingMessage['headers'] }
  | { readonly kind: 'error'; readonly message: string }

export interface StationOptions extends ClientOptions {
  /** Versions on offer; default ocpp1.6. */
  readonly offers?: readonly string[]
  readonly authorization?: string
}

/** Connects to the listener as a station does and waits for what comes of it. */
export function knock(url: string, id: string, options: StationOptions = {}): Promise<Knock> {
  const { offers = ['ocpp1.6'], authorization, headers, ...rest } = options
  const ws = new WebSocket(`${url}/${encodeURIComponent(id)}`, [...offers], {
    perMessageDeflate: false,
    ...rest,
    headers: { ...headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
  })
  const line = new Line(ws)
  return new Promise((resolve) => {
    ws.on('unexpected-response', (request, response) => {
      response.resume()
      request.destroy()
      resolve({ kind: 'refused', status: response.statusCode ?? 0, headers: response.headers })
    })
    ws.on('error', (error) => resolve({ kind: 'error', message: error.message }))
    ws.on('open', () => resolve({ kind: 'in', line, version: ws.protocol, extensions: ws.extensions }))
  })
}

/** Connects a station that has to get in. */
export async function stationIn(url: string, id: string, options: StationOptions = {}): Promise<Line> {
  const outcome = await knock(url, id, options)
  if (outcome.kind !== 'in') throw new Error(`${id} was not let in: ${JSON.stringify(outcome)}`)
  return outcome.line
}

/** A bare TCP connection, for what no WebSocket library would send. */
export interface Bare extends Disposable {
  readonly socket: Socket
  /** What came, one character per byte. */
  readonly received: () => string
  readonly isClosed: () => boolean
  /** Code of the close frame that came, when it came before any other frame; null as long as none did. */
  readonly closeCode: () => number | null
  /** Status line of the answer, waited for; NaN when the connection ended without one. */
  readonly status: (withinMs?: number) => Promise<number>
}

export function openBare(url: string): Bare {
  const { hostname, port } = new URL(url)
  const socket = connectTcp(Number(port), hostname)
  let received = ''
  let closed = false
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    closed = true
  })
  return {
    socket,
    received: () => received,
    isClosed: () => closed,
    closeCode() {
      const frame = received.slice(received.indexOf('\r\n\r\n') + 4)
      return frame.charCodeAt(0) === 0x88 && frame.length >= 4 ? frame.charCodeAt(2) * 256 + frame.charCodeAt(3) : null
    },
    async status(withinMs = 5_000) {
      await until(() => received.includes('\r\n\r\n') || closed, 'an HTTP answer', withinMs)
      return Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? Number.NaN)
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** The text of an upgrade request. */
export function upgradeText(target: string, headers: readonly string[] = ['Sec-WebSocket-Protocol: ocpp1.6']): string {
  const fixed = [
    `GET ${target} HTTP/1.1`,
    'Host: broker',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  return [...fixed, ...headers, '\r\n'].join('\r\n')
}

/** One masked frame; a mask of zeros leaves the payload readable. `claimed` is the length it says it has. */
export function frameBytes(
  opcode: number,
  payload: string | Uint8Array,
  { bits = 0x80, claimed }: { readonly bits?: number; readonly claimed?: number } = {},
): Buffer {
  const data = Buffer.from(payload as string)
  const size = claimed ?? data.length
  let length: Buffer
  if (size < 126) length = Buffer.from([0x80 | size])
  else if (size < 65_536) length = Buffer.from([0x80 | 126, size >> 8, size & 255])
  else {
    length = Buffer.alloc(9)
    length[0] = 0x80 | 127
    length.writeBigUInt64BE(BigInt(size), 1)
  }
  return Buffer.concat([Buffer.from([bits | opcode]), length, Buffer.alloc(4), data])
}

/** Answers every call of a peer with a result; what it answers may depend on the action. */
export function answering(link: Line, resultOf: (action: string, payload: unknown) => unknown = () => ({})): void {
  link.onText = (text) => {
    const [type, id, action, payload] = JSON.parse(text) as [number, string, string, unknown]
    if (type === 2) link.send(JSON.stringify([3, id, resultOf(action, payload)]))
  }
}
