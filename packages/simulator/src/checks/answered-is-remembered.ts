import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** RL3: when a station sees an answer, the call it answers is on disk. */
export const answeredIsRemembered: Check = {
  name: 'answered is remembered (RL3)',
  watch(world, broken) {
    const said = new Map<string, string>()
    return (event) => {
      if (event.kind === 'stationSent' || event.kind === 'stationGot') {
        const message = readMarked(event.text)
        if (message === null) return
        const key = `${event.connection} ${message.id}`
        if (event.kind === 'stationSent' && message.type === 2) said.set(key, event.text)
        if (event.kind === 'stationGot' && message.type === 3) {
          const call = said.get(key)
          if (call !== undefined && !world.disk.durableTexts.has(call)) {
            broken(`${event.station} was answered ${event.text} before ${call} was on disk`)
          }
        }
      }
    }
  },
}
