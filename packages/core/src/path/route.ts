// Fifth stage: whom is it for? A station's message goes to the primary of its route; a command goes to the station. More
// than one backend, filters and routing by token come with their own issue and stand here.

import type { Party } from '../journal/entry.ts'
import type { Station } from '../station/station.ts'

/** The backend a station's message is for; null when no route leads anywhere. */
export function routeFromStation(station: Station): Party | null {
  return station.route === null ? null : station.route.primary
}
