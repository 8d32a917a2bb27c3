import { type BackendBehaviour, tally } from '../actors/backend-state.ts'

/**
 * Answers an action with CALLERROR, the first `times` times over all stations.
 * @param code an OCPP-J error code
 */
export function callError(action: string, times: number, code = 'InternalError'): BackendBehaviour {
  return {
    name: 'callError',
    onCall: (context, verdict) => {
      if (context.action !== action || tally(context.backend, `callError ${action}`) > times) return verdict
      return { kind: 'error', code, description: 'the backend failed', afterMs: 0 }
    },
  }
}
