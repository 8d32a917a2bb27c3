// A simulated backend on a real socket: a WebSocket server for all versions at once. The machine decides
// (`actors/backend.ts`); this file listens, checks credentials and carries out.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { isSubprotocol, type Subprotocol, subprotocols } from '@busbar/ocpp/versions.ts'
import { type WebSocket, WebSocketServer } from 'ws'
import { createBackend, stepBackend } from './actors/backend.ts'
import type { Backend, BackendCommand, BackendEffect, BackendInput, BackendOptions } from './actors/backend-state.ts'
import { after, realChance, realMoment } from './real-moment.ts'

export interface VirtualBackendOptions extends Partial<BackendOptions> {
  /** Where to listen, `ws://` or `wss://`; port 0 takes a free one, a path is the prefix before the identity. */
  readonly listen: string
  /** Versions it speaks; all when left out. A station that offers none of them is closed with 1002. */
  readonly ocpp?: readonly Subprotocol[]
  /** Password of a station, null for one it does not know (404). Left out: anyone may connect. */
  readonly passwordOf?: (identity: string) => string | null
  /** PEM texts for `wss://`. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string }
  readonly onNote?: (text: string) => void
  readonly onFrame?: (direction: 'sent' | 'received', identity: string, text: string) => void
}

export interface VirtualBackend {
  /** The URL stations dial, identity left out, with the port it really has. */
  readonly url: string
  readonly backend: Backend
  /** Asks something of a connected station. */
  readonly command: (identity: string, command: BackendCommand) => void
  /** Cuts every connection without a word, as a network does; new ones are taken. */
  readonly cutAll: () => void
  /** Stops listening and closes every connection. */
  readonly stop: () => Promise<void>
}

/** Opens a backend; resolves when it listens. Rejects when the address cannot be had. */
export async function startVirtualBackend(options: VirtualBackendOptions): Promise<VirtualBackend> {
  const backend = createBackend(options)
  const spoken = new Set<string>(options.ocpp ?? subprotocols)
  const wanted = new URL(options.listen)
  const prefix = wanted.pathname.replace(/\/+$/, '')
  const sockets = new Map<number, WebSocket>()
  const identities = new Map<number, string>()
  let cancelWake: (() => void) | null = null
  let lastLink = 0

  function tell(input: BackendInput): void {
    const effects: BackendEffect[] = []
    const now = realMoment(realChance)
    stepBackend(backend, input, { now, effects })
    for (const effect of effects) carryOut(effect)
  }

  function carryOut(effect: BackendEffect): void {
    switch (effect.kind) {
      case 'send':
        options.onFrame?.('sent', identities.get(effect.link) ?? '', effect.text)
        return sockets.get(effect.link)?.send(effect.text)
      case 'close':
        return sockets.get(effect.link)?.close(effect.code, effect.reason)
      case 'wake':
        cancelWake?.()
        cancelWake = after(effect.afterMs, () => tell({ kind: 'timer' }))
        return
      case 'note':
        return options.onNote?.(effect.text)
    }
  }

  const server: Server =
    wanted.protocol === 'wss:'
      ? createTlsServer({ ...options.tls, requestCert: options.tls?.ca !== undefined, rejectUnauthorized: false })
      : createServer()
  const acceptor = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // The first of the station's list that is spoken here; none leaves the header out (OCPP-J 1.6 section 3.1.2).
    handleProtocols: (offered) => [...offered].find((name) => spoken.has(name)) ?? false,
  })
  server.on('upgrade', (request, socket, head) => {
    const identity = identityOf(request, prefix)
    const refusal = identity === null ? '404 Not Found' : refusalOf(request, identity, options)
    if (identity === null || refusal !== null) return refuse(socket, refusal ?? '404 Not Found')
    acceptor.handleUpgrade(request, socket, head, (accepted) => connected(accepted, identity))
  })

  function connected(socket: WebSocket, identity: string): void {
    if (!isSubprotocol(socket.protocol)) return socket.close(1002, 'no common OCPP version')
    lastLink += 1
    const link = lastLink
    sockets.set(link, socket)
    identities.set(link, identity)
    socket.on('message', (data, isBinary) => {
      const text = isBinary ? '' : (data as Buffer).toString()
      options.onFrame?.('received', identity, text)
      tell({ kind: 'frame', link, text })
    })
    socket.on('error', (error) => options.onNote?.(`${identity}: ${error.message}`))
    socket.on('close', () => {
      sockets.delete(link)
      identities.delete(link)
      tell({ kind: 'linkDown', link })
    })
    tell({ kind: 'linkUp', link, identity, ocpp: socket.protocol })
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(
      Number(wanted.port || (wanted.protocol === 'wss:' ? 443 : 80)),
      wanted.hostname.replace(/^\[|\]$/g, ''),
      () => {
        server.off('error', reject)
        resolve()
      },
    )
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `${wanted.protocol}//${wanted.hostname}:${port}${prefix}`,
    backend,
    command: (identity, command) => tell({ kind: 'command', identity, command }),
    cutAll: () => {
      for (const socket of sockets.values()) socket.terminate()
    },
    stop: () => {
      cancelWake?.()
      for (const socket of sockets.values()) socket.close(1001, 'going away')
      const takeBack = after(1000, () => {
        for (const socket of sockets.values()) socket.terminate()
      })
      return new Promise((resolve) => {
        server.close(() => {
          takeBack()
          cancelWake?.()
          resolve()
        })
        server.closeAllConnections()
      })
    },
  }
}

/** The last segment of the path behind the prefix, decoded once; null when there is none or it cannot be decoded. */
function identityOf(request: IncomingMessage, prefix: string): string | null {
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  if (!path.startsWith(`${prefix}/`)) return null
  const last = path.slice(prefix.length + 1)
  if (last === '' || last.includes('/')) return null
  try {
    return decodeURIComponent(last)
  } catch {
    return null
  }
}

/** Why a handshake is refused, as an HTTP status line, or null. */
function refusalOf(request: IncomingMessage, identity: string, options: VirtualBackendOptions): string | null {
  if (options.passwordOf === undefined) return null
  const password = options.passwordOf(identity)
  if (password === null) return '404 Not Found'
  const given = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /i, ''), 'base64')
  return given.equals(Buffer.from(`${identity}:${password}`)) ? null : '401 Unauthorized'
}

function refuse(socket: Duplex, status: string): void {
  const challenge = status.startsWith('401') ? 'WWW-Authenticate: Basic realm="ocpp"\r\n' : ''
  socket.end(`HTTP/1.1 ${status}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`)
}
