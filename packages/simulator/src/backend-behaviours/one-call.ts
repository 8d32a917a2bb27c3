// Backends that insist on one CALL at a time, in the two ways seen in the field.

import type { BackendBehaviour } from '../actors/backend-state.ts'

/** Answers a CALL that comes before the last was answered with a CALLERROR. Put it last, after `slow`. */
export const refusesSecondCall: BackendBehaviour = {
  name: 'refusesSecondCall',
  onCall: ({ backend, link, action }, verdict) => {
    if (link.unanswered === 0) return verdict
    backend.breaches.push(`${link.identity} sent ${action} while a call was open`)
    return { kind: 'error', code: 'GenericError', description: 'Call already in progress', afterMs: 0 }
  },
}

/** Closes the connection on a CALL that comes before the last was answered. Put it last, after `slow`. */
export const strictOneCall: BackendBehaviour = {
  name: 'strictOneCall',
  onCall: ({ backend, link, action }, verdict) => {
    if (link.unanswered === 0) return verdict
    backend.breaches.push(`${link.identity} sent ${action} while a call was open`)
    return { kind: 'close', code: 1002, reason: 'one call at a time' }
  },
}
