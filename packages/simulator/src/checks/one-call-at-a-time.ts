import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** After this long a call counts as given up (30 s), less what the network may add to the first and not to the second. */
const GIVEN_UP_MS = 29_600

/** RL4, RL5: neither a backend nor a station ever has two open calls of Busbar, unless one went unanswered for long. */
export const oneCallAtATime: Check = {
  name: 'one call at a time (RL4, RL5)',
  watch(world, broken) {
    const open = new Map<string, { id: string; since: number }>()
    const began = (who: string, id: string) => {
      const other = open.get(who)
      if (other !== undefined && world.clock.mono() - other.since < GIVEN_UP_MS) {
        broken(`${who} got call ${id} while ${other.id} had been open for ${world.clock.mono() - other.since} ms`)
      }
      open.set(who, { id, since: world.clock.mono() })
    }
    const ended = (who: string, id: string) => {
      if (open.get(who)?.id === id) open.delete(who)
    }
    return (event) => {
      switch (event.kind) {
        case 'backendGot':
        case 'backendSent': {
          const message = readMarked(event.text)
          const who = `${event.backend} link ${event.link}`
          if (message === null) return
          if (event.kind === 'backendGot' && message.type === 2) began(who, String(message.id))
          if (event.kind === 'backendSent' && message.type === 3) ended(who, String(message.id))
          return
        }
        case 'stationGot':
        case 'stationSent': {
          const message = readMarked(event.text)
          const who = `${event.station} connection ${event.connection}`
          if (message === null) return
          if (event.kind === 'stationGot' && message.type === 2) began(who, String(message.id))
          if (event.kind === 'stationSent' && message.type === 3) ended(who, String(message.id))
        }
      }
    }
  },
}
