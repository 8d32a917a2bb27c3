// A simulated station on a real socket. The machine decides (`actors/station.ts`); this file dials, writes, reads and
// keeps one timer, so that thousands of stations fit into one process.

import type { ConnectionOptions } from 'node:tls'
import { WebSocket } from 'ws'
import { createStation, stepStation } from './actors/station.ts'
import type { Station, StationEffect, StationInput, StationOptions } from './actors/station-state.ts'
import { after, realChance, realMoment } from './real-moment.ts'

export interface VirtualStationOptions extends Partial<StationOptions> {
  /** Endpoint without the identity, `ws://` or `wss://`. */
  readonly url: string
  readonly identity: string
  /** Basic authentication with the identity as user; null or left out: none. A Buffer goes as the bytes it is. */
  readonly password?: string | Buffer | null
  /** Material for `wss://`: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized`. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>
  /** Source of chance in [0, 1); seeded for a demo that repeats itself. */
  readonly random?: () => number
  /** Told what a person watching would want to know. */
  readonly onNote?: (text: string) => void
  /** Every text that is sent or received. */
  readonly onFrame?: (direction: 'sent' | 'received', text: string) => void
}

export interface VirtualStation {
  readonly identity: string
  readonly station: Station
  /** Lets something happen to it: plug, card, fault, lost network. */
  readonly tell: (input: StationInput) => void
  /** Switches it off and closes its connection; resolves when that is closed. */
  readonly stop: () => Promise<void>
}

/** Longest wait for the handshake. */
const HANDSHAKE_MS = 20_000

/** Switches a station on; it dials at once. */
export function startVirtualStation(options: VirtualStationOptions): VirtualStation {
  const station = createStation(options)
  const random = options.random ?? realChance
  const url = `${options.url.replace(/\/+$/, '')}/${encodeURIComponent(options.identity)}`
  let socket: WebSocket | null = null
  let cancelWake: (() => void) | null = null
  let stopped = false

  function tell(input: StationInput): void {
    if (stopped) return
    const effects: StationEffect[] = []
    const now = realMoment(random)
    stepStation(station, input, { now, effects })
    for (const effect of effects) carryOut(effect)
  }

  function carryOut(effect: StationEffect): void {
    switch (effect.kind) {
      case 'connect':
        return dial(effect.link)
      case 'send':
        options.onFrame?.('sent', effect.text)
        return socket?.send(effect.text)
      case 'close':
        return hangUp(effect.code, effect.reason)
      case 'wake':
        cancelWake?.()
        cancelWake = after(effect.afterMs, () => tell({ kind: 'timer' }))
        return
      case 'note':
        return options.onNote?.(effect.text)
      case 'crashed':
        cancelWake?.()
        return options.onNote?.(`crashed: ${effect.reason}`)
    }
  }

  function hangUp(code: number, reason: string): void {
    // 1006 is what is seen of a peer that vanished; it cannot be sent.
    if (code === 1006) socket?.terminate()
    else socket?.close(code, reason)
    socket = null
  }

  function dial(link: number): void {
    const opened = new WebSocket(url, [station.options.ocpp], {
      ...options.tls,
      ...credentials(options),
      handshakeTimeout: HANDSHAKE_MS,
      // Optional for a station; without it an idle connection costs a tenth of the memory.
      perMessageDeflate: false,
      autoPong: station.traits.pongs,
    })
    socket = opened
    let reason = 'closed'
    opened.on('open', () => tell({ kind: 'linkUp', link }))
    opened.on('message', (data, isBinary) => {
      const text = isBinary ? '' : (data as Buffer).toString()
      options.onFrame?.('received', text)
      tell({ kind: 'frame', link, text })
    })
    opened.on('error', (error) => {
      reason = error.message
    })
    opened.on('close', (code, given) => {
      if (socket === opened) socket = null
      if (!stopped && reason !== 'closed') options.onNote?.(`could not connect or was cut off: ${reason}`)
      tell({ kind: 'linkDown', link, reason: `${code} ${given.toString()} ${reason}` })
    })
  }

  tell({ kind: 'powerUp' })
  return {
    identity: options.identity,
    station,
    tell,
    stop: () => {
      stopped = true
      cancelWake?.()
      const open = socket
      if (open === null || open.readyState === WebSocket.CLOSED) return Promise.resolve()
      return closeSocket(open)
    },
  }
}

function credentials(options: VirtualStationOptions): { headers: Record<string, string> } {
  if (options.password === undefined || options.password === null) return { headers: {} }
  const password = typeof options.password === 'string' ? Buffer.from(options.password) : options.password
  const pair = Buffer.concat([Buffer.from(`${options.identity}:`), password])
  return { headers: { authorization: `Basic ${pair.toString('base64')}` } }
}

/** Closes in good order, and without it after a second. */
function closeSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const takeBack = after(1000, () => socket.terminate())
    socket.once('close', () => {
      takeBack()
      resolve()
    })
    if (socket.readyState === WebSocket.CONNECTING) socket.terminate()
    else socket.close(1001, 'switched off')
  })
}
