// Finding a station's route: the first rule one of whose globs fits the identity.

import type { RouteRule } from './route.ts'

/**
 * Tells whether an identity fits a glob.
 * @param glob `*` stands for any run of characters, `?` for exactly one; everything else for itself, case counting
 * @param identity a station's identity, percent-decoded
 */
export function matchesGlob(glob: string, identity: string): boolean {
  let g = 0
  let i = 0
  let star = -1
  let resumeAt = 0
  // The classic two-pointer walk: linear for one star, never exponential, so a hostile identity cannot stall the broker.
  while (i < identity.length) {
    if (g < glob.length && glob[g] !== '*' && (glob[g] === '?' || glob[g] === identity[i])) {
      g++
      i++
    } else if (g < glob.length && glob[g] === '*') {
      star = g++
      resumeAt = i
    } else if (star >= 0) {
      g = star + 1
      i = ++resumeAt
    } else return false
  }
  while (g < glob.length && glob[g] === '*') g++
  return g === glob.length
}

/**
 * The first rule that matches a station.
 * @returns null when no rule matches: the station is then recorded and routed nowhere (BB-ROUTE-001)
 */
export function findRule(rules: readonly RouteRule[], identity: string): RouteRule | null {
  for (const rule of rules) {
    for (const glob of rule.stations) if (matchesGlob(glob, identity)) return rule
  }
  return null
}
