// What an OCPP 2.1 station says about itself: the same as in 2.0.1. 2.1 prefers NotifyEvent to StatusNotification for a
// connector's availability (Part 2, block G), but both occur in both, so the rows are shared. Its own messages
// (periodic event streams, DER, tariffs, battery swap) say nothing that the twin keeps.

import type { TwinReader } from './reader.ts'
import { v201 } from './v201.ts'

export const v21: TwinReader = { ...v201, subprotocol: 'ocpp2.1' }
