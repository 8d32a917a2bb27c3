// Connectors of a twin: found by number, made when first heard of, and given status and readings. Two things keep the
// picture honest: a reading older than the one shown is history and changes nothing (trap T28), and a station that
// invents connectors without end stops being believed at a bound.

import { newReading, type Reading, readSamples } from '../base/meter-reading.ts'
import { parseTimestamp } from '../base/timestamp.ts'
import { type Fields, fields, list, text } from '../base/unchecked.ts'
import type { ConnectorTwin, StationTwin } from './twin.ts'

/** The largest sites behind one identity have about sixty outlets. */
const MAX_CONNECTORS = 128
export const MAX_NAME = 50
/** Stale readings in a row after which the station's clock is taken to have been set back. */
const STALE_LIMIT = 20
/** Of a long list only the newest meter values are looked at: they are in order. */
const NEWEST = 4
/** A status time further off than this from ours is not shown as the time of the change. */
const PLAUSIBLE_PAST_MS = 24 * 3_600_000
const PLAUSIBLE_FUTURE_MS = 60_000

function newConnector(evse: number, connector: number | null): ConnectorTwin {
  return {
    evse,
    connector,
    status: null,
    errorCode: null,
    since: null,
    chargingState: null,
    transaction: null,
    powerW: null,
    energyWh: null,
    offeredA: null,
    readAt: null,
    stale: 0,
  }
}

/**
 * The connector of these numbers, made when it is new; evse 0 is the station as a whole.
 * @param connector null when the message names the EVSE only: then its first connector is meant
 * @returns null when there are too many already
 */
export function connectorOf(twin: StationTwin, evse: number, connector: number | null): ConnectorTwin | null {
  if (evse === 0) {
    twin.whole ??= newConnector(0, null)
    return twin.whole
  }
  for (const known of twin.connectors) {
    if (known.evse !== evse) continue
    if (connector === null || known.connector === connector) return known
    // The one known by its EVSE only gets its number now.
    if (known.connector === null) {
      known.connector = connector
      return known
    }
  }
  if (twin.connectors.length >= MAX_CONNECTORS) return null
  const made = newConnector(evse, connector)
  twin.connectors.push(made)
  return made
}

/** Sets a status as it was received; `stamp` is the station's own time of it. */
export function setStatus(
  connector: ConnectorTwin,
  status: unknown,
  errorCode: unknown,
  stamp: unknown,
  at: number,
): void {
  const name = text(status, MAX_NAME)
  if (name === null) return
  if (connector.status !== name) {
    connector.status = name
    const told = typeof stamp === 'string' ? parseTimestamp(stamp) : Number.NaN
    connector.since = told >= at - PLAUSIBLE_PAST_MS && told <= at + PLAUSIBLE_FUTURE_MS ? told : at
    if (atRest.has(name)) restConnector(connector)
  }
  const code = text(errorCode, MAX_NAME)
  if (code !== null && connector.errorCode !== code) connector.errorCode = code
}

/** Statuses in which nothing flows, whatever the last reading was. */
const atRest: ReadonlySet<string> = new Set(['Available', 'Preparing', 'Finishing', 'Reserved'])

/** Nothing flows there any more. A transaction stays where it is: only its own end ends it (trap W6). */
export function restConnector(connector: ConnectorTwin): void {
  if (connector.powerW !== null) connector.powerW = 0
  connector.offeredA = null
  connector.chargingState = null
}

const reading: Reading = newReading()

/** Takes the newest readings of a `meterValue` list. */
export function takeReadings(connector: ConnectorTwin, meterValues: unknown): void {
  const items = list(meterValues)
  for (let i = Math.max(0, items.length - NEWEST); i < items.length; i++) {
    const item = fields(items[i])
    if (item !== null && isNew(connector, item)) {
      readSamples(item.sampledValue, reading)
      if (reading.powerW !== null) connector.powerW = reading.powerW
      if (reading.energyWh !== null) connector.energyWh = reading.energyWh
      if (reading.offeredA !== null) connector.offeredA = reading.offeredA
    }
  }
}

/** Whether a meter value is not older than what is shown. One without a readable time counts as new. */
function isNew(connector: ConnectorTwin, meterValue: Fields): boolean {
  const { timestamp } = meterValue
  const told = typeof timestamp === 'string' ? parseTimestamp(timestamp) : Number.NaN
  if (Number.isNaN(told)) return true
  if (connector.readAt !== null && told < connector.readAt && ++connector.stale < STALE_LIMIT) return false
  connector.readAt = told
  connector.stale = 0
  return true
}
