import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** 30 s and what network and timers may add. */
const WITHIN_MS = 33_000

/** RL16: behind one call that the backend swallows, the next one leaves after 30 s. */
export const silenceDoesNotBlock: Check = {
  name: 'silence does not block (RL16)',
  watch(world, broken) {
    const unanswered = new Map<number, Set<string>>()
    const present = new Map<string, number>()
    const linkUpSince = new Map<string, number>()
    const reached = new Set<string>()
    const due: { station: string; connection: number; mark: string; said: number }[] = []
    const lookBack = () => {
      const now = world.clock.mono()
      while (due.length > 0 && due[0]!.said + WITHIN_MS <= now) {
        const { station, connection, mark, said } = due.shift()!
        const linkWasThere = (linkUpSince.get(station) ?? Number.POSITIVE_INFINITY) <= said
        if (linkWasThere && present.get(station) === connection && !reached.has(mark)) {
          broken(`${mark} did not leave within ${WITHIN_MS} ms although the link was up and one call was before it`)
        }
      }
    }
    return (event) => {
      lookBack()
      switch (event.kind) {
        case 'stationConnected':
          present.set(event.station, event.connection)
          unanswered.set(event.connection, new Set())
          return
        case 'stationLost':
          if (present.get(event.station) === event.connection) present.delete(event.station)
          return
        case 'brokerKilled':
          present.clear()
          linkUpSince.clear()
          return
        case 'backendConnected':
          linkUpSince.set(event.station, world.clock.mono())
          return
        case 'backendLost':
          linkUpSince.delete(event.station)
          return
        case 'backendGot': {
          const mark = readMarked(event.text)?.mark
          if (mark != null) reached.add(mark)
          return
        }
        case 'stationSent': {
          const message = readMarked(event.text)
          const open = unanswered.get(event.connection)
          if (message?.type !== 2 || message.mark === null || open === undefined) return
          if (open.size <= 1) {
            due.push({
              station: event.station,
              connection: event.connection,
              mark: message.mark,
              said: world.clock.mono(),
            })
          }
          open.add(message.mark)
          return
        }
        case 'stationGot': {
          const message = readMarked(event.text)
          if (message?.type === 3 && message.mark !== null) {
            unanswered.get(event.connection)?.delete(message.mark.slice(message.mark.indexOf(':') + 1))
          }
        }
      }
    }
  },
}
