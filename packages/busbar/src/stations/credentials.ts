// Checks the passwords of stations. They are random machine passwords, so a keyed hash is enough, and it has to be: a slow
// one would take minutes for the thousands that come back together after a restart, this one takes microseconds. The key
// belongs to the installation and lies outside the database, so that a stolen store alone gives nothing away.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalPassword, type PasswordForm, passwordCandidates } from '@busbar/core/connection/basic.ts'
import type { StationCredentials } from '../links.ts'

/** Length of the installation's key in bytes. */
export const installationKeyBytes = 32

export interface PasswordHashes {
  /** What is kept of an account's password. */
  ofAccount(id: string, password: Uint8Array): Uint8Array
  /**
   * Compares a presented password with what was kept, in every spelling a station may use (ocpp-j 1.6 security
   * whitepaper 3.2; trap T17).
   * @param mayBe16 whether the station may speak 1.6
   * @returns how the station spells it, or null when it is another password
   */
  match(id: string, presented: Uint8Array, kept: Uint8Array, mayBe16: boolean): PasswordForm | null
  /** What is kept of credentials that a backend accepted. */
  ofVerdict(station: string, backend: string, credentials: StationCredentials | null): Uint8Array
}

/**
 * Makes the hashes of an installation.
 * @param key the installation's key, `installationKeyBytes` long
 */
export function createPasswordHashes(key: Uint8Array): PasswordHashes {
  if (key.length !== installationKeyBytes) throw new RangeError(`the installation key has ${key.length} bytes`)
  // Every part carries its length, so that no two different lists of parts hash alike.
  const hash = (purpose: string, parts: readonly (string | Uint8Array)[]): Uint8Array => {
    const hmac = createHmac('sha256', key)
    for (const part of [purpose, ...parts]) {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part
      hmac.update(`${bytes.length}:`)
      hmac.update(bytes)
    }
    return hmac.digest()
  }
  const ofCanonical = (id: string, canonical: Uint8Array) => hash('station password', [id, canonical])

  return {
    ofAccount: (id, password) => ofCanonical(id, canonicalPassword(password)),
    match(id, presented, kept, mayBe16) {
      for (const candidate of passwordCandidates(presented, mayBe16)) {
        if (sameSecret(ofCanonical(id, candidate.bytes), kept)) return candidate.form
      }
      return null
    },
    ofVerdict: (station, backend, credentials) =>
      credentials === null
        ? hash('backend verdict without credentials', [station, backend])
        : hash('backend verdict', [station, backend, credentials.user, credentials.password]),
  }
}

/** Compares two hashes without telling by its duration where they differ. */
export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Where the verdicts of backends are remembered (`authenticate: backend`); answers at once, writes in its own time. */
export interface VerdictStore {
  get(station: string, backend: string): Uint8Array | null
  put(station: string, backend: string, hash: Uint8Array): void
  remove(station: string, backend: string): void
}

/** Verdicts that live as long as the process: for tests and for brokers without a store. */
export function memoryVerdicts(): VerdictStore {
  const verdicts = new Map<string, Uint8Array>()
  const name = (station: string, backend: string) => JSON.stringify([station, backend])
  return {
    get: (station, backend) => verdicts.get(name(station, backend)) ?? null,
    put: (station, backend, hash) => void verdicts.set(name(station, backend), hash),
    remove: (station, backend) => void verdicts.delete(name(station, backend)),
  }
}
