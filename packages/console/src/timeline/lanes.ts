// Where an entry stands between station, Busbar and the backends: each party has a lane, and an entry is an arrow from one
// lane to another, or a mark on one.

import type { StationBackend } from '../api/stations.ts'
import type { TimelineEntry } from '../api/timeline.ts'

export const STATION = 'station'
export const BUSBAR = 'busbar'

/** With more backends than this, those that do not fit share the last lane. */
const MOST_BACKEND_LANES = 3

/** Names of the lanes from left to right. */
export type Lanes = readonly string[]

/** The lanes of a station: the station, Busbar, its primary, then its other backends by name. */
export function lanesOf(backends: readonly Pick<StationBackend, 'name' | 'role'>[]): Lanes {
  const ordered = [...backends].sort(
    (a, b) => Number(b.role === 'primary') - Number(a.role === 'primary') || (a.name < b.name ? -1 : 1),
  )
  const names = ordered.map((backend) => backend.name).slice(0, MOST_BACKEND_LANES)
  return [STATION, BUSBAR, ...(names.length === 0 ? ['backend'] : names)]
}

export type Placement =
  | { readonly kind: 'arrow'; readonly from: number; readonly to: number }
  | { readonly kind: 'mark'; readonly at: number }

/** The index of a party's lane; one that has none, such as a backend of an earlier route, gets the last. */
export function laneOf(party: string, lanes: Lanes): number {
  const index = lanes.indexOf(party)
  return index < 0 ? lanes.length - 1 : index
}

/** Where an entry is drawn. */
export function placeEntry(entry: TimelineEntry, lanes: Lanes): Placement {
  const busbar = laneOf(BUSBAR, lanes)
  switch (entry.kind) {
    case 'frame': {
      const from = laneOf(entry.from, lanes)
      // What went to nobody ends at Busbar.
      const to = entry.to === null ? busbar : laneOf(entry.to, lanes)
      return from === to ? { kind: 'mark', at: from } : { kind: 'arrow', from, to }
    }
    case 'link':
      return { kind: 'mark', at: laneOf(entry.peer, lanes) }
    case 'delivery':
      return { kind: 'mark', at: laneOf(entry.backend, lanes) }
    default:
      return { kind: 'mark', at: busbar }
  }
}
