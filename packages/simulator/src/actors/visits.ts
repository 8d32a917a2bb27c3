// People with cars: who comes to a connector, what they do there, and when they leave. A visit is a list of things that
// happen to a station, each with its time, so that it can be played on a real socket and in the simulated world alike.

import type { CarOptions } from './car.ts'
import type { StationInput } from './station-state.ts'

/** A person with a card and a car. */
export interface Driver {
  readonly token: string
  readonly car: Omit<CarOptions, 'soc'>
}

export interface TimedInput {
  /** Milliseconds after the arrival, in the car's time. */
  readonly afterMs: number
  readonly input: StationInput
}

export interface Visit {
  readonly happens: readonly TimedInput[]
  /** When the connector is free for the next one. */
  readonly endsAfterMs: number
}

const minute = 60_000

/** How long somebody stays at the charger, in the car's time. */
export interface Stay {
  readonly shortestMs: number
  readonly longestMs: number
}

/** A stop for shopping. */
export const usualStay: Stay = { shortestMs: 15 * minute, longestMs: 40 * minute }

const carShapes: readonly Omit<CarOptions, 'soc'>[] = [
  { capacityWh: 58_000, targetSoc: 80, maxA: 16, phases: 3, maxDcA: 250, tellsSoc: true },
  { capacityWh: 77_000, targetSoc: 90, maxA: 16, phases: 3, maxDcA: 400, tellsSoc: false },
  { capacityWh: 41_000, targetSoc: 100, maxA: 32, phases: 3, maxDcA: 100, tellsSoc: false },
  { capacityWh: 24_000, targetSoc: 100, maxA: 32, phases: 1, maxDcA: 100, tellsSoc: false },
]

/** Drivers with cards `<prefix>-01` and so on and cars of several kinds. */
export function driversNamed(prefix: string, count: number): Driver[] {
  return Array.from({ length: count }, (_each, index) => ({
    token: `${prefix}-${String(index + 1).padStart(2, '0')}`,
    car: carShapes[index % carShapes.length] as Omit<CarOptions, 'soc'>,
  }))
}

/**
 * One visit: the cable, the card, some charging, the card again (or just the cable), and away.
 * @param random uniform in [0, 1)
 */
export function planVisit(connector: number, driver: Driver, random: () => number, stay: Stay = usualStay): Visit {
  const soc = 15 + Math.floor(random() * 40)
  const token = { id: driver.token, type: 'ISO14443' }
  const present: StationInput = { kind: 'present', connector, token }
  const cardAfterMs = 5_000 + random() * 15_000
  const chargedMs = stay.shortestMs + random() * (stay.longestMs - stay.shortestMs)
  const endsWithCard = random() < 0.7
  const happens: TimedInput[] = [
    { afterMs: 0, input: { kind: 'plugIn', connector, car: { ...driver.car, soc } } },
    { afterMs: cardAfterMs, input: present },
  ]
  const doneMs = cardAfterMs + chargedMs
  if (endsWithCard) happens.push({ afterMs: doneMs, input: present })
  const leavesMs = doneMs + (0.05 + 0.1 * random()) * chargedMs
  happens.push({ afterMs: leavesMs, input: { kind: 'plugOut', connector } })
  return { happens, endsAfterMs: leavesMs }
}

/** Somebody whose card is refused tries it twice and drives on. */
export function planRefusedVisit(connector: number, driver: Driver): Visit {
  const token = { id: driver.token, type: 'ISO14443' }
  const present: StationInput = { kind: 'present', connector, token }
  return {
    happens: [
      { afterMs: 0, input: { kind: 'plugIn', connector, car: { ...driver.car, soc: 40 } } },
      { afterMs: 20_000, input: present },
      { afterMs: 3 * minute, input: present },
      { afterMs: 5 * minute, input: { kind: 'plugOut', connector } },
    ],
    endsAfterMs: 5 * minute,
  }
}
