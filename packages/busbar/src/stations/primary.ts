// Asking the primary before a station is let in: because it decides who may come in, because its version decides the
// station's, or because a transparent route promises that no station is in without its backend. One dial, one answer, and
// never longer than the cap, for the station is waiting for its 101.

import type { RefusalCause } from '@busbar/core/station/input.ts'
import type { BackendEvents, DialledLink, Dialler, DialRequest } from '../links.ts'
import type { Clock } from '../system/clock.ts'

/** How long a station may be kept waiting for its primary (traps T1, T15). */
export const askPrimaryWithinMs = 5_000

export type PrimaryOutcome =
  | { readonly kind: 'up'; readonly link: DialledLink }
  | { readonly kind: 'refused'; readonly cause: RefusalCause; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string }

/**
 * Dials a backend for a station that is not in yet.
 * @returns what came of it; a link that is up is held until it is taken or terminated
 */
export function askPrimary(
  dialler: Dialler,
  clock: Clock,
  request: Omit<DialRequest, 'attempt'>,
): Promise<PrimaryOutcome> {
  return new Promise((resolve) => {
    const finish = (outcome: PrimaryOutcome) => {
      cancelCap()
      resolve(outcome)
    }
    const events: BackendEvents = {
      backendUp: (_station, _backend, _attempt, _ocpp, socket) => finish({ kind: 'up', link: socket.hold() }),
      backendRefused: (_station, _backend, _attempt, cause, _status, reason) =>
        finish({ kind: 'refused', cause, reason }),
      backendUnreachable: (_station, _backend, _attempt, _status, reason) => finish({ kind: 'unreachable', reason }),
      // A held link tells these to whoever takes it.
      backendFrame: () => undefined,
      backendFrameLost: () => undefined,
      backendPressure: () => undefined,
      backendDown: () => undefined,
    }
    const cancelDial = dialler.dial({ ...request, attempt: 0 }, events)
    const cancelCap = clock.after(askPrimaryWithinMs, () => {
      cancelDial()
      resolve({ kind: 'unreachable', reason: `no answer within ${askPrimaryWithinMs / 1000} s` })
    })
  })
}
