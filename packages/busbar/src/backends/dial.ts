// Opens links to backends: one WebSocket per station, with the station's identity at the end of the path. A dial ends in
// exactly one of three words: up, refused (a reason that lasts), unreachable. When thousands of stations come back at
// once, only so many dials run together; the others wait their turn, backend by backend, so that a slow backend does not
// keep the others waiting.

import type { Duplex } from 'node:stream'
import { type HandshakeFailure, judgeHandshake } from '@busbar/core/connection/refusal.ts'
import { isSubprotocol, type Subprotocol, wireRules } from '@busbar/ocpp/versions.ts'
import { WebSocket } from 'ws'
import type { BackendEvents, Dialler, DialRequest } from '../links.ts'
import { boundedDeflate } from '../sockets/compression.ts'
import { closeTimeout, type OcppSocketOptions } from '../sockets/ocpp-socket.ts'
import type { Clock } from '../system/clock.ts'
import type { Random } from '../system/random.ts'
import { BackendLink } from './backend-socket.ts'
import { FairQueue } from './fair-queue.ts'
import { createTlsMaterial } from './tls-material.ts'
import { authorizationFor, urlFor } from './url.ts'

/** A station's backend may send more than a station: certificates, firmware lists, profiles. */
const defaultMaxFrameBytes = 4 * 1024 * 1024

const defaultMaxConcurrent = 200

export interface DiallerOptions {
  readonly clock: Clock
  readonly random: Random
  /** Handshakes under way at the same time; further dials wait. Default 200. */
  readonly maxConcurrent?: number
  /** Largest frame a backend may send, in bytes. Default 4 MiB. */
  readonly maxFrameBytes?: number
}

/**
 * Makes the dialler.
 * @returns a dialler whose dials never throw: everything that goes wrong is told as refused or unreachable
 */
export function createDialler(options: DiallerOptions): Dialler {
  const maxConcurrent = options.maxConcurrent ?? defaultMaxConcurrent
  const waiting = new FairQueue<() => void>()
  const running = new Set<() => void>()
  const tls = createTlsMaterial(options.clock)
  let stopped = false

  const startNext = () => {
    while (running.size < maxConcurrent) {
      const start = waiting.shift()
      if (start === undefined) return
      start()
    }
  }

  return {
    dial(request, events) {
      if (stopped) return () => undefined
      let cancel: () => void = () => waiting.remove(request.backend.name, start)
      const start = () => {
        const stop = openLink(request, events, options, tls, () => {
          running.delete(stop)
          startNext()
        })
        running.add(stop)
        cancel = stop
      }
      if (running.size < maxConcurrent) start()
      else waiting.push(request.backend.name, start)
      return () => cancel()
    },
    get underWay() {
      return running.size
    },
    get waiting() {
      return waiting.size
    },
    stop() {
      stopped = true
      waiting.clear()
      for (const stop of running) stop()
    },
  }
}

/**
 * One handshake.
 * @param onSettled called once when it is over, however it ended
 * @returns ends it while it lasts, without a word to `events`
 */
function openLink(
  request: DialRequest,
  events: BackendEvents,
  options: DiallerOptions,
  tls: ReturnType<typeof createTlsMaterial>,
  onSettled: () => void,
): () => void {
  const { station, backend, attempt } = request
  let isSettled = false
  let ws: WebSocket | null = null

  const settle = () => {
    isSettled = true
    cancelTimeout()
    onSettled()
  }
  const fail = (failure: HandshakeFailure) => {
    if (isSettled) return
    settle()
    ws?.terminate()
    const verdict = judgeHandshake(failure)
    if (verdict.kind === 'unreachable') {
      events.backendUnreachable(station, backend.name, attempt, verdict.status, verdict.reason)
    } else {
      events.backendRefused(station, backend.name, attempt, verdict.cause, verdict.status, verdict.reason)
    }
  }
  const cancelTimeout = options.clock.after(backend.connectTimeoutMs, () => fail({ kind: 'timeout' }))

  try {
    ws = new WebSocket(urlFor(backend, station), [...request.ocpp], {
      ...tls.optionsFor(backend),
      ...closeTimeout,
      headers: { ...backend.headers, ...authorizationFor(request) },
      maxPayload: options.maxFrameBytes ?? defaultMaxFrameBytes,
      // Offered only where every version on offer permits it: the backend answers both questions at once.
      perMessageDeflate: request.ocpp.every((version) => wireRules[version].compression) ? boundedDeflate : false,
    })
  } catch (error) {
    // A URL or a certificate file that cannot be used; told later, as no event comes inside the call.
    const { message, code } = error as Error & { code?: string }
    queueMicrotask(() => fail({ kind: 'error', code: code ?? null, message }))
  }

  if (ws !== null)
    listenToHandshake(ws, request, fail, (ocpp, wire, open) => {
      if (isSettled) return
      settle()
      const link: OcppSocketOptions = {
        clock: options.clock,
        random: options.random,
        pingEveryMs: backend.pingEveryMs,
        maxFramesPerSecond: null,
      }
      const socket = new BackendLink(open, wire, link, { station, backend: backend.name, attempt }, events)
      events.backendUp(station, backend.name, attempt, ocpp, socket)
    })

  return () => {
    if (isSettled) return
    settle()
    ws?.terminate()
  }
}

function listenToHandshake(
  ws: WebSocket,
  request: DialRequest,
  fail: (failure: HandshakeFailure) => void,
  open: (ocpp: Subprotocol, wire: Duplex, ws: WebSocket) => void,
): void {
  let wire: Duplex | null = null
  let failure: HandshakeFailure | null = null
  ws.on('upgrade', (response) => {
    wire = response.socket
    // The library refuses these by itself, with an error that only its wording tells apart.
    const chosen = response.headers['sec-websocket-protocol']
    if (chosen === undefined) failure = { kind: 'noVersion' }
    else if (!request.ocpp.some((version) => version === chosen)) failure = { kind: 'wrongVersion' }
    else failure = { kind: 'badUpgrade' }
  })
  ws.on('unexpected-response', (_, response) => {
    const status = response.statusCode ?? 0
    response.on('error', () => undefined)
    response.resume()
    fail({ kind: 'status', status })
  })
  ws.on('error', (error: Error & { code?: unknown }) => {
    fail(failure ?? { kind: 'error', code: typeof error.code === 'string' ? error.code : null, message: error.message })
  })
  ws.on('open', () => {
    if (!isSubprotocol(ws.protocol) || wire === null) {
      fail({ kind: 'noVersion' })
      return
    }
    // What served the handshake is not kept for the life of the link; the link listens for errors itself.
    ws.removeAllListeners()
    open(ws.protocol, wire, ws)
  })
}
