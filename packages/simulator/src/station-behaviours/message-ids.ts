// Ways in which firmware numbers its messages that are not a fresh text each (trap T3).

import type { StationBehaviour } from '../actors/station-state.ts'

/** Every BootNotification has the same id, on every connection. */
export function sameBootId(id = 'boot'): StationBehaviour {
  return (traits) => ({
    ...traits,
    messageId: (action, fresh, count) =>
      action === 'BootNotification' ? JSON.stringify(id) : traits.messageId(action, fresh, count),
  })
}

/** Ids are JSON numbers, counted from `first`. */
export function numericIds(first = 1): StationBehaviour {
  return (traits) => ({ ...traits, messageId: (_action, _fresh, count) => String(first + count) })
}
