import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** RL3: a command that a backend sent after an answer, on the same link, does not reach the station before it. */
export const answersAreNotOvertaken: Check = {
  name: 'answers are not overtaken (RL3)',
  watch(_world, broken) {
    /** Calls of a station's present connection without an answer at the station. */
    const open = new Map<string, Set<string>>()
    const present = new Map<string, number>()
    const answeredOnLink = new Map<number, string[]>()
    const beforeCommand = new Map<string, readonly string[]>()
    return (event) => {
      switch (event.kind) {
        case 'stationConnected':
          present.set(event.station, event.connection)
          open.set(event.station, new Set())
          return
        case 'brokerKilled':
          open.clear()
          return
        case 'stationLost':
          if (present.get(event.station) === event.connection) open.delete(event.station)
          return
        case 'stationSent': {
          const message = readMarked(event.text)
          if (message?.type === 2 && message.mark !== null) open.get(event.station)?.add(message.mark)
          return
        }
        case 'backendSent': {
          const message = readMarked(event.text)
          if (message === null || message.mark === null) return
          const answered = answeredOnLink.get(event.link) ?? []
          if (message.type !== 3) {
            beforeCommand.set(message.mark, answered)
            return
          }
          const call = message.mark.slice(message.mark.indexOf(':') + 1)
          if (open.get(event.station)?.has(call) === true) answeredOnLink.set(event.link, [...answered, call])
          return
        }
        case 'stationGot': {
          const message = readMarked(event.text)
          if (message === null || message.mark === null) return
          const waiting = open.get(event.station)
          if (message.type === 3) {
            waiting?.delete(message.mark.slice(message.mark.indexOf(':') + 1))
            return
          }
          const overtaken = beforeCommand.get(message.mark)?.find((call) => waiting?.has(call) === true)
          if (overtaken !== undefined)
            broken(`${event.station} got the command ${message.mark} before the answer to ${overtaken}`)
        }
      }
    }
  },
}
