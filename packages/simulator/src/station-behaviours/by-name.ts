// Every station behaviour by the name under which `busbar simulate station --behaviour` knows it.

import type { StationBehaviour } from '../actors/station-state.ts'
import { exitsOnUnknown } from './exits-on-unknown.ts'
import { numericIds, sameBootId } from './message-ids.ts'
import { neverPongs } from './never-pongs.ts'
import { neverStops } from './never-stops.ts'
import { hugeNumbers, oddJson } from './odd-json.ts'
import { pipelinesCalls } from './pipelines-calls.ts'
import { reconnectsWithoutBoot } from './reconnects-without-boot.ts'

const behaviours: Readonly<Record<string, StationBehaviour>> = {
  'exits-on-unknown': exitsOnUnknown,
  'huge-numbers': hugeNumbers,
  'never-pongs': neverPongs,
  'never-stops': neverStops,
  'numeric-ids': numericIds(),
  'odd-json': oddJson,
  'pipelines-calls': pipelinesCalls(),
  'reconnects-without-boot': reconnectsWithoutBoot,
  'same-boot-id': sameBootId(),
}

/** The names there are, in order. */
export const stationBehaviourNames: readonly string[] = Object.keys(behaviours)

/** The behaviour of that name, or null. */
export function stationBehaviourNamed(name: string): StationBehaviour | null {
  return Object.hasOwn(behaviours, name) ? (behaviours[name] ?? null) : null
}
