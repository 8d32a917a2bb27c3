// One station and one backend, joined by a connection in virtual time: the smallest world in which the actors can be
// watched. Frames keep their order, take `latencyMs`, and die with the connection, as they do on a real one. For tests;
// the simulated world of the broker has its own network.

import { createBackend, stepBackend } from './backend.ts'
import type { Backend, BackendEffect, BackendInput, BackendOptions } from './backend-state.ts'
import { type ActorMoment, seededChance } from './moment.ts'
import { createStation, stepStation } from './station.ts'
import type { Station, StationEffect, StationInput, StationOptions } from './station-state.ts'

export interface DuetFrame {
  readonly at: number
  readonly from: 'station' | 'backend'
  readonly text: string
}

export interface Duet {
  readonly station: Station
  readonly backend: Backend
  /** Every text that was sent, in order. */
  readonly frames: DuetFrame[]
  readonly notes: string[]
  /** Whether the backend can be reached; when set to false open connections break. */
  reachable: (yes: boolean) => void
  /** Lets something happen to the station now, and everything that follows within no time. */
  tellStation: (input: StationInput) => void
  tellBackend: (input: BackendInput) => void
  /** Lets time pass. */
  run: (ms: number) => void
  now: () => number
}

export interface DuetOptions {
  readonly station: Partial<StationOptions>
  readonly backend?: Partial<BackendOptions>
  readonly latencyMs?: number
  readonly seed?: number
  /** Milliseconds since 1970 at the start. */
  readonly startAt?: number
}

/** The identity under which the station of a duet connects. */
export const duetIdentity = 'DUET-1'

/** Makes a duet; the station is not powered up yet. */
export function createDuet(options: DuetOptions): Duet {
  const station = createStation(options.station)
  const backend = createBackend(options.backend ?? {})
  const latencyMs = options.latencyMs ?? 20
  const startAt = options.startAt ?? Date.parse('2026-03-02T08:00:00Z')
  const random = seededChance(options.seed ?? 1)
  const frames: DuetFrame[] = []
  const notes: string[] = []
  const jobs: { at: number; order: number; name: string; job: () => void }[] = []
  let clock = 0
  let order = 0
  let ids = 0
  let reachable = true
  let openLink = 0

  const moment = (): ActorMoment => ({
    at: startAt + clock,
    mono: clock,
    random,
    freshId: () => {
      ids += 1
      return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`
    },
  })
  const later = (ms: number, name: string, job: () => void) => {
    order += 1
    jobs.push({ at: clock + ms, order, name, job })
  }
  const drop = (name: string) => {
    for (let index = jobs.length - 1; index >= 0; index -= 1) if (jobs[index]?.name === name) jobs.splice(index, 1)
  }
  const breakLink = (link: number, reason: string) => {
    if (openLink === link) openLink = 0
    drop(`frame ${link}`)
    tellBackend({ kind: 'linkDown', link })
    later(0, 'station', () => tellStation({ kind: 'linkDown', link, reason }))
  }

  function tellStation(input: StationInput): void {
    const effects: StationEffect[] = []
    stepStation(station, input, { now: moment(), effects })
    for (const effect of effects) carryOutForStation(effect)
  }

  function carryOutForStation(effect: StationEffect): void {
    switch (effect.kind) {
      case 'connect':
        return later(latencyMs, 'station', () => {
          if (!reachable) return tellStation({ kind: 'linkDown', link: effect.link, reason: 'unreachable' })
          openLink = effect.link
          tellBackend({ kind: 'linkUp', link: effect.link, identity: duetIdentity, ocpp: station.options.ocpp })
          tellStation({ kind: 'linkUp', link: effect.link })
        })
      case 'send':
        frames.push({ at: clock, from: 'station', text: effect.text })
        return later(latencyMs, `frame ${effect.link}`, () =>
          tellBackend({ kind: 'frame', link: effect.link, text: effect.text }),
        )
      case 'close':
        return breakLink(effect.link, effect.reason)
      case 'wake':
        drop('wake station')
        return later(effect.afterMs, 'wake station', () => tellStation({ kind: 'timer' }))
      case 'note':
        notes.push(effect.text)
        return
      case 'crashed':
        notes.push(`crashed: ${effect.reason}`)
    }
  }

  function tellBackend(input: BackendInput): void {
    const effects: BackendEffect[] = []
    stepBackend(backend, input, { now: moment(), effects })
    for (const effect of effects) carryOutForBackend(effect)
  }

  function carryOutForBackend(effect: BackendEffect): void {
    switch (effect.kind) {
      case 'send':
        frames.push({ at: clock, from: 'backend', text: effect.text })
        return later(latencyMs, `frame ${effect.link}`, () =>
          tellStation({ kind: 'frame', link: effect.link, text: effect.text }),
        )
      case 'close':
        return breakLink(effect.link, effect.reason)
      case 'wake':
        drop('wake backend')
        return later(effect.afterMs, 'wake backend', () => tellBackend({ kind: 'timer' }))
      case 'note':
        return
    }
  }

  return {
    station,
    backend,
    frames,
    notes,
    reachable: (yes) => {
      reachable = yes
      if (!yes && openLink !== 0) breakLink(openLink, 'unreachable')
    },
    tellStation,
    tellBackend,
    run: (ms) => {
      const until = clock + ms
      for (;;) {
        jobs.sort((a, b) => a.at - b.at || a.order - b.order)
        const next = jobs[0]
        if (next === undefined || next.at > until) break
        jobs.shift()
        clock = next.at
        next.job()
      }
      clock = until
    },
    now: () => startAt + clock,
  }
}
