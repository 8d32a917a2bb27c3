// A connection in the simulated world: two directions, each first in, first out, both dying together. It promises what TCP
// and WebSocket promise, no more and no less: what was sent before a loss may or may not have arrived, nothing overtakes,
// nothing arrives after the end was told, and an end may be told late (half open).

import type { Clock } from 'busbar/system/clock.ts'
import type { SeededRandom } from './random.ts'

export interface End {
  /** Sends to the other end; nothing happens when the connection is over. */
  send(text: string): void
  /** Closes in order: what was sent before still arrives. */
  close(code: number, reason: string): void
  /** Set by whoever holds this end. */
  onText: ((text: string) => void) | null
  onClose: ((code: number, reason: string) => void) | null
}

export interface Connection {
  readonly a: End
  readonly b: End
  /** Cuts it: whatever is under way is lost; each end learns of it after its own delay (a cable pulled, a process killed). */
  cut(): void
  readonly over: boolean
}

export interface NetworkWeather {
  readonly minDelayMs: number
  readonly maxDelayMs: number
  /** How long an end may believe in a connection that was cut. */
  readonly maxBlindMs: number
}

export function connect(clock: Clock, random: SeededRandom, weather: NetworkWeather): Connection {
  let over = false
  const told = { a: false, b: false }
  const lastArrival = { a: 0, b: 0 }
  const ends = {} as { a: End; b: End }
  const arrive = (to: 'a' | 'b', run: () => void) => {
    // FIFO: never before what was sent earlier in this direction.
    const at = Math.max(lastArrival[to], clock.mono() + random.between(weather.minDelayMs, weather.maxDelayMs))
    lastArrival[to] = at
    clock.after(at - clock.mono(), run)
  }
  const tell = (to: 'a' | 'b', code: number, reason: string) => {
    if (told[to]) return
    told[to] = true
    ends[to].onClose?.(code, reason)
  }
  const end = (self: 'a' | 'b', other: 'a' | 'b'): End => ({
    onText: null,
    onClose: null,
    send(text) {
      if (over || told[self]) return
      arrive(other, () => {
        if (!over && !told[other]) ends[other].onText?.(text)
      })
    },
    close(code, reason) {
      if (told[self]) return
      if (over) {
        tell(self, 1006, '')
        return
      }
      arrive(other, () => {
        if (over) return
        over = true
        tell(other, code, reason)
      })
      // The closer hears nothing more and learns of the end after the handshake.
      clock.after(weather.maxDelayMs * 2, () => tell(self, code, reason))
    },
  })
  ends.a = end('a', 'b')
  ends.b = end('b', 'a')
  return {
    ...ends,
    cut() {
      if (over) return
      over = true
      for (const to of ['a', 'b'] as const) clock.after(random.between(0, weather.maxBlindMs), () => tell(to, 1006, ''))
    },
    get over() {
      return over
    },
  }
}
