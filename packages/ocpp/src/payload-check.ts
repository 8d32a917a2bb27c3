// What one generated validator looks like from outside. It is the shape of ajv's standalone functions with everything left
// out that nobody here reads, so that a payload that is in order costs no allocation at all.

/** The first rule a payload broke, in the words of JSON Schema. */
export interface SchemaError {
  /** JSON pointer to the value that was looked at, from the payload's root. */
  readonly instancePath: string
  /** The schema keyword that failed: `required`, `type`, `maxLength`, ... */
  readonly keyword: string
  /** What the keyword asked for, e.g. `{ limit: 20 }` or `{ missingProperty: 'idTag' }`. */
  readonly params: Readonly<Record<string, unknown>>
}

/** Checks one payload and never changes it. After `false`, `errors` holds exactly one error; after `true`, null. */
export interface PayloadCheck {
  (payload: unknown): boolean
  errors?: readonly SchemaError[] | null
}

/** Validators by action name: what a generated module exports twice, as `requests` and as `responses`. */
export type PayloadChecks = Readonly<Record<string, PayloadCheck>>
