// Connects all stations and lets each one boot, as real ones do: done when every boot was answered, so that the broker's
// connection to the backend stands behind every station before anything is measured.

import { type Crew, note } from '../crew.ts'
import { Dialler } from '../dialler.ts'
import type { ConnectOrder, ConnectReport } from '../orders.ts'
import { bootPayload, callFrame } from '../payload.ts'

/** Carries out a connect order; gives up after its time and reports how many came through. */
export function connectPhase(crew: Crew, order: ConnectOrder): Promise<ConnectReport> {
  const dialler = new Dialler(crew.target, order.parallel)
  const began = performance.now()
  const reasons: string[] = []
  let connected = 0
  let failed = 0
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      crew.listen(null)
      resolve({ connected, seconds: (performance.now() - began) / 1_000, reasons })
    }
    const timer = setTimeout(() => {
      note(reasons, 'no answer in time')
      finish()
    }, order.giveUpMs)
    const settle = () => {
      dialler.ended()
      if (connected + failed === order.stations) finish()
    }
    crew.listen({
      opened: (station) => station.call(callFrame('BootNotification', bootPayload), performance.now()),
      answered: (_, isResult) => {
        if (isResult) connected++
        else {
          failed++
          note(reasons, 'BootNotification was answered with an error')
        }
        settle()
      },
      closed: (_, reason) => {
        failed++
        note(reasons, reason)
        settle()
      },
    })
    for (const station of crew.stations) dialler.add(station)
  })
}
