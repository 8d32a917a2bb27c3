// What a browser gets for a token: a random cookie that means nothing outside this process. It ends after twelve hours,
// with a restart, at logout, and at once when its token leaves the configuration (rule AP10).

import { createHash, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../system/clock.ts'
import type { Principal } from './roles.ts'
import type { KnownToken, TokenBook } from './token-book.ts'

/** A working day and some; the console then asks for the token again. */
export const LOGIN_LASTS_MS = 12 * 3_600_000

/** Far above any number of people; the oldest logins end first. */
const MAX_LOGINS = 1000

interface Login {
  readonly tokenHash: Buffer
  readonly csrf: string
  readonly until: number
}

/** What a new login hands to the browser. */
export interface NewLogin {
  readonly cookie: string
  readonly csrf: string
}

export class LoginSessions {
  readonly #tokens: TokenBook
  readonly #clock: Clock
  /** By the hash of the cookie, so that a look into memory or a timing gives no cookie. */
  readonly #logins = new LRUCache<string, Login>({ max: MAX_LOGINS })

  constructor(tokens: TokenBook, clock: Clock) {
    this.#tokens = tokens
    this.#clock = clock
  }

  /** Opens a login for a token. */
  open(token: KnownToken): NewLogin {
    const cookie = randomBytes(32).toString('base64url')
    const csrf = randomBytes(24).toString('base64url')
    this.#logins.set(keyOf(cookie), { tokenHash: token.hash, csrf, until: this.#clock.mono() + LOGIN_LASTS_MS })
    return { cookie, csrf }
  }

  /** Whose cookie this is; null when its login is over. */
  find(cookie: string): Principal | null {
    const key = keyOf(cookie)
    const login = this.#logins.get(key)
    if (login === undefined) return null
    const token = this.#clock.mono() < login.until ? this.#tokens.still(login.tokenHash) : null
    if (token === null) {
      this.#logins.delete(key)
      return null
    }
    return { name: token.name, role: token.role, via: 'cookie', csrf: login.csrf }
  }

  /** Ends a login. */
  close(cookie: string): void {
    this.#logins.delete(keyOf(cookie))
  }
}

function keyOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64url')
}
