// Sessions of OCPP 2.1: as in 2.0.1. What 2.1 adds to a TransactionEvent (limits, cost, V2X) says nothing that a session
// keeps, and a transaction resumed after a reboot (E17) goes on under its id.

import type { SessionReader } from './reader.ts'
import { v201 } from './v201.ts'

export const v21: SessionReader = { ...v201, subprotocol: 'ocpp2.1' }
