// Routes as the API takes them: the same form, the same checks and the same sentences as in the file.

import type { RouteRule } from '@busbar/core/routing/route.ts'
import { z } from 'zod'
import { readDocument } from './document.ts'
import { explain } from './explain.ts'
import { formatPath } from './problem.ts'
import { fileSchema } from './schema.ts'
import { closest } from './suggest.ts'

export interface RouteProblem {
  /** Where: `routes[0].primary`. */
  readonly field: string
  readonly message: string
}

const form = z.strictObject({ routes: fileSchema.shape.routes.unwrap() })

/**
 * Reads the value of `routes`.
 * @param value as parsed from JSON
 * @param backends names of the configured backends
 * @returns the rules, all of them, or every problem
 */
export function readRoutes(
  value: unknown,
  backends: ReadonlySet<string>,
): { readonly routes: readonly RouteRule[] } | { readonly problems: readonly RouteProblem[] } {
  const whole = { routes: value ?? null }
  const parsed = form.safeParse(whole)
  if (!parsed.success) {
    // JSON is YAML: the same reader tells where things stand.
    const read = readDocument(JSON.stringify(whole))
    if ('problems' in read) return { problems: [{ field: 'routes', message: 'cannot be read' }] }
    const findings = explain(parsed.error.issues, whole, read.document)
    return {
      problems: findings.map(({ path, what, remedy }) => ({ field: formatPath(path), message: `${what}; ${remedy}` })),
    }
  }
  const routes = parsed.data.routes.map(
    (route): RouteRule => ({
      stations: [route.stations as string | string[]].flat(),
      primary: route.primary,
      mode: route.mode ?? 'resilient',
    }),
  )
  const problems = routes.flatMap(({ primary }, index): RouteProblem[] => {
    if (backends.has(primary)) return []
    const meant = closest(primary, [...backends])
    const hint = meant === null ? `configured are: ${[...backends].join(', ')}` : `did you mean \`${meant}\`?`
    return [{ field: `routes[${index}].primary`, message: `\`${primary}\` is not a configured backend; ${hint}` }]
  })
  return problems.length > 0 ? { problems } : { routes }
}
