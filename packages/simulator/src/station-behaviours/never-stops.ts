import type { StationBehaviour } from '../actors/station-state.ts'

/** Never tells that a session ended: no StopTransaction, no TransactionEvent Ended. */
export const neverStops: StationBehaviour = (traits) => ({ ...traits, tellsStop: false })
