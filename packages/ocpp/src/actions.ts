// One place to ask which actions a version knows and which side may send them.

import type { ActionTable, Side } from './action-table.ts'
import { actions16 } from './v16/actions.ts'
import { actions21 } from './v21/actions.ts'
import { actions201 } from './v201/actions.ts'
import type { Subprotocol } from './versions.ts'

export type { ActionTable, Side } from './action-table.ts'

const tables: Readonly<Record<Subprotocol, ActionTable>> = {
  'ocpp1.6': actions16,
  'ocpp2.0.1': actions201,
  'ocpp2.1': actions21,
}

/**
 * The actions of one version.
 * @param subprotocol the version agreed on the connection
 */
export function actionsOf(subprotocol: Subprotocol): ActionTable {
  return tables[subprotocol]
}

/**
 * Tells whether one side may call an action (message type 2). Actions that the version does not know, and one-way
 * actions, may be called by nobody.
 * @param side who sends
 * @param action the name as it stands in the envelope; case matters
 */
export function mayCall(table: ActionTable, side: Side, action: string): boolean {
  return table[side].has(action) || table.both.has(action)
}
