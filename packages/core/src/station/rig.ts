// A station's machine on a test bench: it is fed inputs, its positions are counted, and what it wants to send is kept as
// texts. Used by the tests of the path only.

import type { Position } from '../base/moment.ts'
import type { Entry } from '../journal/entry.ts'
import type { Route } from '../routing/route.ts'
import type { StationEffect, Surroundings } from './effect.ts'
import type { StationInput, TimerName } from './input.ts'
import { newStation, type Station, stepStation } from './step.ts'

export interface Sent {
  readonly text: string
  readonly hold: Position
  /** The very object that came in, when nothing was changed. */
  readonly bytes: Uint8Array | null
}

export interface Rig {
  readonly station: Station
  readonly entries: Entry[]
  readonly effects: StationEffect[]
  /** Monotonic milliseconds; tests move it. */
  mono: number
  feed(input: StationInput): void
  /** Connects the station on epoch 1 and the backend on its first attempt. */
  connect(options?: {
    ocpp?: 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1'
    mode?: Route['mode']
    backendUp?: boolean
    offered?: string[]
  }): void
  fromStation(text: string, epoch?: number): void
  fromBackend(text: string): void
  backendUp(): void
  fire(timer: TimerName): void
  toStation(): Sent[]
  toBackend(): Sent[]
  of<K extends StationEffect['kind']>(kind: K): Extract<StationEffect, { kind: K }>[]
  faults(): string[]
}

const noFindings: Surroundings = { inspect: () => null, isCharging: () => false }

export function rig(around: Surroundings = noFindings): Rig {
  const station = newStation('CP-1')
  const entries: Entry[] = []
  const effects: StationEffect[] = []
  let next = 1
  let ids = 0
  const bytesOf = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
  const sent = (kind: 'toStation' | 'toBackend'): Sent[] =>
    effects.flatMap((effect) =>
      (effect.kind === 'toStation' || effect.kind === 'toBackend') && effect.kind === kind
        ? [{ text: effect.frame.text, bytes: effect.frame.bytes, hold: effect.kind === 'toStation' ? effect.hold : 0 }]
        : [],
    )
  const self: Rig = {
    station,
    entries,
    effects,
    mono: 1_000,
    feed(input) {
      const now = {
        at: 1_700_000_000_000 + self.mono,
        mono: self.mono,
        freshId: () => `fresh-${++ids}`,
        random: () => 0.5,
        next,
      }
      const step = { now, entries: [] as Entry[], effects: [] as StationEffect[], around }
      stepStation(station, input, step)
      if (step.now.next !== next + step.entries.length) throw new Error('positions and entries differ')
      next = step.now.next
      entries.push(...step.entries)
      effects.push(...step.effects)
    },
    connect({ ocpp = 'ocpp1.6', mode = 'resilient', backendUp = true, offered = [ocpp] } = {}) {
      const route = { primary: 'billing', mode }
      const head = { remote: null, profile: 0, certificateSerial: null, dialled: null }
      self.feed({ kind: 'stationUp', epoch: 1, ocpp, offered, route, ...head })
      if (backendUp) self.backendUp()
    },
    fromStation(text, epoch = 1) {
      self.feed({ kind: 'stationFrame', epoch, frame: { text, bytes: bytesOf(text) } })
    },
    fromBackend(text) {
      const attempt = station.backend.phase === 'off' ? 0 : station.backend.attempt
      self.feed({ kind: 'backendFrame', backend: 'billing', attempt, frame: { text, bytes: bytesOf(text) } })
    },
    backendUp() {
      const ocpp = station.link.phase === 'up' ? station.link.ocpp : 'ocpp1.6'
      self.feed({ kind: 'backendUp', backend: 'billing', attempt: station.lastAttempt, ocpp })
    },
    fire(timer) {
      const wake = effects.findLast((effect) => effect.kind === 'wake' && effect.timer === timer)
      if (wake?.kind !== 'wake') throw new Error(`no ${timer} timer was set`)
      self.mono += wake.afterMs
      self.feed({ kind: 'timer', timer, attempt: wake.attempt })
    },
    toStation: () => sent('toStation'),
    toBackend: () => sent('toBackend'),
    of: (kind) => effects.filter((effect) => effect.kind === kind) as never,
    faults: () => entries.filter((entry) => entry.kind === 'fault').map((entry) => entry.code),
  }
  return self
}
