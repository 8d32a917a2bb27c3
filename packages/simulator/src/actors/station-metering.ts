// The electrical side of a station: current follows the car's wish and the profiles, the register is the integral of the
// power, and the readings are what a meter would show. What is metered is never above what the profiles allow.

import { cancel, plan } from './agenda.ts'
import { phasesUsed, wantedA } from './car.ts'
import { changesBetween, type LimitContext, limitAt } from './charging-profile.ts'
import {
  type Connector,
  type Reading,
  type Station,
  type StationStep,
  type Status,
  stationTime,
} from './station-state.ts'

/** Most slices into which one stretch of charging is cut for the integral; enough for a ramp and a taper. */
const MOST_SLICES = 120

/** What the profiles see of a connector. */
export function limitContext(station: Station, connector: Connector): LimitContext {
  const session = connector.session
  const names = session === null ? [] : [session.key, String(session.transactionId)]
  return {
    connector: connector.id,
    volts: connector.rating.volts,
    phases: connector.rating.phases,
    maxA: connector.rating.maxA,
    sessionStartedAt: session === null ? null : session.startedAt,
    transactions: names,
    sharers: station.connectors.filter((other) => other.session !== null).length,
  }
}

/** Current per phase that a connector may give at an instant of the station's clock, and on how many phases. */
export function offered(station: Station, connector: Connector, at: number): { amps: number; phases: number } {
  if (station.profiles.length === 0) return { amps: connector.rating.maxA, phases: connector.rating.phases }
  return limitAt(station.profiles, limitContext(station, connector), at)
}

/** Brings the register, the battery and the current of a connector up to now. */
export function advance(station: Station, connector: Connector, step: StationStep): void {
  const elapsedMs = step.now.mono - connector.advancedMono
  const began = connector.advancedMono
  connector.advancedMono = step.now.mono
  if (connector.car === null || connector.session === null) {
    connector.amps = 0
    return
  }
  if (elapsedMs > 0) {
    const carSeconds = (elapsedMs * station.options.speed) / 1000
    const slices = Math.min(MOST_SLICES, Math.max(1, Math.ceil(carSeconds)))
    const sliceMs = elapsedMs / slices
    for (let slice = 0; slice < slices; slice += 1) {
      const mono = began + slice * sliceMs
      const amps = Math.min(flowing(station, connector, mono, step), flowing(station, connector, mono + sliceMs, step))
      const watts = amps * connector.rating.volts * phasesInUse(station, connector, step)
      const gainedWh = (watts * carSeconds) / slices / 3600
      connector.meterWh += gainedWh
      connector.car.soc = Math.min(100, connector.car.soc + (gainedWh / connector.car.options.capacityWh) * 100)
    }
  }
  connector.amps = flowing(station, connector, step.now.mono, step)
}

/** The reading of this instant; call `advance` first. */
export function readMeter(station: Station, connector: Connector, step: StationStep): Reading {
  const rating = connector.rating
  const phases = connector.car === null ? rating.phases : phasesInUse(station, connector, step)
  const most = offered(station, connector, stationTime(station, step)).amps
  const volts: number[] = []
  const currentsA: number[] = []
  let watts = 0
  for (let phase = 0; phase < phases; phase += 1) {
    // Up to 1.5 % under the nominal voltage and 1 % under the set current, as a loaded grid and a real charger have it.
    const volt = floorTo(rating.volts * (1 - 0.015 * step.now.random()), 1)
    const current = floorTo(connector.amps * (1 - 0.01 * step.now.random()), 2)
    volts.push(volt)
    currentsA.push(current)
    watts += volt * current
  }
  const car = connector.car
  const knowsSoc = car !== null && (rating.kind === 'dc' || car.options.tellsSoc)
  return {
    energyWh: floorTo(connector.meterWh, 1),
    powerW: floorTo(watts, 1),
    currentsA,
    volts,
    offeredA: floorTo(most, 2),
    soc: knowsSoc ? Math.floor(car.soc) : null,
  }
}

/** What the state of a connector with a running session is called. */
export function chargingStatus(station: Station, connector: Connector, step: StationStep): Status {
  if (connector.errorCode !== 'NoError') return 'Faulted'
  const car = connector.car
  if (car === null || car.soc >= car.options.targetSoc) return 'SuspendedEV'
  return offered(station, connector, stationTime(station, step)).amps < connector.rating.minA
    ? 'SuspendedEVSE'
    : 'Charging'
}

/** Plans the instant at which the profiles next allow more or less, so that the current changes then and not later. */
export function planLimitChange(station: Station, step: StationStep): void {
  cancel(station.agenda, 'limitChanges')
  const charging = station.connectors.filter((connector) => connector.session !== null)
  if (station.profiles.length === 0 || charging.length === 0) return
  const now = stationTime(station, step)
  const day = 86_400_000
  const changes = charging.flatMap((connector) =>
    changesBetween(station.profiles, limitContext(station, connector), now, now + day).slice(0, 1),
  )
  const first = changes.length === 0 ? day : Math.min(...changes) - now
  plan(station.agenda, 'limitChanges', step.now.mono + first, { kind: 'limitChanges' })
}

function phasesInUse(station: Station, connector: Connector, step: StationStep): number {
  const used = connector.car === null ? connector.rating.phases : phasesUsed(connector.car, connector.rating)
  return Math.min(used, offered(station, connector, stationTime(station, step)).phases)
}

/** Current per phase at an instant of the monotonic clock, at or before now. */
function flowing(station: Station, connector: Connector, mono: number, step: StationStep): number {
  const car = connector.car
  if (car === null || connector.session === null || connector.errorCode !== 'NoError') return 0
  const most = offered(station, connector, stationTime(station, step) - (step.now.mono - mono)).amps
  if (most < connector.rating.minA) return 0
  const seconds = ((mono - connector.powerOnMono) * station.options.speed) / 1000
  return Math.min(most, wantedA(car, connector.rating, seconds))
}

function floorTo(value: number, digits: number): number {
  const scale = 10 ** digits
  // The small term keeps 16 from becoming 15.99 by binary fractions; it is far below what a meter shows.
  return Math.floor(value * scale + 1e-6) / scale
}
