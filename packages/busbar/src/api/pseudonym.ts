// Tokens name people. Roles below operator see a pseudonym in their place: the same token gives the same pseudonym in one
// installation and another one elsewhere, and nobody without the installation's key can find the token by trying all of
// them (rule AP13).

import { createHmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** 72 bits: two of a million tokens meet with a chance of one in ten billion. Short enough to read out. */
const PSEUDONYM_CHARACTERS = 12

/**
 * Makes the function that replaces tokens.
 * @param key the installation's key, at least 32 bytes
 * @returns gives `tok-` and twelve characters; upper and lower case of a token are one, as OCPP compares them
 */
export function createPseudonym(key: Uint8Array): (token: string) => string {
  if (key.byteLength < 32) throw new Error('the key of an installation has at least 32 bytes')
  const known = new LRUCache<string, string>({ max: 10_000 })
  return (token) => {
    const folded = token.toLowerCase()
    const present = known.get(folded)
    if (present !== undefined) return present
    const made = `tok-${createHmac('sha256', key).update(folded).digest('base64url').slice(0, PSEUDONYM_CHARACTERS)}`
    known.set(folded, made)
    return made
  }
}
