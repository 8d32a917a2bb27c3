// One open link to a backend for one station. It may be opened before its station is let in; then nobody listens yet, and
// it holds what comes with the handshake until the engine takes it, so that no frame of either side is ever lost (T1).

import type { Duplex } from 'node:stream'
import type { FrameLoss, RawFrame } from '@busbar/core/station/input.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { WebSocket } from 'ws'
import type { BackendEvents, BackendSocket, DialledLink, PressureLevel } from '../links.ts'
import { OcppSocket, type OcppSocketOptions } from '../sockets/ocpp-socket.ts'

/** What came before anybody listened, in order. */
type Held =
  | { readonly kind: 'frame'; readonly frame: RawFrame }
  | { readonly kind: 'lost'; readonly loss: FrameLoss }
  | { readonly kind: 'down'; readonly code: number; readonly reason: string }

type Listening =
  | { readonly phase: 'held'; readonly held: Held[] }
  | { readonly phase: 'taken'; readonly events: BackendEvents }

export class BackendLink extends OcppSocket implements BackendSocket {
  readonly #station: string
  readonly #backend: string
  #attempt: number
  #listening: Listening

  constructor(
    ws: WebSocket,
    wire: Duplex,
    options: OcppSocketOptions,
    name: { readonly station: string; readonly backend: string; readonly attempt: number },
    events: BackendEvents,
  ) {
    super(ws, wire, options)
    this.#station = name.station
    this.#backend = name.backend
    this.#attempt = name.attempt
    this.#listening = { phase: 'taken', events }
  }

  get attempt(): number {
    return this.#attempt
  }

  hold(): DialledLink {
    this.#listening = { phase: 'held', held: [] }
    this.pause()
    return {
      backend: this.#backend,
      ocpp: this.ws.protocol as Subprotocol,
      take: (attempt, events) => this.#take(attempt, events),
      terminate: () => this.terminate(),
    }
  }

  #take(attempt: number, events: BackendEvents): BackendSocket {
    this.#attempt = attempt
    queueMicrotask(() => {
      const before = this.#listening
      this.#listening = { phase: 'taken', events }
      if (before.phase === 'held') for (const item of before.held) this.#tell(events, item)
      this.resume()
    })
    return this
  }

  #tell(events: BackendEvents, item: Held): void {
    if (item.kind === 'frame') events.backendFrame(this.#station, this.#backend, this.#attempt, item.frame)
    else if (item.kind === 'lost') events.backendFrameLost(this.#station, this.#backend, this.#attempt, item.loss)
    else events.backendDown(this.#station, this.#backend, this.#attempt, item.code, item.reason)
  }

  protected override onFrame(frame: RawFrame): void {
    const listening = this.#listening
    if (listening.phase === 'taken') {
      listening.events.backendFrame(this.#station, this.#backend, this.#attempt, frame)
    } else listening.held.push({ kind: 'frame', frame })
  }

  protected override onLost(loss: FrameLoss): void {
    const listening = this.#listening
    if (listening.phase === 'taken') {
      listening.events.backendFrameLost(this.#station, this.#backend, this.#attempt, loss)
    } else listening.held.push({ kind: 'lost', loss })
  }

  protected override onPressure(level: PressureLevel): void {
    const listening = this.#listening
    // Nothing is written to a link that nobody has taken.
    if (listening.phase === 'taken')
      listening.events.backendPressure(this.#station, this.#backend, this.#attempt, level)
  }

  protected override onDown(code: number, reason: string): void {
    const listening = this.#listening
    if (listening.phase === 'taken') {
      listening.events.backendDown(this.#station, this.#backend, this.#attempt, code, reason)
    } else listening.held.push({ kind: 'down', code, reason })
  }
}
