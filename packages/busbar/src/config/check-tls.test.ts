// TLS files as they go wrong: swapped, expired, encrypted, of two kinds.

import 'reflect-metadata'
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'
import { X509CertificateGenerator } from '@peculiar/x509'
import { type CertificateFiles, checkAuthority, checkCertificate } from './check-tls.ts'
import type { Finding } from './problem.ts'

const now = Date.UTC(2026, 5, 1)
const day = 86_400_000

async function pair(fromDays: number, toDays: number) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=busbar.example',
    notBefore: new Date(now + fromDays * day),
    notAfter: new Date(now + toDays * day),
    keys: keys as never,
    signingAlgorithm: algorithm,
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
  }
}

async function sayings(files: Record<string, string>, tls: { cert: string[]; key: string[] }): Promise<string[]> {
  const found: Finding[] = []
  const reader: CertificateFiles = {
    now,
    read: (path) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error(path), { code: 'EACCES' })
      return text
    },
  }
  checkCertificate(tls, ['listen'], reader, (finding) => found.push(finding))
  return found.map((finding) => `${finding.severity} ${finding.path.join('.')}: ${finding.what}`)
}

test('CF8 a certificate and its key are fine; two pairs stand in the same order', async () => {
  const one = await pair(-1, 365)
  const two = await pair(-1, 365)
  const files = { c1: one.cert, k1: one.key, c2: two.cert, k2: two.key }
  assert.deepEqual(await sayings(files, { cert: ['c1'], key: ['k1'] }), [])
  assert.deepEqual(await sayings(files, { cert: ['c1', 'c2'], key: ['k1', 'k2'] }), [])
  assert.deepEqual(await sayings(files, { cert: ['c1', 'c2'], key: ['k2', 'k1'] }), [
    'error listen.key.0: the key k2 does not belong to the certificate c1',
    'error listen.key.1: the key k1 does not belong to the certificate c2',
  ])
  assert.deepEqual(await sayings(files, { cert: ['c1', 'c2'], key: ['k1'] }), [
    'error listen.key: there are 2 files in `cert` and 1 in `key`',
  ])
})

test('CF8 files that are no PEM, encrypted or not readable are told apart', async () => {
  const { cert, key } = await pair(-1, 365)
  const encrypted = key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE')
  const broken = cert.replace(/\n[^-\n]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')
  const files = { cert, key, encrypted, broken }
  assert.deepEqual(await sayings(files, { cert: ['cert'], key: ['encrypted'] }), [
    'error listen.key: the key encrypted is encrypted',
  ])
  assert.deepEqual(await sayings(files, { cert: ['key'], key: ['cert'] }), [
    'error listen.cert: key has no certificate in it',
    'error listen.key: cert has no private key in it that can be read',
  ])
  assert.deepEqual(await sayings(files, { cert: ['broken'], key: ['key'] }), [
    'error listen.cert: broken has a certificate in it that cannot be read',
  ])
  assert.deepEqual(await sayings(files, { cert: ['cert'], key: ['forbidden'] }), [
    'error listen.key: forbidden cannot be read (EACCES)',
  ])
})

test('CF8 dates of certificates are warnings', async () => {
  const expired = await pair(-30, -1)
  const soon = await pair(-30, 10)
  const future = await pair(5, 365)
  const only = async ({ cert, key }: { cert: string; key: string }) =>
    await sayings({ cert, key }, { cert: ['cert'], key: ['key'] })
  assert.deepEqual(await only(expired), ['warning listen.cert: the certificate cert expired on 2026-05-31'])
  assert.deepEqual(await only(soon), ['warning listen.cert: the certificate cert expires on 2026-06-11'])
  assert.deepEqual(await only(future), ['warning listen.cert: the certificate cert is not valid before 2026-06-06'])
})

test('CF8 every authority of a bundle is looked at', async () => {
  const bundle = `${(await pair(-1, 365)).cert}\n${(await pair(-30, -1)).cert}\n`
  const found: string[] = []
  checkAuthority('ca', ['ca'], { now, read: () => bundle }, (finding) => found.push(finding.what))
  assert.deepEqual(found, ['the certificate ca expired on 2026-05-31'])
})
