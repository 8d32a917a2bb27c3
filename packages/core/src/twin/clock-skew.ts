// How far a station's clock is from ours. Every time a station sends was true when it was written and is late when it
// arrives, by the network or by hours in an offline queue; so of the last few differences the largest is the one that was
// least delayed, and is taken for the skew. A station that lives in 1970 shows as such (trap T29).

import { parseTimestamp } from '../base/timestamp.ts'
import type { StationTwin } from './twin.ts'

/** Differences per window: small enough that a clock set right shows within minutes of status and meter messages. */
const WINDOW = 8

/** Takes a time that the station wrote into a message received at `at`. */
export function noteClock(twin: StationTwin, stamp: unknown, at: number): void {
  if (typeof stamp !== 'string') return
  const told = parseTimestamp(stamp)
  if (Number.isNaN(told)) return
  const difference = told - at
  if (twin.skewCount === 0 || difference > twin.skewBest) twin.skewBest = difference
  if (++twin.skewCount < WINDOW) {
    if (twin.skewMs === null || twin.skewBest > twin.skewMs) twin.skewMs = twin.skewBest
    return
  }
  twin.skewMs = twin.skewBest
  twin.skewCount = 0
}
