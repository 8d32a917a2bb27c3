// One simulated station, as cheap as possible: a socket, at most one CALL out, and no idea what the answers mean. What
// happens next is decided by whoever listens to it.

import { connect, type Socket } from 'node:net'
import { answerId, type Message } from './payload.ts'
import { FrameReader, headerLength, opcode, sealFrame, upgradeRequest } from './wire.ts'

/** All sockets of the process read into this one buffer; every callback is done with it before it returns. */
const readBuffer = Buffer.alloc(64 * 1024)

const END_OF_HEAD = '\r\n\r\n'
const DIGIT_2 = 0x32
const DIGIT_3 = 0x33

/** What a station tells whoever drives it. The bytes of an answer are valid during the call only. */
export interface StationListener {
  opened(station: Station): void
  answered(station: Station, isResult: boolean, bytes: Buffer, start: number, end: number): void
  /** Once per dial, whether it had opened or not. */
  closed(station: Station, reason: string): void
}

export interface Target {
  readonly host: string
  readonly port: number
  /** Path before the identity, without a slash at the end. */
  readonly path: string
}

/** Reads the URL that a broker named for stations. */
export function targetOf(url: string): Target {
  const { hostname, port, pathname } = new URL(url)
  return { host: hostname, port: Number(port), path: pathname.replace(/\/$/, '') }
}

export class Station {
  readonly name: string
  /** Id of the CALL that is out, null when none is. */
  outstanding: string | null = null
  /** The moment from which the latency of the outstanding CALL counts (performance.now). */
  since = 0
  isOpen = false
  readonly #listener: StationListener
  #socket: Socket | null = null
  #head = ''
  readonly #onFrame = (code: number, bytes: Buffer, start: number, end: number) => this.#frame(code, bytes, start, end)
  #reader = new FrameReader(this.#onFrame)

  constructor(name: string, listener: StationListener) {
    this.name = name
    this.#listener = listener
  }

  /** Connects and upgrades. Ends in `opened` or `closed` of the listener. */
  dial(target: Target): void {
    this.#head = ''
    this.#reader = new FrameReader(this.#onFrame)
    let reason = 'closed by the broker'
    const socket = connect({
      host: target.host,
      port: target.port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          try {
            if (this.isOpen) this.#reader.push(readBuffer, length)
            else this.#handshake(readBuffer, length)
          } catch (error) {
            reason = error instanceof Error ? error.message : String(error)
            socket.destroy()
          }
          return true
        },
      },
    })
    this.#socket = socket
    socket.on('connect', () => {
      socket.write(upgradeRequest(`${target.host}:${target.port}`, `${target.path}/${this.name}`, 'ocpp1.6'))
    })
    socket.on('error', (error) => {
      reason = error.message
    })
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = null
      this.isOpen = false
      this.outstanding = null
      this.#listener.closed(this, reason)
    })
  }

  /**
   * Sends a CALL; the station must be open and have none out.
   * @param since the moment from which its latency counts
   */
  call(message: Message, since: number): void {
    this.outstanding = message.id
    this.since = since
    this.#socket?.write(message.frame)
  }

  /** Drops the connection without ceremony; `closed` follows. */
  drop(): void {
    this.#socket?.destroy()
  }

  #handshake(bytes: Buffer, length: number): void {
    this.#head += bytes.toString('latin1', 0, length)
    const end = this.#head.indexOf(END_OF_HEAD)
    if (end < 0) return
    const head = this.#head.slice(0, end)
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(`handshake refused: ${head.split('\r\n', 1)[0]}`)
    if (!/\r\nsec-websocket-protocol: ocpp1\.6(\r\n|$)/i.test(head))
      throw new Error('the subprotocol was not agreed on')
    this.isOpen = true
    const rest = Buffer.from(this.#head.slice(end + END_OF_HEAD.length), 'latin1')
    this.#head = ''
    this.#listener.opened(this)
    if (rest.length > 0) this.#reader.push(rest, rest.length)
  }

  #frame(code: number, bytes: Buffer, start: number, end: number): void {
    if (code === opcode.text) {
      this.#text(bytes, start, end)
    } else if (code === opcode.ping) {
      const length = end - start
      const pong = Buffer.alloc(headerLength(length) + length)
      bytes.copy(pong, headerLength(length), start, end)
      sealFrame(pong, opcode.pong, length, 0x5bd1e995)
      this.#socket?.write(pong)
    } else if (code === opcode.close) {
      const status = end - start >= 2 ? bytes.readUInt16BE(start) : 1005
      throw new Error(`closed by the broker with ${status}`)
    }
  }

  #text(bytes: Buffer, start: number, end: number): void {
    const type = bytes[start + 1]!
    // A CALL towards the station: nobody here answers those, and no load depends on it.
    if (type === DIGIT_2) return
    const idStart = start + answerId.at
    const id = bytes.toString('latin1', idStart, idStart + answerId.length)
    if (id !== this.outstanding) {
      throw new Error(
        `an answer to another message than the one sent: ${bytes.toString('utf8', start, Math.min(end, start + 80))}`,
      )
    }
    this.outstanding = null
    this.#listener.answered(this, type === DIGIT_3, bytes, start, end)
  }
}
