import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** RL1, RL7: what arrives is what was sent, byte for byte; only the id of a command may differ, and only the id. */
export const bytesUnchanged: Check = {
  name: 'bytes are unchanged (RL1, RL7)',
  watch(_world, broken) {
    const fromStations = new Set<string>()
    const fromBackends = new Set<string>()
    const withoutId = (text: string) => text.replace(/^(\[\s*\d\s*,\s*)("[^"]*"|\d+)/, '$1')
    const commandsWithoutId = new Set<string>()
    const answersWithoutId = new Set<string>()
    return (event) => {
      switch (event.kind) {
        case 'stationSent':
          fromStations.add(event.text)
          answersWithoutId.add(withoutId(event.text))
          return
        case 'backendSent':
          fromBackends.add(event.text)
          commandsWithoutId.add(withoutId(event.text))
          return
        case 'backendGot': {
          if (fromStations.has(event.text)) return
          const message = readMarked(event.text)
          const renamed = message?.type === 3 && answersWithoutId.has(withoutId(event.text))
          if (!renamed && message?.type !== 4)
            broken(`${event.backend} got what ${event.station} never sent: ${event.text}`)
          return
        }
        case 'stationGot': {
          if (fromBackends.has(event.text)) return
          const message = readMarked(event.text)
          const own = message?.mark?.startsWith('ask/') === true
          const renamed = commandsWithoutId.has(withoutId(event.text))
          if (!renamed && !own) broken(`${event.station} got what no backend sent: ${event.text}`)
        }
      }
    }
  },
}
