import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** Longer than a command may wait, with the network's delays. */
const WITHIN_MS = 40_000

/** RL5, RL15: a backend whose link lives on hears of every command: from the station, or from Busbar that it was not sent. */
export const commandsAreNotForgotten: Check = {
  name: 'commands are not forgotten (RL5, RL15)',
  watch(world, broken) {
    const open = new Map<string, { mark: string; at: number }>()
    const delivered = new Set<string>()
    const lookAt = (key: string, command: { mark: string; at: number }) => {
      if (world.clock.mono() - command.at < WITHIN_MS) return
      open.delete(key)
      if (!delivered.has(command.mark)) broken(`the command ${command.mark} was neither sent nor answered`)
    }
    return (event) => {
      switch (event.kind) {
        case 'backendSent': {
          const message = readMarked(event.text)
          if (message?.type === 2)
            open.set(`${event.link} ${message.id}`, { mark: message.mark ?? '', at: world.clock.mono() })
          return
        }
        case 'backendGot': {
          const message = readMarked(event.text)
          if (message?.type === 3 || message?.type === 4) open.delete(`${event.link} ${message.id}`)
          return
        }
        case 'stationGot': {
          const message = readMarked(event.text)
          if (message?.type === 2 && message.mark !== null) delivered.add(message.mark)
          return
        }
        case 'backendLost':
          for (const key of open.keys()) if (key.startsWith(`${event.link} `)) open.delete(key)
          return
        case 'end':
          for (const [key, command] of open) lookAt(key, command)
      }
    }
  },
}
