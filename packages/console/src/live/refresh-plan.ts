// Which stations to ask for again after entries arrived. One frame is no reason to load a fleet, and a busy fleet is no
// reason to ask a thousand times a second: entries are gathered, and then either the few affected stations are asked for,
// or the list once.

/** Entries are gathered this long before anything is asked for. */
export const GATHER_MS = 1000
/** The list as a whole is asked for at most this often. */
export const LIST_EVERY_MS = 5000
/** Up to this many stations are asked for one by one. */
const ONE_BY_ONE = 8

export type RefreshPlan =
  | { readonly what: 'nothing' }
  | { readonly what: 'stations'; readonly ids: readonly string[] }
  | { readonly what: 'list' }

/**
 * What to ask for.
 * @param affected stations that entries told of since the last time
 * @param known stations on the page
 * @param sinceListMs time since the list was last asked for
 */
export function planRefresh(
  affected: ReadonlySet<string>,
  known: ReadonlySet<string>,
  sinceListMs: number,
): RefreshPlan {
  if (affected.size === 0) return { what: 'nothing' }
  // A station that is not on the page yet comes with the list, at its place.
  const wantsList = affected.size > ONE_BY_ONE || [...affected].some((id) => !known.has(id))
  if (!wantsList) return { what: 'stations', ids: [...affected] }
  return sinceListMs >= LIST_EVERY_MS ? { what: 'list' } : { what: 'nothing' }
}
