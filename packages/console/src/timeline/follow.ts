// Whether the timeline goes along with what happens. One value instead of two flags: it follows; it was scrolled away from
// the newest entry and follows again when it is scrolled back; or it was told to stand still.

export type Follow = 'following' | 'scrolledAway' | 'standing'

/** After the list was scrolled. `isAtNewest`: the newest entry is in view. */
export function afterScroll(follow: Follow, isAtNewest: boolean): Follow {
  if (follow === 'standing') return follow
  return isAtNewest ? 'following' : 'scrolledAway'
}

/** After the toggle was used. */
export function afterToggle(follow: Follow): Follow {
  return follow === 'following' ? 'standing' : 'following'
}
