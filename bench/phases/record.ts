// Closed loop that writes down the id of every answered CALL until all connections are gone: what a killed broker owes.

import type { Crew } from '../crew.ts'
import type { RecordOrder, RecordReport } from '../orders.ts'
import type { Station } from '../station.ts'

/** Carries out a record order over the stations that are connected. */
export function recordPhase(crew: Crew, order: RecordOrder): Promise<RecordReport> {
  const answered: Record<string, string[]> = {}
  const lastId = new Map<Station, string>()
  let errors = 0
  let open = 0
  const send = (station: Station) => {
    lastId.set(station, crew.send(station, performance.now()))
  }
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      crew.listen(null)
      resolve({ answered, errors })
    }
    const timer = setTimeout(finish, order.giveUpMs)
    crew.listen({
      opened: () => {},
      answered: (station, isResult) => {
        if (isResult) answered[station.name]!.push(lastId.get(station)!)
        else errors++
        send(station)
      },
      closed: () => {
        open--
        if (open === 0) finish()
      },
    })
    for (const station of crew.stations) {
      if (!station.isOpen) continue
      open++
      answered[station.name] = []
      send(station)
    }
    if (open === 0) finish()
  })
}
