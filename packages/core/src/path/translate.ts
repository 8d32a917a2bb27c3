// Sixth stage: between two versions. Both legs of a connection speak the same version today (the version is chosen so at
// admission), so the text passes as it is; where versions differ, `from.read` and `to.write` of the dialects stand here.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { assert } from '../base/assert.ts'
import type { RawFrame } from '../station/input.ts'

/** @returns the very frame that came in, when both sides speak the same version */
export function translate(frame: RawFrame, from: Subprotocol, to: Subprotocol): RawFrame {
  assert(from === to, `a frame of ${from} was routed to a leg that speaks ${to}`)
  return frame
}
