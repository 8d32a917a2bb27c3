// What is counted while the engine works: messages per leg, answer times, closes, and the faults that machines record
// themselves, which are told to metric, log and webhook but not recorded a second time.

import { describeFault, type FaultCode } from '@busbar/core/base/fault.ts'
import { BUSBAR, type Entry, type FrameEntry, STATION } from '@busbar/core/journal/entry.ts'
import type { EngineWatch } from '../engine/engine.ts'
import type { Faults } from '../observe/faults.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { LatestLatencies } from './latency.ts'

/** @param told raises a fault without recording it; the entry is there already */
export function createWatch(metrics: Metrics, latencies: LatestLatencies, told: Faults): EngineWatch {
  return {
    entryAppended(entry: Entry): void {
      if (entry.kind === 'frame') countFrame(metrics, latencies, entry)
      else if (entry.kind === 'link') {
        if (entry.state === 'down')
          metrics.webSocketClosed(entry.peer === STATION ? 'station' : 'backend', entry.code ?? 1006)
      } else if (entry.kind === 'fault') {
        const about = { station: entry.station, ref: entry.ref, text: entry.text }
        if (describeFault(entry.code) !== null) told.raise(entry.code as FaultCode, entry.detail, about)
      }
    },
    refused() {},
  }
}

function countFrame(metrics: Metrics, latencies: LatestLatencies, entry: FrameEntry): void {
  const { from, to, action, type, latencyMs } = entry
  const result = type === null || to === null ? 'notPassed' : type
  // A frame that Busbar made, or made anew from another, came in over no leg.
  const isDerived = entry.ref !== null && type === 'call'
  if (from !== BUSBAR && !isDerived) metrics.messages.count(from, 'in', action, result)
  if (to !== null && to !== BUSBAR) metrics.messages.count(to, 'out', action, result)
  if (latencyMs === null || from === BUSBAR) return
  metrics.calls.observe(from, action, latencyMs / 1000)
  if (from !== STATION) latencies.take(from, latencyMs)
}
