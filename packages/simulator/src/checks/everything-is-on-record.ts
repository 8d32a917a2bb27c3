import type { Check } from './check.ts'

/** RL2: at the end every text that passed since the last kill stands in the journal. */
export const everythingIsOnRecord: Check = {
  name: 'everything is on record (RL2)',
  watch(world, broken) {
    let passed: string[] = []
    return (event) => {
      if (event.kind === 'brokerKilled') passed = []
      if (event.kind === 'stationGot' || event.kind === 'backendGot') passed.push(event.text)
      if (event.kind !== 'end') return
      for (const text of passed)
        if (!world.disk.durableTexts.has(text)) broken(`${text} passed and is not in the journal`)
    }
  },
}
