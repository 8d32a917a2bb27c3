import type { Check } from './check.ts'

/** More than the longest blindness of a cut connection and the closing handshake in these worlds. */
const WITHIN_MS = 15_000

/** RL14: in `transparent` the station's connection falls with its backend's link. */
export const transparentStationFalls: Check = {
  name: 'a transparent station falls with its backend (RL14)',
  watch(world, broken) {
    const newest = new Map<string, number>()
    const linkOf = new Map<number, number>()
    const due: { station: string; connection: number; at: number }[] = []
    return (event) => {
      if (event.kind === 'stationConnected') newest.set(event.station, event.connection)
      if (event.kind === 'stationLost' && newest.get(event.station) === event.connection) newest.delete(event.station)
      if (event.kind === 'backendConnected') linkOf.set(event.link, newest.get(event.station) ?? 0)
      if (event.kind === 'brokerKilled') due.length = 0
      if (event.kind === 'backendLost' && !event.byBroker && world.modeOf(event.station) === 'transparent') {
        const connection = newest.get(event.station)
        if (connection !== undefined && connection === linkOf.get(event.link))
          due.push({ station: event.station, connection, at: world.clock.mono() + WITHIN_MS })
      }
      while (due.length > 0 && (due[0]!.at <= world.clock.mono() || event.kind === 'end')) {
        const { station, connection, at } = due.shift()!
        if (at <= world.clock.mono() && newest.get(station) === connection) {
          broken(`${station} kept connection ${connection} after its backend was lost`)
        }
      }
    }
  },
}
