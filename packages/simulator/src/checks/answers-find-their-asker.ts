import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** RL5, RL7: a backend gets an answer only to a command of its own on that very link, once, and it is the right one. */
export const answersFindTheirAsker: Check = {
  name: 'answers find their asker (RL5, RL7)',
  watch(_world, broken) {
    const open = new Map<string, string>()
    return (event) => {
      if (event.kind !== 'backendSent' && event.kind !== 'backendGot') return
      const message = readMarked(event.text)
      if (message === null) return
      const key = `${event.link} ${message.id}`
      if (event.kind === 'backendSent') {
        if (message.type === 2) open.set(key, message.mark ?? '')
        return
      }
      if (message.type === 2) return
      const mark = open.get(key)
      if (mark === undefined) {
        broken(`${event.backend} got ${event.text} on link ${event.link}, which answers no command of its own`)
        return
      }
      open.delete(key)
      if (message.type === 3 && message.mark !== `${mark}/answer`)
        broken(`the command ${mark} got the answer ${message.mark}`)
    }
  },
}
