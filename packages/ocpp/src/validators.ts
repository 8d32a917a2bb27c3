// The generated validators of one version, fetched when the first peer of that version needs them. A site whose stations
// all speak 1.6 never reads the half megabyte that checks 2.1. Fetching a module is the one thing in this package that
// takes a promise; everything that runs per message is synchronous.

import type { PayloadCheck, PayloadChecks } from './payload-check.ts'
import type { Subprotocol } from './versions.ts'

/** The payload validators of one version, by action. */
export interface Validators {
  readonly subprotocol: Subprotocol
  /** Payloads of CALL, and of SEND in 2.1. */
  readonly request: ReadonlyMap<string, PayloadCheck>
  /** Payloads of CALLRESULT. */
  readonly response: ReadonlyMap<string, PayloadCheck>
}

interface GeneratedModule {
  readonly requests: PayloadChecks
  readonly responses: PayloadChecks
}

const modules: Readonly<Record<Subprotocol, () => Promise<GeneratedModule>>> = {
  'ocpp1.6': () => import('../generated/v16/validators.js'),
  'ocpp2.0.1': () => import('../generated/v201/validators.js'),
  'ocpp2.1': () => import('../generated/v21/validators.js'),
}

const loaded = new Map<Subprotocol, Validators>()

/**
 * Fetches the validators of a version. Every later call gives the same object. Call it before the first frame of the
 * version is read: where a listener opens, or at the head of a test.
 * @param subprotocol the version whose payloads are to be checked
 */
export function loadValidators(subprotocol: Subprotocol): Promise<Validators> {
  const present = loaded.get(subprotocol)
  if (present !== undefined) return Promise.resolve(present)
  return modules[subprotocol]().then((module) => {
    const first = loaded.get(subprotocol)
    if (first !== undefined) return first
    const validators: Validators = {
      subprotocol,
      // Maps, because an action is text from the wire and may be called "constructor".
      request: new Map(Object.entries(module.requests)),
      response: new Map(Object.entries(module.responses)),
    }
    loaded.set(subprotocol, validators)
    return validators
  })
}

/**
 * The validators of a version that was loaded before.
 * @param subprotocol the version agreed on the connection
 * @throws when `loadValidators` has not finished for that version: a mistake in the program, not in a message
 */
export function validatorsOf(subprotocol: Subprotocol): Validators {
  const validators = loaded.get(subprotocol)
  if (validators === undefined) throw new Error(`loadValidators('${subprotocol}') must finish before validatorsOf`)
  return validators
}
