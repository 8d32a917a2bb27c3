// Every check there is. A check that no mutant trips is suspect: `mutants/` names for each who must find it.

import { answeredIsRemembered } from './answered-is-remembered.ts'
import { answersAreNotOvertaken } from './answers-are-not-overtaken.ts'
import { answersComeFromBackends } from './answers-come-from-backends.ts'
import { answersFindTheirAsker } from './answers-find-their-asker.ts'
import { bytesUnchanged } from './bytes-unchanged.ts'
import type { Check } from './check.ts'
import { commandsAreNotForgotten } from './commands-are-not-forgotten.ts'
import { everythingIsOnRecord } from './everything-is-on-record.ts'
import { idsDoNotCollide } from './ids-do-not-collide.ts'
import { inFlightIsRepeated } from './in-flight-is-repeated.ts'
import { nothingIsStranded } from './nothing-is-stranded.ts'
import { oneCallAtATime } from './one-call-at-a-time.ts'
import { orderIsKept } from './order-is-kept.ts'
import { resilientStationStays } from './resilient-station-stays.ts'
import { silenceDoesNotBlock } from './silence-does-not-block.ts'
import { transparentStationFalls } from './transparent-station-falls.ts'

export const checks: readonly Check[] = [
  answeredIsRemembered,
  answersAreNotOvertaken,
  answersFindTheirAsker,
  answersComeFromBackends,
  bytesUnchanged,
  commandsAreNotForgotten,
  everythingIsOnRecord,
  idsDoNotCollide,
  inFlightIsRepeated,
  nothingIsStranded,
  oneCallAtATime,
  orderIsKept,
  resilientStationStays,
  silenceDoesNotBlock,
  transparentStationFalls,
]
