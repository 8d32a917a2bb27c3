import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** RL7: a call never arrives under an id that is still open with whoever gets it. */
export const idsDoNotCollide: Check = {
  name: 'ids do not collide (RL7)',
  watch(_world, broken) {
    const open = new Set<string>()
    const look = (who: string, text: string, arrives: boolean) => {
      const message = readMarked(text)
      if (message === null) return
      const key = `${who} ${message.id}`
      if (arrives && message.type === 2) {
        if (open.has(key)) broken(`${who} got another call ${message.id} while one of that id was open`)
        open.add(key)
      }
      if (!arrives && message.type !== 2) open.delete(key)
    }
    return (event) => {
      if (event.kind === 'stationGot' || event.kind === 'stationSent') {
        look(`${event.station} connection ${event.connection}`, event.text, event.kind === 'stationGot')
      }
      if (event.kind === 'backendGot' || event.kind === 'backendSent') {
        look(`${event.backend} link ${event.link}`, event.text, event.kind === 'backendGot')
      }
    }
  },
}
