// Third stage: mend what a vendor is known to do wrong. The fixes are given to it compiled; none are shipped yet, so every
// frame passes as it is. A fix gives another text and says what it changed; the recorded text is never touched.

import type { RawFrame } from '../station/input.ts'

export interface Mended {
  readonly frame: RawFrame
  /** Names of the fixes that changed something; empty when the frame is the one that came in. */
  readonly by: readonly string[]
}

const untouched: readonly string[] = []

/** Applies the fixes that fit the station. @returns the very frame that came in when no fix applies */
export function normalise(frame: RawFrame): Mended {
  return { frame, by: untouched }
}
