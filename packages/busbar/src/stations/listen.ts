// The listeners that stations connect to: one HTTP server per configured URL, whose only use is the upgrade to WebSocket.
// A handshake goes through `admit.ts`; one that is let in becomes a StationConnection, any other gets a short answer that
// says why. What is slow, oversized or not HTTP ends by time and size limits before it costs anything.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { wireRules } from '@busbar/ocpp/versions.ts'
import { type WebSocket, WebSocketServer } from 'ws'
import type { StationListener, StationSettings } from '../config/settings.ts'
import type { Dialler, StationSocketEvents } from '../links.ts'
import { boundedDeflate } from '../sockets/compression.ts'
import { closeTimeout } from '../sockets/ocpp-socket.ts'
import type { Clock } from '../system/clock.ts'
import type { Random } from '../system/random.ts'
import { type AccountRecord, createAccountBook, recordOf } from './accounts.ts'
import { createDoor, type StationDirectory, type Verdict } from './admit.ts'
import { createCertificateWatch } from './certificate-watch.ts'
import { type CertificateExpiry, judgeCertificate } from './certificates.ts'
import { createPasswordHashes, type VerdictStore } from './credentials.ts'
import { answerAndEnd } from './http-answer.ts'
import { createRemoteReader, isLoopbackHost } from './remote.ts'
import { StationConnection } from './station-socket.ts'

/** A handshake is a few hundred bytes; whoever needs longer than this for it, TLS included, is not a station. */
const handshakeWithinMs = 10_000

/** How long an old connection has to answer before a new one without credentials takes its place (trap T18). */
const probeWithinMs = 1_000

/** Stations that have to come back later are spread over this many seconds. */
const retryAfterS = { least: 5, spread: 10 }

export interface StationsOptions {
  readonly listeners: readonly StationListener[]
  readonly settings: StationSettings
  /** Key of this installation for hashes of passwords, `installationKeyBytes` long. */
  readonly installationKey: Uint8Array
  readonly directory: StationDirectory
  readonly verdicts: VerdictStore
  readonly dialler: Dialler
  readonly events: StationSocketEvents
  readonly clock: Clock
  readonly random: Random
}

export interface StationsSide {
  /** The URLs it listens on, in the order of the configuration, free ports filled in. */
  readonly urls: readonly string[]
  /** Open connections of stations. */
  readonly connected: number
  /** Takes over changed settings; open connections stay as they are. Listeners are not changed by this. */
  configure(settings: StationSettings): void
  /** Puts the accounts made through the API in place of those before. */
  setApiAccounts(records: readonly AccountRecord[]): void
  /** false: handshakes get 503 with Retry-After, as at the start and while draining. */
  setOpen(isOpen: boolean): void
  /** Reads the certificate files again, without dropping anybody. Files that do not work change nothing (fault). */
  reload(): void
  /** The certificates in force and when they end. */
  expiries(): readonly CertificateExpiry[]
  /** Stops listening; open connections stay, handshakes under way are ended. */
  stopListening(): void
  /** Stops listening and ends every connection at once; resolves when nothing is left of them. */
  close(): Promise<void>
}

interface Listening {
  readonly server: Server | TlsServer
  readonly url: string
}

/**
 * Opens the listeners. It starts closed: until `setOpen(true)` every handshake gets 503.
 * @throws when a port cannot be had or the files of a listener cannot be used
 */
export async function listenForStations(options: StationsOptions): Promise<StationsSide> {
  const { events, clock, random } = options
  let settings = options.settings
  let isOpen = false
  const hashes = createPasswordHashes(options.installationKey)
  const accounts = createAccountBook()
  accounts.replace(
    'file',
    settings.accounts.map((account) => recordOf(account, hashes)),
  )

  const connections = new Set<StationConnection>()
  /** The newest connection of each identity. */
  const present = new Map<string, StationConnection>()
  /** Sockets that are not stations: still at the door, or turned away and reading the answer. */
  const atTheDoor = new Set<Duplex>()

  const admit = createDoor({
    directory: options.directory,
    dialler: options.dialler,
    clock,
    accounts,
    hashes,
    verdicts: options.verdicts,
    settings: () => settings,
    isOpen: () => isOpen,
    isAlive: async (id) => (await present.get(id)?.probe(probeWithinMs)) ?? false,
  })
  let sockets = createWebSocketServers(settings.maxFrameBytes)

  const certificates = createCertificateWatch(options.listeners, options.installationKey, clock, events)

  const turnAway = (
    socket: Duplex,
    refusal: Omit<Extract<Verdict, { kind: 'refused' }>, 'kind'>,
    remote: string | null,
  ) => {
    const { id, status, code, reason } = refusal
    const later = status === 503 ? retryAfterS.least + Math.floor(random() * retryAfterS.spread) : null
    answerAndEnd(socket, clock, status, reason, later)
    events.refused({ id, remote, status, code, reason })
  }

  function leaveDoor(this: Duplex): void {
    atTheDoor.delete(this)
  }

  async function onUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    listener: StationListener,
    url: URL,
    remoteOf: ReturnType<typeof createRemoteReader>,
  ): Promise<void> {
    // Nobody else listens for errors until the WebSocket does.
    socket.on('error', ignoreSocketError)
    const { headers } = request
    const remote = remoteOf(request.socket.remoteAddress, joined(headers['x-forwarded-for']))
    const wrong = badUpgrade(request)
    if (wrong !== null) {
      turnAway(socket, { id: null, code: 'BB-LINK-030', ...wrong }, remote)
      return
    }
    atTheDoor.add(socket)
    socket.once('close', leaveDoor)
    const verdict = await admit({
      target: request.url ?? '/',
      basePath: url.pathname,
      authorization: headers.authorization,
      protocols: headers['sec-websocket-protocol'],
      origin: headers.origin,
      remote,
      remoteIsLoopback: remote !== null && isLoopbackHost(remote),
      secure: listener.tls !== null,
      listenerIsLoopback: isLoopbackHost(url.hostname),
      certificate:
        request.socket instanceof TLSSocket ? judgeCertificate(request.socket, listener) : { kind: 'notAsked' },
    })
    if (verdict.kind === 'refused') {
      if (verdict.status === 101) refuseVersion(request, socket, head)
      else {
        turnAway(socket, verdict, remote)
        return
      }
      events.refused({ id: verdict.id, remote, status: 101, code: verdict.code, reason: verdict.reason })
      return
    }

    socket.off('close', leaveDoor)
    atTheDoor.delete(socket)
    const { ocpp, id, dialled } = verdict
    const ws = completeUpgrade(request, socket, head, verdict.announced ? ocpp : null, wireRules[ocpp].compression)
    if (ws === null) {
      // It went away while it was waiting.
      dialled?.terminate()
      return
    }
    const epoch = options.directory.nextEpoch()
    const link = { clock, random, pingEveryMs: settings.pingEveryMs, maxFramesPerSecond: settings.maxFramesPerSecond }
    const connection = new StationConnection(ws, socket, link, id, epoch, events, (ended) => {
      connections.delete(ended)
      if (present.get(id) === ended) present.delete(id)
    })
    connections.add(connection)
    present.set(id, connection)
    const { offered, profile, certificateSerial, credentials } = verdict
    events.stationUp({ id, epoch, ocpp, offered, remote, profile, certificateSerial, credentials, dialled }, connection)
  }

  /** @returns null when the station has gone or its handshake headers are not usable after all */
  function completeUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    announce: string | null,
    compress: boolean,
  ): WebSocket | null {
    // The library takes the first name of the header; what we chose is the only one left.
    if (announce === null) delete request.headers['sec-websocket-protocol']
    else request.headers['sec-websocket-protocol'] = announce
    let opened: WebSocket | null = null
    const take = (ws: WebSocket) => {
      opened = ws
    }
    if (compress) sockets.deflating.handleUpgrade(request, socket, head, take)
    if (opened === null && !socket.destroyed) {
      // An offer of compression that we cannot follow is no reason to refuse the station (trap T26); this server does
      // not look at it.
      sockets.plain.handleUpgrade(request, socket, head, take)
    }
    return opened
  }

  /** OCPP-J: complete the handshake without a version and close at once, so that the station knows why. */
  function refuseVersion(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ws = completeUpgrade(request, socket, head, null, false)
    ws?.on('error', ignoreSocketError)
    ws?.close(1002, 'no OCPP version in common')
  }

  function openServer(listener: StationListener): Promise<Listening> {
    const url = new URL(listener.url)
    const limits = {
      headersTimeout: handshakeWithinMs,
      requestTimeout: handshakeWithinMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 1_000,
      maxHeaderSize: 16 * 1024,
    }
    const server: Server | TlsServer =
      listener.tls === null
        ? createServer(limits)
        : createTlsServer({
            ...limits,
            ...certificates.contextOf(listener),
            handshakeTimeout: handshakeWithinMs,
            requestCert: listener.clientCa !== null,
            // We check ourselves, so that the timeline can say what was wrong.
            rejectUnauthorized: false,
          })
    const remoteOf = createRemoteReader(listener.trustProxy)
    server.on('upgrade', (request, socket, head) => {
      onUpgrade(request, socket, head, listener, url, remoteOf).catch((error: unknown) => {
        socket.destroy()
        events.listenerFault('BB-CORE-001', 'a handshake failed inside Busbar', { error: String(error) })
      })
    })
    server.on('request', (request, response) => {
      explain(request, response)
    })
    const refuseUnread = (error: Error & { code?: string }, socket: Duplex) => {
      if (!(error.code ?? '').startsWith('HPE_') && error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') {
        socket.destroy()
        return
      }
      const status = unreadStatus[error.code ?? ''] ?? 400
      const reason = status === 408 ? 'the handshake took too long' : `not HTTP: ${error.message}`
      const remote = remoteOf((socket as Partial<Socket>).remoteAddress, undefined)
      turnAway(socket, { id: null, status, code: 'BB-LINK-030', reason }, remote)
    }
    server.on('clientError', refuseUnread)
    server.on('tlsClientError', (error: Error & { code?: string }, socket: TLSSocket) => {
      // A connection that ends in the middle of its handshake is a port scan or a flaky line, not a refusal.
      if (error.code === 'ECONNRESET') return
      events.refused({
        id: null,
        remote: remoteOf(socket.remoteAddress, undefined),
        status: null,
        code: 'BB-LINK-030',
        reason: `the TLS handshake failed: ${error.code ?? error.message}`,
      })
    })
    certificates.attach(listener, server)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      const port = url.port === '' ? (listener.tls === null ? 80 : 443) : Number(url.port)
      server.listen({ port, host: url.hostname.replace(/^\[|\]$/g, ''), backlog: 4096 }, () => {
        server.off('error', reject)
        const { port: taken } = server.address() as AddressInfo
        const path = url.pathname.replace(/\/+$/, '')
        resolve({ server, url: `${listener.tls === null ? 'ws' : 'wss'}://${url.hostname}:${taken}${path}` })
      })
    })
  }

  const opened = await Promise.allSettled(options.listeners.map(openServer))
  const listening = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  let closed: Promise<unknown> = Promise.resolve()
  const stopListening = () => {
    certificates.stop()
    for (const socket of atTheDoor) socket.destroy()
    const closing = listening.filter(({ server }) => server.listening)
    if (closing.length === 0) return
    // A server is closed when its last connection is, those of stations included.
    closed = Promise.all(closing.map(({ server }) => new Promise((resolve) => server.close(resolve))))
    for (const { server } of closing) server.closeAllConnections()
  }
  const failed = opened.find((result) => result.status === 'rejected')
  if (failed !== undefined) {
    stopListening()
    throw failed.reason
  }

  return {
    urls: listening.map(({ url }) => url),
    get connected() {
      return connections.size
    },
    configure(changed) {
      if (changed.maxFrameBytes !== settings.maxFrameBytes) sockets = createWebSocketServers(changed.maxFrameBytes)
      settings = changed
      accounts.replace(
        'file',
        changed.accounts.map((account) => recordOf(account, hashes)),
      )
    },
    setApiAccounts: (records) => accounts.replace('api', records),
    setOpen(open) {
      isOpen = open
    },
    reload: () => certificates.reload(),
    expiries: () => certificates.expiries(),
    stopListening,
    async close() {
      isOpen = false
      stopListening()
      for (const connection of connections) connection.terminate()
      await closed
    },
  }
}

/** What is answered to a request that could not be read, by the error of the parser; 400 for all others. */
const unreadStatus: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}

/** Two servers without a port: which one completes a handshake decides whether the leg may be compressed (trap T26). */
function createWebSocketServers(maxPayload: number): {
  readonly plain: WebSocketServer
  readonly deflating: WebSocketServer
} {
  const common = {
    noServer: true,
    // The engine and this file know who is connected; the library need not.
    clientTracking: false,
    maxPayload,
    skipUTF8Validation: false,
    ...closeTimeout,
  }
  const deflating = new WebSocketServer({ ...common, perMessageDeflate: boundedDeflate })
  // With a listener the library leaves the answer to us; we try again without compression.
  deflating.on('wsClientError', () => undefined)
  return { plain: new WebSocketServer({ ...common, perMessageDeflate: false }), deflating }
}

/** Checks what the library would refuse later, before a backend is dialled for it. */
function badUpgrade(request: IncomingMessage): { readonly status: number; readonly reason: string } | null {
  const { headers } = request
  if (request.method !== 'GET') return { status: 405, reason: 'a WebSocket handshake is a GET request' }
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    return { status: 426, reason: 'this port speaks OCPP over WebSocket only' }
  }
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    return { status: 400, reason: 'the Sec-WebSocket-Key header is missing or invalid' }
  }
  if (headers['sec-websocket-version'] !== '13') return { status: 426, reason: 'only WebSocket version 13 is spoken' }
  return null
}

/** Tells a person with a browser, or a health check that took the wrong port, what this is. */
function explain(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, {
    'Content-Type': 'text/plain; charset=utf-8',
    Connection: 'close, Upgrade',
    Upgrade: 'websocket',
  })
  response.end(
    'This port is for charging stations: OCPP over WebSocket. Set a station to this URL followed by "/" and its identity.\n',
  )
  request.resume()
}

function joined(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}

/** The end that follows an error is what is told; the error itself is only the way there. */
function ignoreSocketError(): void {}
