// What the store says when it cannot do as it is told: an error with a stable code of the fault catalogue, so that a
// caller decides by the code and a person reads the sentence.

import { describeFault, type FaultCode } from '@busbar/core/base/fault.ts'

/** An error of the embedded store. `code` is stable, `detail` names what was met, `cause` is what lay beneath. */
export class StoreError extends Error {
  readonly code: FaultCode
  readonly detail: string

  constructor(code: FaultCode, detail: string, cause?: unknown) {
    super(`${code}: ${describeFault(code)?.sentence ?? ''} ${detail}`.trim(), cause === undefined ? {} : { cause })
    this.name = 'StoreError'
    this.code = code
    this.detail = detail
  }
}

/** SQLite's primary result codes that the store tells apart (sqlite.org/rescode.html). */
export const sqliteCode = { full: 13, corrupt: 11, notADatabase: 26 } as const

/**
 * The primary SQLite result code of an error.
 * @param error anything thrown
 * @returns the code without its extension bits, or null when it did not come from SQLite
 */
export function sqliteCodeOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null
}

/** Whether an error says that the stored bytes themselves are wrong, as against the disk or the folder. */
export function isDamage(error: unknown): boolean {
  if (error instanceof StoreError) return /^BB-STORE-0(?:03|08|09|10|11)$/.test(error.code)
  const code = sqliteCodeOf(error)
  return code === sqliteCode.corrupt || code === sqliteCode.notADatabase
}

/** The sentence of anything thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
