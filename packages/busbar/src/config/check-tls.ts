// Reads the PEM files a configuration names, because a wrong file is found at once here and otherwise by the first station
// at night: there, readable, a key that fits its certificate, not expired.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Path, Report } from './problem.ts'
import type { TlsFiles } from './settings.ts'

export interface CertificateFiles {
  /** Reads a PEM file by its absolute path; throws when it cannot. */
  readonly read: (path: string) => string
  /** Wall clock in milliseconds, for the dates of certificates. */
  readonly now: number
}

// Long enough to renew by hand and tell everybody.
const EXPIRY_WARNING_MS = 30 * 86_400_000

/**
 * Checks certificate and key of a listener or of a backend; several stand in the same order in both lists.
 * @param at path of the mapping that has the keys `cert` and `key`
 */
export function checkCertificate(tls: TlsFiles, at: Path, files: CertificateFiles, report: Report): void {
  if (tls.cert.length !== tls.key.length) {
    const fewer = tls.cert.length < tls.key.length ? 'cert' : 'key'
    const missing = tls.cert.length === 0 || tls.key.length === 0
    report({
      path: missing ? [...at, fewer === 'cert' ? 'key' : 'cert'] : [...at, fewer],
      place: 'key',
      code: 'BB-CONFIG-012',
      what: missing
        ? `\`${fewer}\` is missing beside \`${fewer === 'cert' ? 'key' : 'cert'}\``
        : `there are ${tls.cert.length} files in \`cert\` and ${tls.key.length} in \`key\``,
      remedy: 'name one key for each certificate, in the same order',
      severity: 'error',
    })
    return
  }
  const severalAt = tls.cert.length > 1
  tls.cert.forEach((certFile, index) => {
    const keyFile = tls.key[index]!
    const certPath: Path = severalAt ? [...at, 'cert', index] : [...at, 'cert']
    const keyPath: Path = severalAt ? [...at, 'key', index] : [...at, 'key']
    const certificate = readCertificates(certFile, certPath, files, report)?.[0]
    const key = readKey(keyFile, keyPath, files, report)
    if (certificate === undefined || key === null) return
    if (!certificate.checkPrivateKey(key)) {
      refuse(
        keyPath,
        `the key ${keyFile} does not belong to the certificate ${certFile}`,
        'name the key it was made with',
        report,
      )
    }
    checkDates(certificate, certFile, certPath, files, report)
  })
}

/**
 * Checks a file of certificate authorities.
 */
export function checkAuthority(file: string, at: Path, files: CertificateFiles, report: Report): void {
  for (const certificate of readCertificates(file, at, files, report) ?? []) {
    checkDates(certificate, file, at, files, report)
  }
}

function readCertificates(file: string, at: Path, files: CertificateFiles, report: Report): X509Certificate[] | null {
  const text = readPem(file, at, files, report)
  if (text === null) return null
  const blocks =
    text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) {
    refuse(at, `${file} has no certificate in it`, 'name a PEM file that begins with BEGIN CERTIFICATE', report)
    return null
  }
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch {
    refuse(at, `${file} has a certificate in it that cannot be read`, 'put the right file there', report)
    return null
  }
}

function readKey(file: string, at: Path, files: CertificateFiles, report: Report): KeyObject | null {
  const text = readPem(file, at, files, report)
  if (text === null) return null
  if (/ENCRYPTED/.test(text)) {
    refuse(at, `the key ${file} is encrypted`, 'store it without a pass phrase, readable for Busbar only', report)
    return null
  }
  try {
    return createPrivateKey(text)
  } catch {
    refuse(at, `${file} has no private key in it that can be read`, 'name a PEM file of a private key', report)
    return null
  }
}

function readPem(file: string, at: Path, files: CertificateFiles, report: Report): string | null {
  try {
    return files.read(file)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`
    refuse(at, `${file} ${why}`, 'correct the path or the permissions', report)
    return null
  }
}

function checkDates(
  certificate: X509Certificate,
  file: string,
  at: Path,
  files: CertificateFiles,
  report: Report,
): void {
  const from = Date.parse(certificate.validFrom)
  const to = Date.parse(certificate.validTo)
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  const warn = (what: string, remedy: string) =>
    report({ path: at, place: 'value', code: 'BB-CONFIG-012', what, remedy, severity: 'warning' })
  if (to < files.now) warn(`the certificate ${file} expired on ${day(to)}`, 'renew it')
  else if (from > files.now) warn(`the certificate ${file} is not valid before ${day(from)}`, 'check the clock')
  else if (to < files.now + EXPIRY_WARNING_MS) warn(`the certificate ${file} expires on ${day(to)}`, 'renew it')
}

function refuse(path: Path, what: string, remedy: string, report: Report): void {
  report({ path, place: 'value', code: 'BB-CONFIG-012', what, remedy, severity: 'error' })
}
