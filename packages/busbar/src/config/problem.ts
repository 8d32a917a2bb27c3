// One thing that is wrong with a configuration, said so that it can be mended without opening a manual: where, what, and
// what to do. The code is from the fault catalogue; whoever reacts to a problem looks at the code, never at the wording.

import type { FaultCode } from '@busbar/core/base/fault.ts'

/** The steps from the top of the file to a value: keys of mappings, indexes of lists. */
export type Path = readonly (string | number)[]

export interface Problem {
  /** As the user named it, or `(built-in defaults)`. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  readonly code: FaultCode
  /** What is wrong; one line, never with a secret in it. */
  readonly what: string
  /** What to do; one line. */
  readonly remedy: string
}

/** Whether the position of a key is meant or that of its value. */
export type Place = 'key' | 'value'

/** A problem before its path has become a line and a column. */
export interface Finding {
  readonly path: Path
  readonly place: Place
  readonly code: FaultCode
  readonly what: string
  readonly remedy: string
  /** A warning is shown and nothing is refused for it. */
  readonly severity: 'error' | 'warning'
}

/** Where the checks put what they find. */
export type Report = (finding: Finding) => void

/**
 * One line for people and editors: `file:line:column: what is wrong; what to do [code]`.
 */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.what}; ${problem.remedy} [${problem.code}]`
}

/**
 * A path as people write it: `backends.billing.url`, `routes[0].primary`.
 */
export function formatPath(path: Path): string {
  let text = ''
  for (const step of path) {
    text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`
  }
  return text
}
