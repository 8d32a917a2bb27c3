import type { BackendBehaviour } from '../actors/backend-state.ts'

/**
 * Answers late.
 * @param afterMs how much later
 * @param actions which actions; all when left out
 */
export function slow(afterMs: number, actions: readonly string[] | null = null): BackendBehaviour {
  return {
    name: 'slow',
    onCall: ({ action }, verdict) => {
      if (actions !== null && !actions.includes(action)) return verdict
      if (verdict.kind !== 'answer' && verdict.kind !== 'error') return verdict
      return { ...verdict, afterMs: verdict.afterMs + afterMs }
    },
  }
}
