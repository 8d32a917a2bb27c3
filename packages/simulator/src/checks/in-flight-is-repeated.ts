import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** Older than this an unanswered call no longer blocks and is not repeated (RL16). */
const OVERDUE_MS = 29_000

/** RL13: what was in flight when the backend's link was lost is the first call on the next link, in the same words. */
export const inFlightIsRepeated: Check = {
  name: 'what was in flight is repeated (RL13)',
  watch(world, broken) {
    const present = new Map<string, number>()
    /** On which connection a text was said, last. */
    const saidOn = new Map<string, number>()
    const inFlight = new Map<string, { text: string; link: number; at: number; connection: number | undefined }>()
    const expected = new Map<string, { text: string; connection: number }>()
    /** Only where no text is ever said twice can a text tell which connection it was said on. */
    const saysEachTextOnce = (station: string) => {
      const { habits } = world.plan.stations[Number(station.slice(1))]!
      return !habits.keepsIdOnRepeat && !habits.restartsIds
    }
    return (event) => {
      switch (event.kind) {
        case 'stationConnected':
          present.set(event.station, event.connection)
          expected.delete(event.station)
          return
        case 'stationLost':
          if (present.get(event.station) === event.connection) present.delete(event.station)
          return
        case 'brokerKilled':
          present.clear()
          inFlight.clear()
          expected.clear()
          return
        case 'stationSent':
          saidOn.set(event.text, event.connection)
          return
        case 'backendSent':
          if (readMarked(event.text)?.type === 3) inFlight.delete(event.station)
          return
        case 'backendGot': {
          if (readMarked(event.text)?.type !== 2 || !saysEachTextOnce(event.station)) return
          const connection = saidOn.get(event.text)
          const first = expected.get(event.station)
          expected.delete(event.station)
          if (first !== undefined && first.connection === connection && first.text !== event.text) {
            broken(
              `${event.backend} got ${event.text} first on link ${event.link}, where ${first.text} had to be repeated`,
            )
          }
          inFlight.set(event.station, { text: event.text, link: event.link, at: world.clock.mono(), connection })
          return
        }
        case 'backendLost': {
          const open = inFlight.get(event.station)
          const connection = present.get(event.station)
          if (open === undefined || open.link !== event.link) return
          inFlight.delete(event.station)
          const isOverdue = world.clock.mono() - open.at > OVERDUE_MS
          if (connection !== undefined && connection === open.connection && !isOverdue) {
            expected.set(event.station, { text: open.text, connection })
          }
        }
      }
    }
  },
}
