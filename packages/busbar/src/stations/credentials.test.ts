import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createPasswordHashes, installationKeyBytes, memoryVerdicts, sameSecret } from './credentials.ts'

const hashes = createPasswordHashes(new Uint8Array(installationKeyBytes).fill(1))
const others = createPasswordHashes(new Uint8Array(installationKeyBytes).fill(2))
const bytes = (text: string) => Buffer.from(text, 'utf8')

describe('hashes of passwords', () => {
  test('LK6 the same password of another station, or under another key, hashes otherwise', () => {
    const kept = hashes.ofAccount('CS-1', bytes('secret'))
    assert.equal(kept.length, 32)
    assert.ok(sameSecret(kept, hashes.ofAccount('CS-1', bytes('secret'))))
    assert.ok(!sameSecret(kept, hashes.ofAccount('CS-2', bytes('secret'))))
    assert.ok(!sameSecret(kept, others.ofAccount('CS-1', bytes('secret'))))
    // Where one part ends and the next begins counts.
    assert.ok(!sameSecret(hashes.ofAccount('CS-1a', bytes('b')), hashes.ofAccount('CS-1', bytes('ab'))))
  })

  test('LK6 the form that matched is told', () => {
    const key = 'A1B2C3D4E5F60718293A4B5C6D7E8F9001020304'
    const kept = hashes.ofAccount('CS-1', bytes(key))
    assert.equal(hashes.match('CS-1', bytes(key), kept, true), 'asStored')
    assert.equal(hashes.match('CS-1', Buffer.from(key, 'hex'), kept, true), 'rawBytes')
    assert.equal(hashes.match('CS-1', Buffer.from(key, 'hex'), kept, false), null)
    const plain = hashes.ofAccount('CS-1', bytes('a plain password'))
    assert.equal(hashes.match('CS-1', bytes(bytes('a plain password').toString('hex')), plain, true), 'hexText')
    assert.equal(hashes.match('CS-1', bytes('another password'), plain, true), null)
  })

  test('LK9 a verdict is one of station, backend, user and password', () => {
    const mine = hashes.ofVerdict('CS-1', 'billing', { user: 'CS-1', password: bytes('pw') })
    const all = [
      mine,
      hashes.ofVerdict('CS-2', 'billing', { user: 'CS-1', password: bytes('pw') }),
      hashes.ofVerdict('CS-1', 'next', { user: 'CS-1', password: bytes('pw') }),
      hashes.ofVerdict('CS-1', 'billing', { user: 'CS-2', password: bytes('pw') }),
      hashes.ofVerdict('CS-1', 'billing', { user: 'CS-1', password: bytes('pq') }),
      hashes.ofVerdict('CS-1', 'billing', null),
      hashes.ofAccount('CS-1', bytes('pw')),
    ]
    assert.equal(new Set(all.map((hash) => Buffer.from(hash).toString('hex'))).size, all.length)
  })

  test('LK6 a key of another length is an error of whoever gives it', () => {
    assert.throws(() => createPasswordHashes(new Uint8Array(16)), RangeError)
  })

  test('LK9 verdicts are kept by station and backend', () => {
    const verdicts = memoryVerdicts()
    verdicts.put('CS-1', 'billing', Uint8Array.of(1))
    assert.deepEqual(verdicts.get('CS-1', 'billing'), Uint8Array.of(1))
    assert.equal(verdicts.get('CS-1', 'next'), null)
    verdicts.remove('CS-1', 'billing')
    assert.equal(verdicts.get('CS-1', 'billing'), null)
  })
})
