// The gate: an answer leaves for its station only when its call is on disk (rule JN-G1), and frames to one station keep
// the order in which they were decided (JN-G2): what must not wait still waits behind what must. Stations do not wait for
// each other.

import type { Position } from '@busbar/core/base/moment.ts'
import type { RawFrame } from '@busbar/core/station/input.ts'

interface Held {
  readonly frame: RawFrame | null
  /** Runs instead of a frame: closing the connection after what was said before. */
  readonly run: (() => void) | null
  readonly hold: Position
}

/** The way out to one station's connection. */
export interface Lane {
  /** What waits, oldest first; null when nothing does. */
  held: Held[] | null
  readonly send: (frame: RawFrame) => void
}

export class Gate {
  #synced: Position
  /** The store cannot be written: nothing waits, Busbar only relays (trap T10). */
  #open = false
  readonly #waiting = new Set<Lane>()

  constructor(synced: Position) {
    this.#synced = synced
  }

  /** Sends now, or when the journal is durable up to `hold`. */
  offer(lane: Lane, frame: RawFrame, hold: Position): void {
    if (lane.held === null && (hold <= this.#synced || this.#open)) lane.send(frame)
    else this.#hold(lane, { frame, run: null, hold })
  }

  /** Does something to the connection after all that was offered before. */
  after(lane: Lane, run: () => void): void {
    if (lane.held === null) run()
    else this.#hold(lane, { frame: null, run, hold: 0 })
  }

  /** Lets go of what waits: the connection ended. */
  forget(lane: Lane): void {
    lane.held = null
    this.#waiting.delete(lane)
  }

  /** The journal is durable up to here. */
  synced(upTo: Position): void {
    this.#synced = upTo
    if (this.#waiting.size > 0) this.#release()
  }

  /** While true nothing is held back: the journal cannot promise anything, and says so by its own means. */
  setOpen(open: boolean): void {
    this.#open = open
    if (open) this.#release()
  }

  get waiting(): number {
    return this.#waiting.size
  }

  #hold(lane: Lane, held: Held): void {
    if (lane.held === null) {
      lane.held = []
      this.#waiting.add(lane)
    }
    lane.held.push(held)
  }

  #release(): void {
    for (const lane of this.#waiting) {
      const held = lane.held
      if (held === null) {
        this.#waiting.delete(lane)
        continue
      }
      let gone = 0
      while (gone < held.length && (this.#open || held[gone]!.hold <= this.#synced)) gone++
      if (gone === 0) continue
      if (gone === held.length) {
        lane.held = null
        this.#waiting.delete(lane)
      } else lane.held = held.slice(gone)
      for (let at = 0; at < gone; at++) {
        const { frame, run } = held[at]!
        if (frame !== null) lane.send(frame)
        run?.()
      }
    }
  }
}
