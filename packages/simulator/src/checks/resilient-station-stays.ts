import type { Check } from './check.ts'

/** RL12, RL13: Busbar never closes the newest connection of a resilient station, whatever its backend or an older
 * connection does. */
export const resilientStationStays: Check = {
  name: 'a resilient station stays (RL12, RL13)',
  watch(world, broken) {
    const newest = new Map<string, number>()
    return (event) => {
      if (event.kind === 'stationConnected') newest.set(event.station, event.connection)
      if (event.kind !== 'stationLost' || !event.byBroker) return
      if (newest.get(event.station) === event.connection && world.modeOf(event.station) === 'resilient') {
        broken(`${event.station} was closed with ${event.code} although nothing was wrong with it`)
      }
    }
  },
}
