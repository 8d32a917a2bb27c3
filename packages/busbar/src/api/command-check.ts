// Whether a command may be sent at all: a backend must be allowed to call the action in the station's version, and the
// payload must follow the official schema. What Busbar sends in its own name is held to the letter; what it passes on is
// not (trap T27).

import { actionsOf, mayCall } from '@busbar/ocpp/actions.ts'
import { loadValidators, validate } from '@busbar/ocpp/validate.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { Problem } from './problem.ts'

/**
 * Judges a command.
 * @returns null when it may be sent, else the problem to answer with
 */
export async function refuseCommand(ocpp: Subprotocol, action: string, payload: unknown): Promise<Problem | null> {
  if (!mayCall(actionsOf(ocpp), 'backend', action)) {
    return new Problem('BB-API-015', { detail: `${JSON.stringify(action)} is no command of ${ocpp}.`, action, ocpp })
  }
  const violation = validate(await loadValidators(ocpp), 'request', action, payload)
  if (violation === null) return null
  const { path, rule, detail } = violation
  return new Problem('BB-API-014', {
    detail: `${path === '' ? 'The payload' : path} ${detail}.`,
    action,
    ocpp,
    path,
    rule,
    errors: [{ field: `/payload${path}`, message: detail }],
  })
}
