// What a verification found to be wrong, and where.

import type { FaultCode } from '@busbar/core/base/fault.ts'
import type { Position } from '@busbar/core/base/moment.ts'

/** The first thing that is wrong. */
export interface VerifyProblem {
  readonly code: FaultCode
  /** The first position it may concern. */
  readonly first: Position
  /** The last one. */
  readonly last: Position
  readonly detail: string
}

/** Thrown by a check when it fails. */
export class Finding extends Error {
  readonly problem: VerifyProblem

  constructor(code: FaultCode, first: Position, last: Position, detail: string) {
    super(detail)
    this.name = 'Finding'
    this.problem = { code, first, last, detail }
  }
}
