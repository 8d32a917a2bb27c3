// Whether a session began while its station was offline, where the station does not say so itself.

/** A start that was written this much before the connection came up was not written on it. */
const MARGIN_MS = 5_000
/** 2010-01-01: stations that lost their clock live before it, and their times prove nothing (trap T29). */
const PLAUSIBLE_FROM = 1_262_304_000_000

/** Told by the station's own times, for versions without an offline flag. */
export function wasOffline(startedAt: number | null, connectedAt: number | null): boolean {
  return (
    startedAt !== null && connectedAt !== null && startedAt >= PLAUSIBLE_FROM && startedAt < connectedAt - MARGIN_MS
  )
}
