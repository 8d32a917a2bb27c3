import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** RL8: a station gets one answer per call at most, for a call of that very connection, and it is its backend's. */
export const answersComeFromBackends: Check = {
  name: 'answers come from backends, once (RL8)',
  watch(world, broken) {
    const open = new Map<string, string>()
    const answered = new Set<string>()
    return (event) => {
      if (event.kind !== 'stationSent' && event.kind !== 'stationGot') return
      const message = readMarked(event.text)
      if (message === null) return
      const key = `${event.connection} ${message.id}`
      if (event.kind === 'stationSent' && message.type === 2) {
        open.set(key, message.mark ?? '')
        answered.delete(key)
        return
      }
      if (event.kind !== 'stationGot' || message.type === 2) return
      const mark = open.get(key)
      if (mark === undefined || answered.has(key)) {
        broken(`${event.station} got ${event.text} on connection ${event.connection}, which answers nothing open`)
        return
      }
      answered.add(key)
      const expected = `${world.backendOf(event.station).name}:${mark}`
      if (message.mark !== expected) broken(`${event.station} asked ${mark} and got the answer ${message.mark}`)
    }
  },
}
