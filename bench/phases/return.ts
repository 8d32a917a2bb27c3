// Brings every station back after the broker went away: the storm after a restart. A station counts as back when its first
// call was answered by the backend itself, not by a broker that makes do without it.

import { type Crew, note } from '../crew.ts'
import { Dialler } from '../dialler.ts'
import type { ReturnOrder, ReturnReport } from '../orders.ts'
import { bootPayload, callFrame } from '../payload.ts'
import { SINK_INTERVAL_S } from '../sink.ts'
import type { Station } from '../station.ts'

/** A boot that got no answer for this long is given up and the station dials again. */
const BOOT_PATIENCE_MS = 10_000
/** A boot answered by the broker itself is repeated after this time: what counts is the backend's answer. */
const BOOT_AGAIN_MS = 500

const sinkMark = `"interval":${SINK_INTERVAL_S}`

/** Carries out a return order: to be given before the broker goes away. */
export function returnPhase(crew: Crew, order: ReturnOrder): Promise<ReturnReport> {
  const dialler = new Dialler(crew.target, order.parallel)
  const admittedAt = new Map<Station, number>()
  const answeredAt = new Map<Station, number>()
  const reasons: string[] = []
  let failedDials = 0
  const boot = (station: Station) => {
    if (!station.isOpen || station.outstanding !== null) return
    const message = callFrame('BootNotification', bootPayload)
    station.call(message, performance.now())
    setTimeout(() => {
      if (station.outstanding === message.id) station.drop()
    }, BOOT_PATIENCE_MS).unref()
  }
  const away = new Set<Station>()
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      crew.listen(null)
      resolve({
        stations: crew.stations.length,
        admittedAt: [...admittedAt.values()],
        answeredAt: [...answeredAt.values()],
        failedDials,
        reasons,
      })
    }
    const timer = setTimeout(finish, order.giveUpMs)
    crew.listen({
      opened: (station) => {
        dialler.ended()
        away.delete(station)
        admittedAt.set(station, Date.now())
        boot(station)
      },
      answered: (station, isResult, bytes, start, end) => {
        if (!isResult || !bytes.toString('latin1', start, end).includes(sinkMark)) {
          note(reasons, `first call not answered by the backend: ${bytes.toString('utf8', start, end).slice(0, 120)}`)
          setTimeout(boot, BOOT_AGAIN_MS, station)
          return
        }
        answeredAt.set(station, Date.now())
        if (answeredAt.size === crew.stations.length) finish()
      },
      closed: (station, reason) => {
        // Away already: this was a dial of ours that failed. Otherwise a connection was lost, perhaps once more.
        if (away.has(station)) {
          dialler.ended()
          failedDials++
          note(reasons, reason)
        }
        away.add(station)
        admittedAt.delete(station)
        answeredAt.delete(station)
        setTimeout(() => dialler.add(station), order.retryMs * (0.5 + Math.random()))
      },
    })
  })
}
