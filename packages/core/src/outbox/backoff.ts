// How long to wait before a backend is dialled again: doubling from a first wait to a longest one, with chance in it so
// that a thousand stations that lost the same backend do not come back in the same second.

import type { ReconnectPolicy } from '../routing/route.ts'

/** 1 s doubling to 5 min, the defaults of `backends.*.reconnect`. */
export const defaultReconnect: ReconnectPolicy = { minMs: 1_000, maxMs: 300_000 }

/** A link that lived shorter than this counts as one more failure: a backend that accepts and closes must not be dialled
 * in a hot loop. */
export const MIN_UPTIME_FOR_BACKOFF_RESET_MS = 10_000

/**
 * The wait before the next dial in milliseconds.
 * @param policy first and longest wait
 * @param failures how many dials failed in a row, at least 1
 * @param chance uniform in [0, 1)
 */
export function reconnectDelayMs(policy: ReconnectPolicy, failures: number, chance: number): number {
  const doubled = policy.minMs * 2 ** Math.min(failures - 1, 30)
  const ceiling = Math.min(doubled, policy.maxMs)
  // Between 75 % and 125 %: enough to spread a fleet, little enough that the configured figures stay true.
  return Math.round(ceiling * (0.75 + chance / 2))
}
