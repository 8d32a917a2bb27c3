// Finding whose token was presented without telling, by the time it takes, how much of a guess was right: presented and
// configured tokens are hashed under a key of this process, and every hash is compared in full (rule AP8).

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiToken, Role } from '../config/settings.ts'

/** A configured token by what is kept of it. */
export interface KnownToken {
  readonly name: string
  readonly role: Role
  readonly hash: Buffer
}

export class TokenBook {
  readonly #tokens: () => readonly ApiToken[]
  readonly #key = randomBytes(32)
  #hashedFrom: readonly ApiToken[] | null = null
  #hashed: readonly KnownToken[] = []

  /** @param tokens the ones in force; a reload gives another list */
  constructor(tokens: () => readonly ApiToken[]) {
    this.#tokens = tokens
  }

  /** Whether any token is configured. */
  get any(): boolean {
    return this.#tokens().length > 0
  }

  /** The token that was presented; null when it is none of them. */
  find(presented: string): KnownToken | null {
    const hash = this.#hash(presented)
    let found: KnownToken | null = null
    for (const token of this.#current()) if (timingSafeEqual(token.hash, hash)) found = token
    return found
  }

  /** The token of a hash that `find` gave earlier, if it is still in force. */
  still(hash: Buffer): KnownToken | null {
    for (const token of this.#current()) if (timingSafeEqual(token.hash, hash)) return token
    return null
  }

  #current(): readonly KnownToken[] {
    const tokens = this.#tokens()
    if (tokens !== this.#hashedFrom) {
      this.#hashed = tokens.map((token) => ({ name: token.name, role: token.role, hash: this.#hash(token.token) }))
      this.#hashedFrom = tokens
    }
    return this.#hashed
  }

  #hash(token: string): Buffer {
    return createHmac('sha256', this.#key).update(token).digest()
  }
}
