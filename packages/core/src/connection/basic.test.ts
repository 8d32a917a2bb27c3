import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { canonicalPassword, passwordCandidates, readBasic, writeBasic } from './basic.ts'
import { readHex, sameOctets, writeBase64, writeHex, writeUtf8 } from './octets.ts'

const header = (text: string) => `Basic ${writeBase64(writeUtf8(text))}`

function presented(value: string, identity: string) {
  const reading = readBasic(value, identity)
  assert.equal(reading.kind, 'present', `${value}: ${reading.kind}`)
  if (reading.kind !== 'present') throw new Error('unreachable')
  return reading
}

/** Whether an account's password and a presented one meet, as `credentials.ts` compares them. */
function meets(kept: string, given: Uint8Array, v16: boolean): string | null {
  const canonical = canonicalPassword(writeUtf8(kept))
  return passwordCandidates(given, v16).find((candidate) => sameOctets(candidate.bytes, canonical))?.form ?? null
}

describe('reading Basic authentication', () => {
  test('LK5 the example of the 1.6 security whitepaper: a password that is not text', () => {
    const reading = presented('Basic QUwxMDAwOgABAgMEBQYH////////////////', 'AL1000')
    assert.equal(reading.user, 'AL1000')
    assert.equal(writeHex(reading.password), '0001020304050607ffffffffffffffffffffffff')
    assert.equal(meets('0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF', reading.password, true), 'rawBytes')
  })

  test('LK5 an identity with a colon is looked for before the first colon is', () => {
    const reading = presented(header('RPC:16:secret:with:colons'), 'RPC:16')
    assert.deepEqual([reading.user, reading.userIsIdentity], ['RPC:16', true])
    assert.equal(writeHex(reading.password), writeHex(writeUtf8('secret:with:colons')))
  })

  test('LK5 the encoded identity as user name is the identity', () => {
    const reading = presented(header('RDAM%20123:secret'), 'RDAM 123')
    assert.equal(reading.userIsIdentity, true)
  })

  const rows: readonly (readonly [string, string | undefined, string, object])[] = [
    ['no header', undefined, 'CS', { kind: 'absent' }],
    ['another scheme', 'Bearer abc', 'CS', { kind: 'absent' }],
    ['an empty password', header('CS:'), 'CS', { kind: 'absent' }],
    ['an empty password of another user', header('other:'), 'CS', { kind: 'absent' }],
    ['no colon', header('CS'), 'CS', { kind: 'malformed', reason: 'the credentials have no colon' }],
    ['not base64', 'Basic ***', 'CS', { kind: 'malformed', reason: 'the Authorization header is not base64' }],
    [
      'nothing after the scheme',
      'Basic',
      'CS',
      { kind: 'malformed', reason: 'the Authorization header has no single base64 value' },
    ],
    [
      'a user that is not UTF-8',
      `Basic ${writeBase64(Uint8Array.from([0xff, 0x3a, 0x41]))}`,
      'CS',
      { kind: 'malformed', reason: 'the user name is not UTF-8' },
    ],
    [
      'another user',
      header('other:pw'),
      'CS',
      { kind: 'present', user: 'other', userIsIdentity: false, password: writeUtf8('pw') },
    ],
    [
      'the user in another case',
      header('cs:pw'),
      'CS',
      { kind: 'present', user: 'cs', userIsIdentity: true, password: writeUtf8('pw') },
    ],
    [
      'a prefix of the identity',
      header('C:S:pw'),
      'CS',
      { kind: 'present', user: 'C', userIsIdentity: false, password: writeUtf8('S:pw') },
    ],
    [
      'lower-case scheme, no padding, URL-safe letters',
      'basic Q1M6_-8',
      'CS',
      { kind: 'present', user: 'CS', userIsIdentity: true, password: Uint8Array.from([0xff, 0xef]) },
    ],
  ]
  for (const [name, value, identity, expected] of rows) {
    test(`LK5 ${name}`, () => assert.deepEqual(readBasic(value, identity), expected))
  }

  test('LK5 what is written is read back, whatever identity and bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        (identity, password) => {
          const reading = presented(writeBasic(identity, password), identity)
          assert.ok(reading.userIsIdentity)
          assert.equal(writeHex(reading.password), writeHex(password))
        },
      ),
      { numRuns: 300 },
    )
  })

  test('LK5 no header breaks the reader', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        readBasic(text, 'CS')
        readBasic(`Basic ${text}`, 'CS')
      }),
      { numRuns: 500 },
    )
  })
})

describe('spellings of a password', () => {
  const key = '0001020304050607ffffffffffffffffffffffff'
  const keyBytes = readHex(key)!
  const rows: readonly (readonly [string, string, Uint8Array, boolean, string | null])[] = [
    ['plain text', 'correct horse battery', writeUtf8('correct horse battery'), true, 'asStored'],
    ['plain text on 2.x', 'correct horse battery', writeUtf8('correct horse battery'), false, 'asStored'],
    ['text beyond ASCII', 'Schlüssel für Säule', writeUtf8('Schlüssel für Säule'), true, 'asStored'],
    ['raw bytes of a hexadecimal key', key.toUpperCase(), keyBytes, true, 'rawBytes'],
    ['hexadecimal text of a hexadecimal key', key, writeUtf8(key), true, 'asStored'],
    ['hexadecimal text in the other case', key, writeUtf8(key.toUpperCase()), true, 'asStored'],
    [
      'hexadecimal text of a plain password',
      'SeventeenLetters!',
      writeUtf8(writeHex(writeUtf8('SeventeenLetters!'))),
      true,
      'hexText',
    ],
    ['raw bytes on 2.x', key, keyBytes, false, null],
    [
      'hexadecimal text of a plain password on 2.x',
      'SeventeenLetters!',
      writeUtf8(writeHex(writeUtf8('SeventeenLetters!'))),
      false,
      null,
    ],
    ['another password', 'correct horse battery', writeUtf8('correct horse batterz'), true, null],
    ['the other case of plain text', 'correct horse battery', writeUtf8('Correct horse battery'), true, null],
    ['the other case of a short hexadecimal text', 'abcdef', writeUtf8('ABCDEF'), true, null],
  ]
  for (const [name, kept, given, v16, form] of rows) {
    test(`LK6 ${name}: ${form ?? 'does not fit'}`, () => assert.equal(meets(kept, given, v16), form))
  }

  test('LK6 any key is found in all its spellings, and no other key is', () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 20 })
    fc.assert(
      fc.property(bytes, bytes, (mine, other) => {
        const kept = writeHex(mine)
        assert.notEqual(meets(kept, mine, true), null)
        assert.notEqual(meets(kept, writeUtf8(kept.toUpperCase()), true), null)
        if (!sameOctets(mine, other)) assert.equal(meets(kept, other, true), null)
      }),
      { numRuns: 200 },
    )
  })
})
