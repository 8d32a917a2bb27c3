// Keys that the configuration has by its published design but that this version cannot honour. They are refused rather
// than ignored, because a broker that silently does less than its file says is worse than one that does not start. A value
// that asks for nothing beyond what this version does anyway is accepted.

import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

export type PlainValue = string | number | boolean | readonly PlainValue[] | { readonly [key: string]: PlainValue }

/**
 * A key that is not built yet.
 * @param capability what it would switch on, as the start of a sentence
 * @param accepts values that mean what this version does anyway
 */
export function notYet(capability: string, accepts: readonly PlainValue[]) {
  return z
    .unknown()
    .check((ctx) => {
      if (ctx.value === undefined || accepts.some((value) => isDeepStrictEqual(plain(ctx.value), value))) return
      ctx.issues.push(notAvailable(ctx.value, capability, accepts))
    })
    .meta({
      description: `Not available in this version: ${capability}.`,
      ...(accepts.length === 0 ? { not: {} } : { enum: accepts }),
    })
    .optional()
}

/**
 * A mapping where this version takes simpler forms only; one branch of a union.
 * @param capability what it would switch on, as the start of a sentence
 */
export function notYetMapping(capability: string) {
  return z
    .record(z.string(), z.unknown())
    .check((ctx) => {
      ctx.issues.push(notAvailable(ctx.value, capability, []))
    })
    .meta({ description: `Not available in this version: ${capability}.`, not: {} })
}

/** The issue that says so; for values of a key that is otherwise there. */
export function notAvailable(input: unknown, capability: string, accepts: readonly PlainValue[]) {
  const remedy =
    accepts.length === 0
      ? 'take it out'
      : `take it out or write ${accepts.map((value) => `\`${JSON.stringify(value)}\``).join(' or ')}`
  const what = `is not available in this version (${capability})`
  return { code: 'custom' as const, input, message: 'not available', params: { code: 'BB-CONFIG-005', what, remedy } }
}

// Substituted values are objects without a prototype, which deep equality tells apart from literals.
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}
