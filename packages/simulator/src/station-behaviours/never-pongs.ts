import type { StationBehaviour } from '../actors/station-state.ts'

/** Does not answer WebSocket pings. A matter of its socket: the simulated world has to honour the trait as well. */
export const neverPongs: StationBehaviour = (traits) => ({ ...traits, pongs: false })
