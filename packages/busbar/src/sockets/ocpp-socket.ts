// What the sockets of both sides have in common: one open WebSocket, from the moment it opens to its one `down`. It
// pings on its own leg and notices a peer that went without a word (traps T19, W9), counts what waits to be written
// (T32), slows a peer that sends too fast, and names frames that could not be read (T27). Who stands above it is told by
// four calls; the two subclasses turn them into the events of the seam.

import type { Duplex } from 'node:stream'
import { defaultWaterMarks, judgePressure, type WaterMarks } from '@busbar/core/connection/pressure.ts'
import type { FrameLoss, RawFrame } from '@busbar/core/station/input.ts'
import type { WebSocket } from 'ws'
import type { LinkSocket, PressureLevel } from '../links.ts'
import type { Clock } from '../system/clock.ts'
import type { Random } from '../system/random.ts'
import { binaryLoss, readFatalLoss } from './frame-loss.ts'

/** A peer that left this many of our pings in a row without any byte in return is gone. */
const missedPingsUntilDead = 3

/** Pings of many links are spread by this share of the interval, so that they do not come in one burst. */
const pingJitter = 0.2

/** How often a link above the high-water mark is looked at again: short against any time-out, rare against frames. */
const pressureCheckEveryMs = 50

/**
 * How long a peer may take to answer our close frame, in milliseconds: `ws` waits 30 s, far too long for one that is
 * gone. An option that its types do not list, to be spread into the others.
 */
export const closeTimeout = { closeTimeout: 5_000 } as const

export interface OcppSocketOptions {
  readonly clock: Clock
  readonly random: Random
  /** 0: never ping, never take the peer for dead. */
  readonly pingEveryMs: number
  /** Frames per second above which reading pauses; null: no limit. */
  readonly maxFramesPerSecond: number | null
  readonly waterMarks?: WaterMarks
}

export abstract class OcppSocket implements LinkSocket {
  protected readonly ws: WebSocket
  readonly #wire: Duplex & { readonly bytesRead?: number }
  readonly #options: OcppSocketOptions
  readonly #marks: WaterMarks

  #cancelPing: (() => void) | null = null
  #missed = 0
  #bytesAtLastPing: number
  #pausedByOwner = false
  /** Takes back the timer that ends a pause for the rate limit; null when there is none. */
  #endSlowdown: (() => void) | null = null
  #allowance: number
  #allowanceAt = 0
  #cancelPressureCheck: (() => void) | null = null
  #isHigh = false
  /** Why it ends, when that is known before the peer's close frame says something else. */
  #cause: { readonly code: number; readonly reason: string } | null = null
  #isDown = false

  /**
   * @param ws an open WebSocket whose first frame has not been delivered yet
   * @param wire the network socket under it, whose count of bytes tells life from silence
   */
  protected constructor(ws: WebSocket, wire: Duplex, options: OcppSocketOptions) {
    this.ws = ws
    this.#wire = wire
    this.#options = options
    this.#marks = options.waterMarks ?? defaultWaterMarks
    this.#bytesAtLastPing = this.#wire.bytesRead ?? 0
    this.#allowance = options.maxFramesPerSecond ?? 0
    ws.on('message', this.#onMessage)
    ws.on('error', this.#onError)
    ws.on('close', this.#onClose)
    this.#armPing()
  }

  protected abstract onFrame(frame: RawFrame): void
  protected abstract onLost(loss: FrameLoss): void
  protected abstract onPressure(level: PressureLevel): void
  protected abstract onDown(code: number, reason: string): void

  get bufferedBytes(): number {
    return this.ws.bufferedAmount
  }

  send(frame: RawFrame): void {
    if (this.ws.readyState !== this.ws.OPEN) return
    // `binary: false` makes a text frame of the bytes; they are UTF-8 because they were checked when they came in.
    this.ws.send(frame.bytes ?? frame.text, textFrame)
    if (!this.#isHigh && this.ws.bufferedAmount > this.#marks.highBytes) this.#checkPressure()
  }

  close(code: number, reason: string): void {
    if (this.#isDown) return
    this.#cause ??= { code, reason }
    // The peer's close frame can only be read by a socket that reads.
    this.#pausedByOwner = false
    this.#stopSlowdown()
    this.ws.resume()
    this.ws.close(code, cutReason(reason))
  }

  terminate(): void {
    this.ws.terminate()
  }

  pause(): void {
    this.#pausedByOwner = true
    this.ws.pause()
  }

  resume(): void {
    this.#pausedByOwner = false
    if (this.#endSlowdown === null) this.ws.resume()
  }

  /**
   * Asks the peer for a sign of life.
   * @returns whether a byte came within the time
   */
  probe(withinMs: number): Promise<boolean> {
    if (this.ws.readyState !== this.ws.OPEN) return Promise.resolve(false)
    const before = this.#wire.bytesRead
    this.ws.ping()
    return new Promise((resolve) => {
      const finish = (alive: boolean) => {
        cancel()
        this.ws.off('pong', onLife)
        this.ws.off('message', onLife)
        this.ws.off('close', onEnd)
        resolve(alive)
      }
      const onLife = () => finish(true)
      const onEnd = () => finish(false)
      const cancel = this.#options.clock.after(withinMs, () => finish(this.#wire.bytesRead !== before))
      this.ws.on('pong', onLife)
      this.ws.on('message', onLife)
      this.ws.on('close', onEnd)
    })
  }

  readonly #onMessage = (data: unknown, isBinary: boolean): void => {
    // `ws` gives one Buffer per message as long as its binaryType is left alone.
    const bytes = data as Buffer
    if (this.#options.maxFramesPerSecond !== null) this.#countFrame(this.#options.maxFramesPerSecond)
    if (isBinary) this.onLost(binaryLoss(bytes.length))
    else this.onFrame({ text: bytes.toString('utf8'), bytes })
  }

  readonly #onError = (error: Error): void => {
    const fatal = readFatalLoss(error)
    if (fatal === null) {
      this.#cause ??= { code: 1006, reason: error.message }
      return
    }
    this.#cause ??= { code: fatal.closeCode, reason: fatal.loss.detail }
    this.onLost(fatal.loss)
  }

  readonly #onClose = (code: number, reason: Buffer): void => {
    this.#isDown = true
    this.#cancelPing?.()
    this.#cancelPressureCheck?.()
    this.#stopSlowdown()
    // What we knew first is the reason; the peer's echo of our close frame adds nothing.
    const cause = this.#cause ?? { code, reason: reason.toString('utf8') }
    this.onDown(cause.code, cause.reason)
  }

  #armPing(): void {
    const { pingEveryMs, random, clock } = this.#options
    if (pingEveryMs <= 0) return
    const wait = pingEveryMs * (1 - pingJitter / 2 + pingJitter * random())
    this.#cancelPing = clock.after(wait, this.#onPingDue)
  }

  readonly #onPingDue = (): void => {
    // Bytes, not frames: a large message on a slow line takes longer than three pings, and no pong can overtake it.
    const bytesRead = this.#wire.bytesRead ?? 0
    const isReading = !this.ws.isPaused
    this.#missed = bytesRead !== this.#bytesAtLastPing || !isReading ? 0 : this.#missed + 1
    this.#bytesAtLastPing = bytesRead
    if (this.#missed > missedPingsUntilDead) {
      this.#cause ??= { code: 1006, reason: `no sign of life after ${missedPingsUntilDead} pings` }
      this.ws.terminate()
      return
    }
    if (this.ws.readyState === this.ws.OPEN) this.ws.ping()
    this.#armPing()
  }

  #countFrame(perSecond: number): void {
    const now = this.#options.clock.mono()
    const earned = ((now - this.#allowanceAt) * perSecond) / 1000
    this.#allowance = Math.min(perSecond, this.#allowance + earned) - 1
    this.#allowanceAt = now
    if (this.#allowance >= 0 || this.#endSlowdown !== null || this.#isDown) return
    this.ws.pause()
    this.#endSlowdown = this.#options.clock.after(Math.ceil((-this.#allowance * 1000) / perSecond), () => {
      this.#endSlowdown = null
      if (!this.#pausedByOwner) this.ws.resume()
    })
  }

  #stopSlowdown(): void {
    this.#endSlowdown?.()
    this.#endSlowdown = null
  }

  readonly #checkPressure = (): void => {
    this.#cancelPressureCheck = null
    if (this.#isDown) return
    const waiting = this.ws.bufferedAmount
    const verdict = judgePressure(this.#isHigh, waiting, this.#marks)
    if (verdict === 'terminate') {
      this.#cause ??= { code: 1006, reason: `it does not read: ${waiting} bytes wait for it` }
      this.ws.terminate()
      return
    }
    if (verdict !== 'none') {
      this.#isHigh = verdict === 'high'
      this.onPressure(verdict)
    }
    if (this.#isHigh) this.#cancelPressureCheck = this.#options.clock.after(pressureCheckEveryMs, this.#checkPressure)
  }
}

const textFrame = { binary: false } as const

/** A close reason has at most 123 bytes (RFC 6455 section 5.5); cut at a character. */
function cutReason(reason: string): string {
  let cut = reason
  while (Buffer.byteLength(cut) > 123) cut = cut.slice(0, -1)
  return cut.toWellFormed()
}
