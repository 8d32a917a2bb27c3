// The small site of `busbar demo`: stations of three OCPP versions and four makers with names a person understands, cars
// that come and go, a lost card, a modem that hiccups, and two backends of different character. What happens, and in
// which order, follows from a seed; only the network's own timing differs between two runs.

import type { BackendOptions } from './actors/backend-state.ts'
import { ac7kW, ac11kW, ac22kW, dc50kW } from './actors/car.ts'
import { seededChance } from './actors/moment.ts'
import type { StationOptions } from './actors/station-state.ts'
import { type Driver, driversNamed } from './actors/visits.ts'
import { slow } from './backend-behaviours/slow.ts'
import { after } from './real-moment.ts'
import { startVirtualBackend, type VirtualBackend } from './virtual-backend.ts'
import { startVirtualStation, type VirtualStation } from './virtual-station.ts'
import { startVisitors } from './virtual-visitors.ts'

interface Place {
  readonly name: string
  readonly options: Partial<StationOptions>
}

/** Where the stations stand. The first six already show every version and every kind of outlet. */
const places: readonly Place[] = [
  {
    name: 'MARKET-HALL',
    options: {
      ocpp: 'ocpp1.6',
      vendor: 'Kranich Ladetechnik',
      model: 'Uferlos 22',
      firmware: '2.4.1',
      outlets: [ac22kW, ac22kW],
    },
  },
  {
    name: 'DEPOT-NORTH',
    options: {
      ocpp: 'ocpp2.0.1',
      vendor: 'Bergmann Elektrotechnik',
      model: 'Gipfel 50',
      firmware: '5.0.3',
      outlets: [dc50kW],
    },
  },
  {
    name: 'HARBOUR',
    options: {
      ocpp: 'ocpp2.1',
      vendor: 'Fjordlys AS',
      model: 'Kai 22',
      firmware: '1.2.0',
      outlets: [ac22kW],
      streamMs: 5_000,
    },
  },
  {
    name: 'OFFICE-EAST',
    options: { ocpp: 'ocpp1.6', vendor: 'Volta Nord', model: 'Kompakt 11', firmware: '1.18.7', outlets: [ac11kW] },
  },
  {
    name: 'LIBRARY',
    options: {
      ocpp: 'ocpp2.0.1',
      vendor: 'Fjordlys AS',
      model: 'Brygge 7',
      firmware: '3.1.4',
      outlets: [ac7kW, ac7kW],
    },
  },
  {
    name: 'STADIUM',
    options: {
      ocpp: 'ocpp2.1',
      vendor: 'Bergmann Elektrotechnik',
      model: 'Gipfel 50 B',
      firmware: '6.1.0',
      outlets: [dc50kW],
    },
  },
]

/** Stations the demo has when nothing else is asked for. */
export const DEMO_STATIONS = 7

/** At this speed what half an hour would charge is charged in half a minute. */
export const DEMO_SPEED = 60

/** A card that was reported lost: the demo's backends block it. */
export const LOST_CARD = 'CARD-LOST'

export interface DemoSiteOptions {
  /** The broker's station listener, identity left out. */
  readonly stationsUrl: string
  /** How many stations; at least six are needed to see every version. Default 7. */
  readonly count?: number
  /** How many times faster cars charge than the clock goes. Default 60. People come and go at the same pace at any
   * speed, so that there is always something to see. */
  readonly speed?: number
  readonly seed?: number
  /** Told what happens, station first. */
  readonly onNote?: (station: string, text: string) => void
}

export interface DemoSite {
  readonly stations: readonly VirtualStation[]
  /** Sends the cars away and switches the stations off. */
  readonly stop: () => Promise<void>
}

/** The identities of the demo's stations, in the order in which they start. */
export function demoIdentities(count: number = DEMO_STATIONS): string[] {
  return Array.from({ length: count }, (_each, index) => {
    const place = placeAt(index)
    return `${place.name}-${String(Math.floor(index / places.length) + 1).padStart(2, '0')}`
  })
}

/** Opens the site: stations boot within a second, the first car charges within a few. */
export function startDemoSite(options: DemoSiteOptions): DemoSite {
  const chance = seededChance(options.seed ?? 1)
  const identities = demoIdentities(options.count ?? DEMO_STATIONS)
  const lostCard: Driver = { token: LOST_CARD, car: driversNamed('X', 1)[0]?.car as Driver['car'] }
  const speed = options.speed ?? DEMO_SPEED
  const drivers = driversNamed('CARD', 12)
  const ends: (() => void)[] = []
  const stations = identities.map((identity, index) => {
    const random = seededChance(Math.floor(chance() * 1_000_000))
    const station = startVirtualStation({
      ...placeAt(index).options,
      url: options.stationsUrl,
      identity,
      serial: `SN-${100_200 + index}`,
      speed,
      // What a watcher waits for is measured on the wall, whatever the speed: a reading every five seconds, ...
      sampleMs: 5_000 * speed,
      reconnect: { minMs: 1_000, maxMs: 30_000 },
      random,
      onNote: (text) => options.onNote?.(identity, text),
    })
    ends.push(
      startVisitors({
        station,
        drivers,
        random,
        firstAfterMs: 1_500 + index * 1_200,
        // ... a car for twenty to forty seconds, and the next one soon after.
        stay: { shortestMs: 20_000 * speed, longestMs: 40_000 * speed },
        pauseMs: 4_000 * speed,
        ...(index % 3 === 0 ? { refused: { driver: lostCard, every: 4 } } : {}),
      }),
    )
    // The third station stands where the mobile network is poor.
    if (index % places.length === 2) ends.push(hiccups(station, random))
    return station
  })
  return {
    stations,
    stop: async () => {
      for (const end of ends) end()
      await Promise.all(stations.map((station) => station.stop()))
    },
  }
}

/** The two backends of the demo: `billing` is quick and reads settings after a boot; `next` is a little slow and asks
 * for readings. Both block the lost card and limit the sessions of one station. */
export async function startDemoBackends(
  options: { readonly onNote?: (backend: string, text: string) => void } = {},
): Promise<{ readonly billing: VirtualBackend; readonly next: VirtualBackend }> {
  const open = (name: string, given: Partial<BackendOptions>) =>
    startVirtualBackend({
      ...given,
      name,
      listen: 'ws://127.0.0.1:0/ocpp',
      heartbeatSeconds: 30,
      // The demo may run for days; what it received is in the broker's journal.
      remember: 0,
      onNote: (text) => options.onNote?.(name, text),
    })
  const billing = await open('billing', {
    tokens: { kind: 'all', except: [LOST_CARD] },
    firstTransactionId: 1_001,
    script: [
      { on: 'booted', afterMs: 4_000, stations: null, command: { kind: 'readSettings' } },
      {
        on: 'sessionStarted',
        afterMs: 8_000,
        stations: ['MARKET-HALL-01'],
        command: { kind: 'limit', purpose: 'transaction', connector: 0, amps: 10 },
      },
    ],
  })
  const next = await open('next', {
    tokens: { kind: 'all', except: [LOST_CARD] },
    firstTransactionId: 500_001,
    behaviours: [slow(120)],
    script: [
      {
        on: 'sessionStarted',
        afterMs: 8_000,
        stations: ['HARBOUR-01'],
        command: { kind: 'limit', purpose: 'transaction', connector: 0, amps: 12 },
      },
      {
        on: 'sessionStarted',
        afterMs: 6_000,
        stations: null,
        command: { kind: 'trigger', message: 'MeterValues', connector: 0 },
      },
    ],
  })
  return { billing, next }
}

function placeAt(index: number): Place {
  return places[index % places.length] as Place
}

/** Every 40 to 80 seconds the network of a station drops. */
function hiccups(station: VirtualStation, random: () => number): () => void {
  let cancel: () => void = () => {}
  const plan = () => {
    cancel = after(40_000 + random() * 40_000, () => {
      station.tell({ kind: 'dropLink' })
      plan()
    })
  }
  plan()
  return () => cancel()
}
