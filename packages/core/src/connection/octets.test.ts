import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readBase64, readHex, readUtf8, writeBase64, writeHex, writeUtf8 } from './octets.ts'

describe('bytes and their spellings', () => {
  test('LK5 base64, hexadecimal and UTF-8 agree with the platform', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.string({ unit: 'binary' }), (bytes, text) => {
        const buffer = Buffer.from(bytes)
        assert.equal(writeBase64(bytes), buffer.toString('base64'))
        assert.deepEqual(readBase64(buffer.toString('base64')), bytes)
        assert.deepEqual(readBase64(buffer.toString('base64url')), bytes)
        assert.equal(writeHex(bytes), buffer.toString('hex'))
        if (bytes.length > 0) assert.deepEqual(readHex(buffer.toString('hex').toUpperCase()), bytes)
        assert.deepEqual([...writeUtf8(text)], [...Buffer.from(text, 'utf8')])
        let strict: string | null
        try {
          strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
        } catch {
          strict = null
        }
        assert.equal(readUtf8(bytes), strict)
      }),
      { numRuns: 500 },
    )
  })

  test('LK5 what is not base64 or hexadecimal gives null', () => {
    for (const text of ['A', 'AAAAA', 'A===', 'AA A', 'ÄA==', 'AA=A']) assert.equal(readBase64(text), null, text)
    for (const text of ['', 'a', 'abc', 'zz', '0x11']) assert.equal(readHex(text), null, text)
  })
})
