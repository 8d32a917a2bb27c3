// Which version's table reads a message for sessions. A test checks that every version Busbar speaks has its row.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { SessionReader } from './reader.ts'
import { v16 } from './v16.ts'
import { v21 } from './v21.ts'
import { v201 } from './v201.ts'

export const sessionReaders: ReadonlyMap<Subprotocol, SessionReader> = new Map(
  [v16, v201, v21].map((reader) => [reader.subprotocol, reader]),
)
