import type { StationBehaviour } from '../actors/station-state.ts'

/**
 * Sends several CALLs without waiting for the answers, which no version allows and some firmware does.
 * @param atOnce how many may be open
 */
export function pipelinesCalls(atOnce = 8): StationBehaviour {
  return (traits) => ({ ...traits, callsAtOnce: atOnce })
}
