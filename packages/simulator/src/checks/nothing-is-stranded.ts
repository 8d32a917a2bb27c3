import { readMarked } from '../world/event.ts'
import type { Check } from './check.ts'

/** RL13, RL16: when the storm is over, everything a station said has reached its backend, and the station is done. */
export const nothingIsStranded: Check = {
  name: 'nothing is stranded (RL13, RL16)',
  watch(world, broken) {
    const reached = new Set<string>()
    return (event) => {
      if (event.kind === 'backendGot') {
        const message = readMarked(event.text)
        if (message?.mark != null) reached.add(message.mark)
      }
      if (event.kind !== 'end') return
      for (const [n, station] of world.stations.entries()) {
        if (!station.isDone) broken(`${station.id} still has ${station.unanswered} calls without an answer`)
        for (let k = 0; k < world.plan.stations[n]!.says; k++) {
          const mark = `${station.id}/${k}`
          if (!reached.has(mark) && !station.givenUp.has(mark)) broken(`${mark} never reached its backend`)
        }
      }
    }
  },
}
