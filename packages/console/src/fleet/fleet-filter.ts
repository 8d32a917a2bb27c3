// Which stations are shown, and in which order.

import { powerOf, type Station } from '../api/stations.ts'
import { millisecondsOf } from '../format/age.ts'
import { wordsOf } from '../timeline/timeline-filter.ts'
import { stateOf } from './connector-look.ts'
import { type Chip, chips, type FleetView, type SortKey } from './fleet-search.ts'

const chipTests: Readonly<Record<Chip, (station: Station) => boolean>> = {
  connected: (station) => station.connected,
  away: (station) => !station.connected,
  charging: (station) => station.connectors.some(isCharging),
  // A station that is away has no links by design; what is looked for is a backend that cannot be reached.
  'backend-down': (station) =>
    station.backends.some(({ link }) => link === 'refused' || (station.connected && link === 'down')),
}

/** Whether a connector is in a session, by its status or by the session it names. */
export function isCharging(connector: Station['connectors'][number]): boolean {
  return stateOf(connector) === 'Charging' || connector.session !== null
}

/** Stations that pass: all words of the search, and any of the chips of a pair, and each other chip. */
export function filterStations(stations: readonly Station[], view: FleetView): readonly Station[] {
  const words = wordsOf(view.text)
  const wanted = view.chips
  return stations.filter((station) => {
    // Connected and away exclude each other: both chosen means either.
    const isLinkFiltered = wanted.has('connected') !== wanted.has('away')
    for (const chip of wanted) {
      if ((chip === 'connected' || chip === 'away') && !isLinkFiltered) continue
      if (!chipTests[chip](station)) return false
    }
    if (words.length === 0) return true
    const text = searchedText(station)
    return words.every((word) => text.includes(word))
  })
}

function searchedText(station: Station): string {
  const { id, vendor, model, serial, firmware, ocpp, tags } = station
  return [id, vendor, model, serial, firmware, ocpp, ...tags, ...station.backends.map((backend) => backend.name)]
    .filter(Boolean)
    .join('\n')
    .toLowerCase()
}

/** How many stations each chip would show. */
export function countChips(stations: readonly Station[]): Readonly<Record<Chip, number>> {
  const counts: Record<Chip, number> = { connected: 0, away: 0, charging: 0, 'backend-down': 0 }
  for (const station of stations) for (const chip of chips) if (chipTests[chip](station)) counts[chip]++
  return counts
}

/** Messages held for the backends of a station. */
export function pendingOf(station: Station): number {
  return station.backends.reduce((sum, backend) => sum + backend.pending, 0)
}

/** Rising order of each key; what is unknown comes last either way. */
const values: Readonly<Record<Exclude<SortKey, 'id'>, (station: Station) => number | null>> = {
  link: (station) => (station.connected ? 1 : 0),
  power: powerOf,
  pending: pendingOf,
  seen: (station) => millisecondsOf(station.lastSeen),
}

const names = new Intl.Collator('en', { numeric: true })

/** Stations in the order of a view; equal ones by identity, with DEPOT-2 before DEPOT-10. */
export function sortStations(stations: readonly Station[], view: FleetView): readonly Station[] {
  const sign = view.isDescending ? -1 : 1
  if (view.sort === 'id') return [...stations].sort((a, b) => sign * names.compare(a.id, b.id))
  const value = values[view.sort]
  return [...stations].sort((a, b) => {
    const first = value(a)
    const second = value(b)
    if (first !== second) {
      if (first === null) return 1
      if (second === null) return -1
      return sign * (first - second)
    }
    return names.compare(a.id, b.id)
  })
}
