import type { StationBehaviour } from '../actors/station-state.ts'

/** Sends BootNotification after power up only, and goes on where it was after every other reconnect. */
export const reconnectsWithoutBoot: StationBehaviour = (traits) => ({ ...traits, bootsOnReconnect: false })
