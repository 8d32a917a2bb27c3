// Cars that come and go at a station on a real socket, one after the other per connector, until they are stopped.

import { type Driver, planRefusedVisit, planVisit, type Stay, usualStay, type Visit } from './actors/visits.ts'
import { after } from './real-moment.ts'
import type { VirtualStation } from './virtual-station.ts'

export interface VisitorOptions {
  readonly station: VirtualStation
  readonly drivers: readonly Driver[]
  readonly random: () => number
  /** When the first car arrives at connector 1, on the wall clock; the other connectors follow at the same distance. */
  readonly firstAfterMs: number
  /** Pauses between two cars in the car's time: the shortest, and what chance adds to it. */
  readonly pauseMs: number
  /** How long they stay, in the car's time. Default: fifteen to forty minutes. */
  readonly stay?: Stay
  /** Somebody who is refused; comes instead of every `every`-th visitor. */
  readonly refused?: { readonly driver: Driver; readonly every: number }
}

/** People are not faster than this, however fast the clock of the cars goes. */
const QUICKEST_MS = 400

/** Lets cars come; the returned function ends it. */
export function startVisitors(options: VisitorOptions): () => void {
  const { station, drivers, random } = options
  const { speed } = station.station.options
  const takeBack = new Set<() => void>()
  let visits = 0

  const later = (ms: number, call: () => void) => {
    const cancel = after(ms, () => {
      takeBack.delete(cancel)
      call()
    })
    takeBack.add(cancel)
  }

  const arrive = (connector: number) => {
    const visit = nextVisit(connector)
    if (visit === null) return
    visit.happens.forEach(({ afterMs, input }, index) => {
      later(Math.max(index * QUICKEST_MS, afterMs / speed), () => station.tell(input))
    })
    const pause = Math.max(1_000, (options.pauseMs * (1 + random())) / speed)
    later(Math.max(visit.happens.length * QUICKEST_MS, visit.endsAfterMs / speed) + pause, () => arrive(connector))
  }

  const nextVisit = (connector: number): Visit | null => {
    visits += 1
    const { refused } = options
    if (refused !== undefined && visits % refused.every === 0) return planRefusedVisit(connector, refused.driver)
    const driver = drivers[Math.floor(random() * drivers.length)]
    return driver === undefined ? null : planVisit(connector, driver, random, options.stay ?? usualStay)
  }

  for (const connector of station.station.connectors) {
    later(connector.id * options.firstAfterMs, () => arrive(connector.id))
  }
  return () => {
    for (const cancel of takeBack) cancel()
    takeBack.clear()
  }
}
