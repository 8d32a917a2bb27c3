import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { foldIdentity, identityTooLong, readIdentity, writeIdentitySegment } from './identity.ts'

const named: readonly (readonly [target: string, base: string, identity: string, upstream: string])[] = [
  ['/CS-1', '/', 'CS-1', 'CS-1'],
  ['//CS-1', '/', 'CS-1', 'CS-1'],
  ['/CS-1/', '/', 'CS-1', 'CS-1'],
  ['/CS-1//', '', 'CS-1', 'CS-1'],
  ['/CS-1?token=a/b', '/', 'CS-1', 'CS-1'],
  ['/CS-1#x', '/', 'CS-1', 'CS-1'],
  ['/ocpp/CS-1', '/ocpp', 'CS-1', 'CS-1'],
  ['//ocpp//CS-1/', '/ocpp/', 'CS-1', 'CS-1'],
  ['/a/b/CS-1', '/', 'CS-1', 'CS-1'],
  ['/ocpp/1.6/CS-1', '/ocpp', 'CS-1', 'CS-1'],
  ['/ocpp/ocpp', '/ocpp', 'ocpp', 'ocpp'],
  ['ws://broker.example:9000/ocpp/CS-1?x=1', '/ocpp', 'CS-1', 'CS-1'],
  ['HTTP://broker.example/CS-1', '/', 'CS-1', 'CS-1'],
  ['/RDAM%20123', '/', 'RDAM 123', 'RDAM%20123'],
  ['/RDAM%7C123', '/', 'RDAM|123', 'RDAM%7C123'],
  ['/RDAM|123', '/', 'RDAM|123', 'RDAM%7C123'],
  ['/a%2Fb', '/', 'a/b', 'a%2Fb'],
  ['/a%2fb', '/', 'a/b', 'a%2Fb'],
  ['/a%2520b', '/', 'a%20b', 'a%2520b'],
  ['/RPC%3A16', '/', 'RPC:16', 'RPC%3A16'],
  ['/RPC:16', '/', 'RPC:16', 'RPC%3A16'],
  ['/a%3Fb%23c', '/', 'a?b#c', 'a%3Fb%23c'],
  ['/S%C3%BCd', '/', 'Süd', 'S%C3%BCd'],
  // Raw UTF-8 bytes in the target, one character each, as the HTTP parser gives them.
  ['/S\xc3\xbcd', '/', 'Süd', 'S%C3%BCd'],
  ['/%F0%9F%94%8C', '/', '🔌', '%F0%9F%94%8C'],
  ['/cs-a', '/', 'cs-a', 'cs-a'],
  ['/CS-A', '/', 'CS-A', 'CS-A'],
  ['/...', '/', '...', '...'],
  [`/${'x'.repeat(255)}`, '/', 'x'.repeat(255), 'x'.repeat(255)],
]

const unnamed: readonly (readonly [target: string, base: string, reason: RegExp])[] = [
  ['/', '/', /no identity/],
  ['', '/', /no identity/],
  ['//', '/', /no identity/],
  ['/?id=CS-1', '/', /no identity/],
  ['/ocpp', '/ocpp', /no identity/],
  ['/ocpp/', '/ocpp', /no identity/],
  ['ws://broker.example', '/', /no identity/],
  ['/other/CS-1', '/ocpp', /does not begin/],
  ['/OCPP/CS-1', '/ocpp', /does not begin/],
  ['/%zz', '/', /percent-encoded/],
  ['/100%', '/', /percent-encoded/],
  ['/%C3', '/', /percent-encoded/],
  ['/%FF%FE', '/', /percent-encoded/],
  ['/S\xfcd', '/', /percent-encoded/],
  ['/a%00b', '/', /control/],
  ['/a%0D%0Ab', '/', /control/],
  ['/a%7F', '/', /control/],
  ['/a%C2%85', '/', /control/],
  ['/.', '/', /segment/],
  ['/..', '/', /segment/],
  ['/%2e%2E', '/', /segment/],
  ['/../CS-1', '/', /segment/],
  ['/ocpp/../CS-1', '/ocpp', /segment/],
  [`/${'x'.repeat(256)}`, '/', /256 characters/],
  [`/${'x'.repeat(300)}`, '/', /300 characters/],
]

describe('reading an identity', () => {
  for (const [target, base, identity, upstream] of named) {
    test(`LK1 LK3 ${target.slice(0, 40)} under ${base || 'nothing'} is ${identity.slice(0, 20)}`, () => {
      assert.deepEqual(readIdentity(target, base), { kind: 'identity', identity })
      assert.equal(writeIdentitySegment(identity), upstream)
    })
  }
  for (const [target, base, reason] of unnamed) {
    test(`LK2 ${target.slice(0, 40)} under ${base} names nobody`, () => {
      const reading = readIdentity(target, base)
      assert.equal(reading.kind, 'refused')
      if (reading.kind !== 'refused') return
      assert.deepEqual([reading.status, reading.code], [404, 'BB-LINK-020'])
      assert.match(reading.reason, reason)
    })
  }

  test('LK2 2.x allows 48 characters, 1.6 255', () => {
    assert.equal(identityTooLong('x'.repeat(48), 'ocpp2.0.1'), null)
    assert.match(identityTooLong('x'.repeat(49), 'ocpp2.0.1') ?? '', /49 characters/)
    assert.notEqual(identityTooLong('x'.repeat(49), 'ocpp2.1'), null)
    assert.equal(identityTooLong('x'.repeat(255), 'ocpp1.6'), null)
    // Characters, not UTF-16 units.
    assert.equal(identityTooLong('🔌'.repeat(48), 'ocpp2.1'), null)
  })

  test('LK1 LK3 what was written as a segment is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (identity) => {
        const reading = readIdentity(`/base/${writeIdentitySegment(identity)}`, '/base')
        if (/\p{Cc}/u.test(identity) || identity === '.' || identity === '..') assert.equal(reading.kind, 'refused')
        else assert.deepEqual(reading, { kind: 'identity', identity })
      }),
      { numRuns: 300 },
    )
  })

  test('LK2 no request target breaks the reader', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (target) => {
        assert.ok(['identity', 'refused'].includes(readIdentity(target, '/x').kind))
        assert.ok(['identity', 'refused'].includes(readIdentity(`/${target}`, '/').kind))
      }),
      { numRuns: 500 },
    )
  })

  test('LK1 a key without case', () => {
    assert.equal(foldIdentity('Cs-A'), foldIdentity('cS-a'))
    assert.notEqual(foldIdentity('Cs-A'), foldIdentity('cs-b'))
  })
})
