// Looks at every payload with the official schemas; what it finds never holds a frame back (trap T27).

import type { Finding } from '@busbar/core/journal/entry.ts'
import type { Surroundings } from '@busbar/core/station/effect.ts'
import { loadValidators, validate, validatorsOf } from '@busbar/ocpp/validate.ts'
import { subprotocols } from '@busbar/ocpp/versions.ts'

/** Loads the validators of all versions (some 10 MB, a few milliseconds each) and gives the look at a payload. */
export async function createInspector(): Promise<Surroundings['inspect']> {
  await Promise.all(subprotocols.map((version) => loadValidators(version)))
  const loaded = new Map(subprotocols.map((version) => [version, validatorsOf(version)]))
  return (ocpp, kind, action, payload): readonly Finding[] | null => {
    const violation = validate(loaded.get(ocpp)!, kind, action, payload)
    if (violation === null) return null
    const code = violation.unknownAction === true ? 'BB-FRAME-011' : 'BB-FRAME-010'
    return [{ code, path: violation.path, detail: violation.detail }]
  }
}
