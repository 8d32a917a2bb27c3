// Certificates for links to backends. Reading and parsing authorities costs far more than a handshake, so a backend's
// material is kept for a minute; within that time a renewed file is picked up without a restart.

import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { BackendSettings } from '../config/settings.ts'
import type { Clock } from '../system/clock.ts'

const keepForMs = 60_000

/** Reads a PEM file; a value that is PEM text itself is taken as it is. */
function readPem(fileOrPem: string): string {
  return fileOrPem.includes('-----BEGIN ') ? fileOrPem : readFileSync(fileOrPem, 'utf8')
}

/** Secure contexts by backend. */
export function createTlsMaterial(clock: Clock) {
  const kept = new WeakMap<BackendSettings, { readonly context: SecureContext; readonly until: number }>()
  return {
    /**
     * TLS options of a dial to this backend; empty for ws: URLs.
     * @throws when a file cannot be read or is not PEM, with code ERR_TLS_CERT_FILE
     */
    optionsFor(backend: BackendSettings): { secureContext?: SecureContext; minVersion?: 'TLSv1.2' } {
      if (!/^(wss|https):/i.test(backend.url)) return {}
      const found = kept.get(backend)
      if (found !== undefined && found.until > clock.mono()) return { secureContext: found.context }
      try {
        const context = createSecureContext({
          ...(backend.ca === null ? {} : { ca: readPem(backend.ca) }),
          ...(backend.cert === null ? {} : { cert: readPem(backend.cert) }),
          ...(backend.key === null ? {} : { key: readPem(backend.key) }),
          minVersion: 'TLSv1.2',
        })
        kept.set(backend, { context, until: clock.mono() + keepForMs })
        return { secureContext: context }
      } catch (cause) {
        const message = `the certificate files cannot be used: ${(cause as Error).message}`
        throw Object.assign(new Error(message, { cause }), { code: 'ERR_TLS_CERT_FILE' })
      }
    },
  }
}
