import type { StationBehaviour } from '../actors/station-state.ts'

/** Ends itself on an answer to no open call, on an action it does not know and on a text it cannot read. */
export const exitsOnUnknown: StationBehaviour = (traits) => ({ ...traits, exitsOnUnknown: true })
