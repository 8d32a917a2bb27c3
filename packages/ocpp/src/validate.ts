// Judges a payload against the schema of its action. The judgement is a finding and nothing more: an invalid payload in a
// readable envelope is passed on as it came (trap T27), so this never changes, completes or converts what it looks at.

import type { PayloadCheck, SchemaError } from './payload-check.ts'
import type { Validators } from './validators.ts'

export { loadValidators, type Validators, validatorsOf } from './validators.ts'

/** Which of an action's two payloads is meant. One-way messages (SEND) have a request only. */
export type PayloadKind = 'request' | 'response'

/** The first rule a payload breaks. */
export interface Violation {
  /** JSON pointer (RFC 6901) to the offending value from the payload's root; '' is the payload itself. */
  readonly path: string
  /** The broken rule: a JSON Schema keyword, `action` for an unknown action, `unchecked` where the check gave up. */
  readonly rule: string
  /** What was expected, as the end of a sentence that begins with the path. */
  readonly detail: string
  /** Set when the version has no such action, or the action no such payload. */
  readonly unknownAction?: true
}

/**
 * Checks a payload. Gives null when it is in order, and then allocates nothing.
 * @param validators those of the version agreed on the connection
 * @param kind the request of a call (or one-way message), or the response in its result
 * @param action the action as it stands in the call's envelope
 * @param payload the parsed payload; `undefined` when the envelope has none
 */
export function validate(
  validators: Validators,
  kind: PayloadKind,
  action: string,
  payload: unknown,
): Violation | null {
  const check = validators[kind].get(action)
  if (check === undefined) return unknownAction(validators, kind, action)
  try {
    return check(payload) ? null : violationOf(check)
  } catch {
    // A text of several megabytes in a field of format uri exhausts the stack of the regular expression engine.
    return { path: '', rule: 'unchecked', detail: 'is too large to be checked' }
  }
}

function unknownAction(validators: Validators, kind: PayloadKind, action: string): Violation {
  const detail = validators.request.has(action)
    ? `has no ${kind} in ${validators.subprotocol}`
    : `belongs to an action that ${validators.subprotocol} does not have`
  return { path: '', rule: 'action', detail, unknownAction: true }
}

function violationOf(check: PayloadCheck): Violation {
  const error = check.errors?.[0]
  if (error === undefined) return { path: '', rule: 'unchecked', detail: 'does not follow its schema' }
  return { path: pathOf(error), rule: error.keyword, detail: detailOf(error) }
}

/** Names the field itself where the schema names the object that lacks it or has it in excess. */
function pathOf(error: SchemaError): string {
  const property = error.params.missingProperty ?? error.params.additionalProperty
  if (typeof property !== 'string') return error.instancePath
  return `${error.instancePath}/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** One sentence end per keyword that the schemas use. */
const details: Readonly<Record<string, (params: SchemaError['params']) => string>> = {
  required: () => 'is missing',
  additionalProperties: () => 'is not a field of this object',
  type: (params) => `must be of type ${String(params.type)}`,
  enum: (params) => `must be one of ${(params.allowedValues as readonly unknown[]).join(', ')}`,
  maxLength: (params) => `must have at most ${String(params.limit)} characters`,
  minItems: (params) => `must have at least ${String(params.limit)} items`,
  maxItems: (params) => `must have at most ${String(params.limit)} items`,
  minimum: (params) => `must be at least ${String(params.limit)}`,
  maximum: (params) => `must be at most ${String(params.limit)}`,
  multipleOf: (params) => `must be a multiple of ${String(params.multipleOf)}`,
  format: (params) => `must have the format ${String(params.format)}`,
}

function detailOf(error: SchemaError): string {
  return details[error.keyword]?.(error.params) ?? `breaks the rule ${error.keyword}`
}
