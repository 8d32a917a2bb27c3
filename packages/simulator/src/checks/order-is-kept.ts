import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** RL4, RL11, RL13: calls reach the backend in the order in which the station said them on its connection. */
export const orderIsKept: Check = {
  name: 'order is kept (RL4)',
  watch(_world, broken) {
    const order = new Map<string, number>()
    const present = new Map<string, number>()
    const reached = new Map<string, number>()
    let sequence = 0
    return (event) => {
      if (event.kind === 'stationConnected') present.set(event.station, event.connection)
      else if (event.kind === 'stationSent') order.set(event.text, ++sequence)
      else if (event.kind === 'backendGot') {
        const message = readMarked(event.text)
        const place = order.get(event.text)
        if (message?.type !== 2 || place === undefined) return
        const key = `${event.station} ${event.link}`
        const last = reached.get(key) ?? 0
        // A repeat after a lost link carries the first place again on another link, never on the same one.
        if (place < last) broken(`${event.backend} got ${event.text} after a later call of ${event.station}`)
        reached.set(key, Math.max(place, last))
      }
    }
  },
}
