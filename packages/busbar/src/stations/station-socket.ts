// One connection of one station, from its 101 to its end, told to the engine under its epoch. Two connections of one
// identity may be open for a moment (trap T18); the epoch keeps what they say apart.

import type { Duplex } from 'node:stream'
import type { FrameLoss, RawFrame } from '@busbar/core/station/input.ts'
import type { WebSocket } from 'ws'
import type { PressureLevel, StationSocket, StationSocketEvents } from '../links.ts'
import { OcppSocket, type OcppSocketOptions } from '../sockets/ocpp-socket.ts'

export class StationConnection extends OcppSocket implements StationSocket {
  readonly id: string
  readonly epoch: number
  readonly #events: StationSocketEvents
  readonly #onEnd: (connection: StationConnection) => void

  /** @param onEnd called after the engine was told of the end */
  constructor(
    ws: WebSocket,
    wire: Duplex,
    options: OcppSocketOptions,
    id: string,
    epoch: number,
    events: StationSocketEvents,
    onEnd: (connection: StationConnection) => void,
  ) {
    super(ws, wire, options)
    this.id = id
    this.epoch = epoch
    this.#events = events
    this.#onEnd = onEnd
  }

  protected override onFrame(frame: RawFrame): void {
    this.#events.stationFrame(this.id, this.epoch, frame)
  }

  protected override onLost(loss: FrameLoss): void {
    this.#events.stationFrameLost(this.id, this.epoch, loss)
  }

  protected override onPressure(level: PressureLevel): void {
    this.#events.stationPressure(this.id, this.epoch, level)
  }

  protected override onDown(code: number, reason: string): void {
    this.#events.stationDown(this.id, this.epoch, code, reason)
    this.#onEnd(this)
  }
}
