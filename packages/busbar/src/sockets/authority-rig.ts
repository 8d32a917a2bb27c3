// A certificate authority for the tests: makes certificates of any kind of key, date and name. For tests only.

import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(webcrypto)

const dayMs = 24 * 60 * 60 * 1000

const algorithms = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
} as const

export interface Issued {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

export interface Authority {
  readonly ca: string
  /** @param days how long it is valid from now; negative: it ended that long ago */
  issue(subject: string, options?: { readonly kind?: keyof typeof algorithms; readonly days?: number }): Promise<Issued>
}

async function keyPair(kind: keyof typeof algorithms) {
  return webcrypto.subtle.generateKey(algorithms[kind], true, ['sign', 'verify'])
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`
}

/** Opens an authority with an ECDSA key. */
export async function createAuthority(name: string): Promise<Authority> {
  const keys = await keyPair('ecdsa')
  let serial = 1
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 400 * dayMs),
    notAfter: new Date(Date.now() + 400 * dayMs),
    keys,
    signingAlgorithm: algorithms.ecdsa,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  })
  return {
    ca: own.toString('pem'),
    async issue(subject, { kind = 'ecdsa', days = 100 } = {}) {
      const subjectKeys = await keyPair(kind)
      const end = Date.now() + days * dayMs
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: (++serial).toString(16).padStart(4, '0'),
        subject,
        issuer: own.subject,
        notBefore: new Date(Math.min(Date.now(), end) - 200 * dayMs),
        notAfter: new Date(end),
        publicKey: subjectKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithms.ecdsa,
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            { type: 'dns', value: 'localhost' },
            { type: 'ip', value: '127.0.0.1' },
          ]),
        ],
      })
      return { cert: certificate.toString('pem'), key: await pemOf(subjectKeys.privateKey) }
    },
  }
}
