// What a check is: it is told everything that can be seen in a world and says when a promise is broken. One file per
// promise, named after it.

import type { WorldEvent } from '../world/event.ts'
import type { World } from '../world/world.ts'

export interface Check {
  /** The promise, by its file's name, with the rules it stands for. */
  readonly name: string
  /** Looks at one world; `broken` is called with a sentence when the promise is broken. */
  watch(world: World, broken: (sentence: string) => void): (event: WorldEvent) => void
}
