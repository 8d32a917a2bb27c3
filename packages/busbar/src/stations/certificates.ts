// The certificates of a wss: listener: its own, in several kinds because stations speak either ECDSA or RSA, and those of
// stations under security profile 3. Files are read again while stations stay connected; a set of files that does not
// work changes nothing (specification clauses A00.FR.301 to 313, 1.6 security whitepaper 3.3).

import { createHash, hkdfSync, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls'
import type { CertificateFinding } from '@busbar/core/connection/admission.ts'
import type { StationListener } from '../config/settings.ts'

/**
 * What the specification asks of a server, plus ECDHE-RSA for stations that refuse plain RSA key exchange, and the
 * suites of TLS 1.3.
 */
const ciphers = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
].join(':')

/** One certificate of a listener and its end. */
export interface CertificateExpiry {
  readonly listener: string
  readonly file: string
  readonly subject: string
  /** Wall time in milliseconds since 1970 UTC. */
  readonly notAfter: number
}

export interface ListenerCertificates {
  readonly context: SecureContextOptions
  readonly expiries: readonly CertificateExpiry[]
  /** Changes when one of the files does. */
  readonly fingerprint: string
}

function filesOf(listener: StationListener): string[] {
  const tls = listener.tls
  if (tls === null) return []
  return [...tls.cert, ...tls.key, ...(listener.clientCa === null ? [] : [listener.clientCa])]
}

/**
 * Reads and tries the files of a listener.
 * @param ticketSecret the installation's key: from it come keys for session tickets that outlive a restart, so that
 *   thousands of stations resume instead of shaking hands anew. Not used with `clientCa`, where every connection is to
 *   show its certificate to the authorities in force now.
 * @throws when a file is missing, is not PEM, or a key does not fit its certificate
 */
export function readCertificates(listener: StationListener, ticketSecret: Uint8Array): ListenerCertificates {
  const tls = listener.tls
  if (tls === null) throw new Error(`${listener.url} has no certificate`)
  const cert = tls.cert.map((file) => readFileSync(file, 'utf8'))
  const key = tls.key.map((file) => readFileSync(file, 'utf8'))
  const clientCa = listener.clientCa === null ? null : readFileSync(listener.clientCa, 'utf8')
  const context: SecureContextOptions = {
    cert,
    key,
    ciphers,
    minVersion: 'TLSv1.2',
    honorCipherOrder: true,
    // A day in seconds: a station that was away for a night resumes its session.
    sessionTimeout: 86_400,
    sessionIdContext: createHash('sha256').update(listener.url).digest('hex').slice(0, 32),
    ...(clientCa === null
      ? { ticketKeys: Buffer.from(hkdfSync('sha256', ticketSecret, listener.url, 'tls session tickets', 48)) }
      : { ca: clientCa }),
  }
  createSecureContext(context)
  const expiries = tls.cert.map((file, i) => {
    const certificate = new X509Certificate(cert[i]!)
    return {
      listener: listener.url,
      file,
      subject: certificate.subject.replaceAll('\n', ', '),
      notAfter: Date.parse(certificate.validTo),
    }
  })
  return { context, expiries, fingerprint: fingerprintOf(listener) }
}

/** Changes when one of a listener's files was written, appeared or vanished. */
export function fingerprintOf(listener: StationListener): string {
  return filesOf(listener)
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false })
      return found === undefined ? 'missing' : `${found.mtimeMs}:${found.size}:${found.ino}`
    })
    .join(' ')
}

const verdicts: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the client certificate has expired',
  CERT_NOT_YET_VALID: 'the client certificate is not valid yet',
  UNABLE_TO_GET_ISSUER_CERT: 'the authority of the client certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority of the client certificate is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the authority of the client certificate is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'the authority of the client certificate is not trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the client certificate is signed by itself',
}

/** A name of a certificate may stand there several times. */
function namesOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

/**
 * Judges the client certificate of a connection: chain, dates, organisation, common name. The handshake itself lets any
 * certificate pass, so that the reason can be recorded.
 */
export function judgeCertificate(socket: TLSSocket, listener: StationListener): CertificateFinding {
  if (listener.clientCa === null) return { kind: 'notAsked' }
  const certificate = socket.getPeerCertificate()
  // Without a certificate Node gives an empty object.
  if (certificate.subject === undefined) return { kind: 'bad', reason: 'no client certificate was presented' }
  if (!socket.authorized) {
    const error: unknown = socket.authorizationError
    const code = error instanceof Error ? ((error as Error & { code?: string }).code ?? error.message) : String(error)
    return { kind: 'bad', reason: verdicts[code] ?? `the client certificate was not accepted: ${code}` }
  }
  const { cpoName } = listener
  const organisations = namesOf(certificate.subject.O)
  if (cpoName !== null && !organisations.some((name) => name.includes(cpoName))) {
    return { kind: 'bad', reason: `the organisation of the client certificate is not ${cpoName}` }
  }
  const serial = namesOf(certificate.subject.CN)[0]
  if (serial === undefined || serial === '') return { kind: 'bad', reason: 'the client certificate has no common name' }
  return { kind: 'good', serial }
}
