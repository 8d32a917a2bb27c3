import type { BackendBehaviour } from '../actors/backend-state.ts'

/**
 * Receives and never answers.
 * @param actions which actions; all when left out
 */
export function silent(actions: readonly string[] | null = null): BackendBehaviour {
  return {
    name: 'silent',
    onCall: ({ action }, verdict) => (actions === null || actions.includes(action) ? { kind: 'silence' } : verdict),
  }
}
