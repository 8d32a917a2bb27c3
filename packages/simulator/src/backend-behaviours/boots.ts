// Backends that do not accept a station at once.

import { type BackendBehaviour, type CallContext, tally, type Verdict } from '../actors/backend-state.ts'
import { timeText } from '../actors/envelope.ts'

/** Answers the first `times` boots of each station with Pending. */
export function pendingBoot(times: number, intervalSeconds: number): BackendBehaviour {
  return notAccepted('pendingBoot', 'Pending', times, intervalSeconds)
}

/** Answers the first `times` boots of each station with Rejected. */
export function rejectBoot(times: number, intervalSeconds: number): BackendBehaviour {
  return notAccepted('rejectBoot', 'Rejected', times, intervalSeconds)
}

function notAccepted(name: string, status: string, times: number, interval: number): BackendBehaviour {
  return {
    name,
    onCall: ({ backend, link, action, step }: CallContext, verdict: Verdict) => {
      if (action !== 'BootNotification' || verdict.kind !== 'answer') return verdict
      // One that stands before it in the list still has its turn.
      if (verdict.payload.status !== undefined) return verdict
      if (tally(backend, `${name} ${link.identity}`) > times) return verdict
      return { ...verdict, payload: { status, currentTime: timeText(step.now.at), interval } }
    },
  }
}
