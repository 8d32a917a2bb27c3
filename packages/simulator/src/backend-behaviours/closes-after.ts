import { type BackendBehaviour, tally } from '../actors/backend-state.ts'

/**
 * Closes a connection instead of answering its n-th CALL, on each of a station's first `times` connections.
 * @param calls how many CALLs it takes, the one it closes on included
 */
export function closesAfter(calls: number, times = Number.POSITIVE_INFINITY, code = 1001): BackendBehaviour {
  return {
    name: 'closesAfter',
    onCall: ({ backend, link }, verdict) => {
      if (link.callsReceived < calls) return verdict
      if (tally(backend, `closesAfter ${link.identity}`) > times) return verdict
      return { kind: 'close', code, reason: 'going away' }
    },
  }
}
