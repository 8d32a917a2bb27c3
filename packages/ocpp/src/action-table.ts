// Who may start which conversation. OCPP gives every action a direction; a call that goes the other way is either a
// confused peer or a mistake in a bridge, and both are worth a finding.

import type { Subprotocol } from './versions.ts'

/** The two ends of an OCPP connection. */
export type Side = 'station' | 'backend'

/** The actions of one OCPP version, each in exactly one of the sets. */
export interface ActionTable {
  readonly subprotocol: Subprotocol
  /** Calls only a station sends. */
  readonly station: ReadonlySet<string>
  /** Calls only a backend sends. */
  readonly backend: ReadonlySet<string>
  /** Calls either side sends. */
  readonly both: ReadonlySet<string>
  /** One-way messages (SEND, message type 6), sent by the station and answered by nobody. Empty before 2.1. */
  readonly send: ReadonlySet<string>
}
