import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writtenFrame } from './json-text.arbitrary.ts'
import { readFrame } from './read-frame.ts'

test('T3 T27 every readable envelope is read, its id token as it was written', () => {
  fc.assert(
    fc.property(writtenFrame, ({ before, idToken, after, rest, type }) => {
      const frame = readFrame(before + idToken + after)
      assert.ok(frame.type !== 'unreadable')
      assert.equal(frame.id.token, idToken)
      assert.equal(frame.id.key, idToken.startsWith('"') ? JSON.parse(idToken) : idToken)
      assert.equal(frame.elements, rest.length + 2)
      const read = rest.map((token) => JSON.parse(token))
      switch (frame.type) {
        case 'call':
        case 'send':
          assert.equal(type, frame.type === 'call' ? 2 : 6)
          assert.equal(frame.action, read[0])
          return assert.deepEqual(frame.payload, read[1])
        case 'result':
          assert.equal(type, 3)
          return assert.deepEqual(frame.payload, read[0])
        case 'error':
        case 'resultError':
          assert.equal(type, frame.type === 'error' ? 4 : 5)
          assert.deepEqual([frame.code, frame.description, frame.details], [read[0], read[1], read[2]])
      }
    }),
    { numRuns: 1500 },
  )
})

test('T27 no text makes the reader throw, and what is not JSON is said to be so', () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', '2', '3', '-', 'e', 'u', ' ', 't') }),
    fc.json().map((text) => `[2,${text}]`),
  )
  fc.assert(
    fc.property(garbage, (text) => {
      const frame = readFrame(text)
      let isJson = true
      try {
        JSON.parse(text)
      } catch {
        isJson = false
      }
      assert.equal(frame.type === 'unreadable' && frame.fault === 'notJson', !isJson)
    }),
    { numRuns: 2000 },
  )
})

test('T27 a message with one character lost, doubled or changed never makes the reader throw', () => {
  fc.assert(
    fc.property(writtenFrame, fc.nat(), fc.string({ maxLength: 1 }), fc.nat(2), (written, where, letter, cut) => {
      const text = written.before + written.idToken + written.after
      const at = where % (text.length + 1)
      readFrame(text.slice(0, at) + letter + text.slice(at + cut))
    }),
    { numRuns: 2000 },
  )
})
