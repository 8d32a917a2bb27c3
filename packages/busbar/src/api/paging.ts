// Lists are given in pages. A cursor is opaque to clients: it says where the next page begins in a way that stays true
// while the list grows and shrinks (rule AP4).

import { parseTimestamp } from '@busbar/core/base/timestamp.ts'
import { z } from 'zod'
import { Problem } from './problem.ts'

/** The largest page; also what a list gives that is not asked for a number of items. */
export const LARGEST_PAGE = 1000

const wholeLimit = z.coerce.number().int().min(1).max(LARGEST_PAGE)

/** How many items a page has; without it, as many as a page can have. */
export const limitParameter = wholeLimit.default(LARGEST_PAGE).describe('Items per page.')

/** How many items a page has; without it, everything comes in one page. */
export const pagingOnRequest = wholeLimit.optional().describe('Items per page; without it everything in one page.')

export const cursorParameter = z.string().min(1).max(1024).optional().describe('`next` of the page before.')

/** A time in a query, read into milliseconds since 1970 UTC. */
export const timeParameter = z
  .string()
  .max(48)
  .transform((text, context) => {
    // A plus sign that nobody escaped arrives as a space.
    const ms = parseTimestamp(text.replace(/ (?=\d\d:?\d\d$)/, '+'))
    if (Number.isNaN(ms)) {
      context.addIssue({ code: 'custom', message: 'is not a time such as 2026-03-01T12:00:00Z' })
      return z.NEVER
    }
    return ms
  })
  .optional()

/** true or false in a query. */
export const flagParameter = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional()

/** Several values in one parameter, separated by commas. */
export function setParameter<Value extends string>(value: z.ZodType<Value>) {
  return z
    .string()
    .min(1)
    .max(2000)
    .transform((text, context): ReadonlySet<Value> => {
      const values = new Set<Value>()
      for (const part of text.split(',')) {
        const read = value.safeParse(part.trim())
        if (read.success) values.add(read.data)
        else context.addIssue({ code: 'custom', message: `${JSON.stringify(part)}: ${read.error.issues[0]?.message}` })
      }
      return values
    })
    .optional()
}

/** Packs what the next page needs to know. */
export function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/**
 * Unpacks a cursor.
 * @param shape what `writeCursor` was given for this list
 * @throws a Problem when it is none of ours
 */
export function readCursor<Parts extends z.ZodType>(cursor: string, shape: Parts): z.infer<Parts> {
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new Problem('BB-API-001', { errors: [{ field: 'cursor', message: 'is not a cursor of this list' }] })
  }
}
