// Who a station says it is: the last segment of the path it connects to (ocpp-j 1.6 section 3.1.1, 2.0.1 Part 4 3.1,
// trap T16). The segment is percent-decoded exactly once, because `%2520` is a legal name and not a space; every other
// oddity of real request targets (doubled slashes, a slash at the end, a query, the whole URL) is dropped on the way.

import { type Subprotocol, wireRules } from '@busbar/ocpp/versions.ts'

/** Our own bound for OCPP 1.6, which sets none: long enough for every name seen, short enough for logs and keys. */
const longestIdentity = 255

export type IdentityReading =
  | { readonly kind: 'identity'; readonly identity: string }
  | { readonly kind: 'refused'; readonly status: 404; readonly code: 'BB-LINK-020'; readonly reason: string }

function refused(reason: string): IdentityReading {
  return { kind: 'refused', status: 404, code: 'BB-LINK-020', reason }
}

/** The path's segments, still encoded, without the empty ones. */
function segmentsOf(target: string): string[] {
  const afterAuthority = target.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]*/, '')
  return afterAuthority
    .replace(/[?#].*$/s, '')
    .split('/')
    .filter((segment) => segment !== '')
}

/** Percent-decoded once; bytes above 0x7f that stand in the target unencoded count as their own encoding. */
function decodeOnce(segment: string): string | null {
  const encoded = segment.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

/** Characters as a person counts them, not UTF-16 units. */
function lengthOf(identity: string): number {
  let length = 0
  for (const _ of identity) length++
  return length
}

/**
 * Reads the identity off a request target. The version in the path, if there is one, decides nothing.
 * @param target the request target as it came, still encoded (each character one byte), such as `/ocpp/RDAM%20123`
 * @param basePath path of the listener under which identities stand, such as `/ocpp`; `/` or empty for none
 * @returns the decoded identity, or a refusal with HTTP status and code
 */
export function readIdentity(target: string, basePath: string): IdentityReading {
  const segments = segmentsOf(target)
  const base = segmentsOf(basePath)
  if (base.some((segment, i) => segments[i] !== segment)) {
    return refused(`the path does not begin with ${basePath}`)
  }
  const decoded = segments.map(decodeOnce)
  if (decoded.some((segment) => segment === '.' || segment === '..'))
    return refused('the path holds a "." or ".." segment')
  if (segments.length === base.length) return refused('the path has no identity')
  const identity = decoded.at(-1)
  if (identity === null || identity === undefined) return refused('the identity is not valid percent-encoded UTF-8')
  if (/\p{Cc}/u.test(identity)) return refused('the identity holds a control character')
  const length = lengthOf(identity)
  if (length > longestIdentity) return refused(`the identity has ${length} characters, more than ${longestIdentity}`)
  return { kind: 'identity', identity }
}

/**
 * Tells whether an identity is short enough for a version: 48 characters on 2.x (type identifierString).
 * @returns null when it is, else the sentence that says why not
 */
export function identityTooLong(identity: string, ocpp: Subprotocol): string | null {
  const limit = wireRules[ocpp].maxIdentityLength
  const length = lengthOf(identity)
  return length <= limit ? null : `the identity has ${length} characters, ${ocpp} allows ${limit}`
}

/**
 * Writes an identity as a path segment of a backend's URL (RFC 3986): everything but letters, digits and `-._~!*'()` is
 * encoded. The dots of `.` and `..` cannot be saved by encoding, which is why `readIdentity` refuses those two.
 */
export function writeIdentitySegment(identity: string): string {
  return encodeURIComponent(identity.toWellFormed())
}

/**
 * The key under which an identity is found. 2.x compares identities without regard to case (identifierString); 1.6 does
 * not say, and there two names that differ in case only may be two stations.
 */
export function foldIdentity(identity: string): string {
  return identity.toLowerCase()
}
