import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type HandshakeFailure, judgeHandshake } from './refusal.ts'

const status = (code: number): HandshakeFailure => ({ kind: 'status', status: code })
const error = (code: string | null): HandshakeFailure => ({ kind: 'error', code, message: 'what the system says' })

const rows: readonly (readonly [HandshakeFailure, string])[] = [
  [status(401), 'credentials'],
  [status(403), 'credentials'],
  [status(404), 'unknownStation'],
  [status(410), 'unknownStation'],
  [status(200), 'other'],
  [status(301), 'other'],
  [status(400), 'other'],
  [status(426), 'other'],
  [status(408), 'unreachable'],
  [status(429), 'unreachable'],
  [status(500), 'unreachable'],
  [status(502), 'unreachable'],
  [status(503), 'unreachable'],
  [{ kind: 'noVersion' }, 'version'],
  [{ kind: 'wrongVersion' }, 'version'],
  [{ kind: 'badUpgrade' }, 'other'],
  [{ kind: 'timeout' }, 'unreachable'],
  [error('ECONNREFUSED'), 'unreachable'],
  [error('ENOTFOUND'), 'unreachable'],
  [error('ECONNRESET'), 'unreachable'],
  [error('ETIMEDOUT'), 'unreachable'],
  [error('EPROTO'), 'unreachable'],
  [error(null), 'unreachable'],
  [error('CERT_HAS_EXPIRED'), 'certificate'],
  [error('CERT_NOT_YET_VALID'), 'certificate'],
  [error('DEPTH_ZERO_SELF_SIGNED_CERT'), 'certificate'],
  [error('SELF_SIGNED_CERT_IN_CHAIN'), 'certificate'],
  [error('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'certificate'],
  [error('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'certificate'],
  [error('ERR_TLS_CERT_ALTNAME_INVALID'), 'certificate'],
  [error('ERR_TLS_CERT_FILE'), 'certificate'],
  [error('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'certificate'],
  [error('ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'), 'certificate'],
  [error('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), 'certificate'],
  [error('ERR_OSSL_X509_KEY_VALUES_MISMATCH'), 'certificate'],
]

describe('judging a failed handshake', () => {
  for (const [failure, expected] of rows) {
    test(`LK23 ${JSON.stringify(failure)} is ${expected}`, () => {
      const verdict = judgeHandshake(failure)
      assert.equal(verdict.kind === 'refused' ? verdict.cause : verdict.kind, expected)
      assert.equal(verdict.status, failure.kind === 'status' ? failure.status : verdict.status)
      assert.notEqual(verdict.reason, '')
    })
  }
})
