// How a command ends badly: 1 when it failed while running, 2 when it was asked for something that cannot be.

import { describeFault, type FaultCode } from '@busbar/core/base/fault.ts'

/** An end of a command that is told in one line, with a code and what to do. */
export class CommandFailure extends Error {
  readonly exitCode: 1 | 2
  /** A code of the catalogue; from a broker of another version it may be one we do not know. */
  readonly code: string
  readonly remedy: string

  /**
   * @param what happened, without a full stop
   * @param remedy default: that of the catalogue
   */
  constructor(exitCode: 1 | 2, code: FaultCode | (string & {}), what: string, remedy?: string, cause?: unknown) {
    super(what, { cause })
    this.exitCode = exitCode
    this.code = code
    this.remedy = remedy ?? describeFault(code)?.remedy ?? ''
  }
}

/** The lines a failure is told in. */
export function formatFailure(failure: CommandFailure): string {
  const code = failure.code === '' ? '' : ` [${failure.code}]`
  return `busbar: ${failure.message}${code}\n${failure.remedy === '' ? '' : `  ${failure.remedy}\n`}`
}
