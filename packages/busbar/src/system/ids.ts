// The only source of ids. Message ids that Busbar makes are UUIDs of 36 characters, the longest an OCPP message id may be.

import { randomUUID } from 'node:crypto'
import { uuidv7 } from 'uuidv7'

export interface Ids {
  /** An OCPP message id: 36 characters, unique, not guessable. */
  readonly messageId: () => string
  /** A time-ordered id for things that are listed by age. */
  readonly ordered: () => string
}

export const systemIds: Ids = { messageId: () => randomUUID(), ordered: () => uuidv7() }
