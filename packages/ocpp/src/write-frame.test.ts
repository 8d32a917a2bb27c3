import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { valueToken } from './json-text.arbitrary.ts'
import { readFrame } from './read-frame.ts'
import { writeCall, writeError, writeResult, writeSend } from './write-frame.ts'

test('T25 a payload is put in as the text it is', () => {
  const payload = '{"meterStart":32.0,"x":1e2,"x":-0, "url":"a\\/b"}'
  assert.equal(writeCall('1', 'StartTransaction', payload), `[2,"1","StartTransaction",${payload}]`)
  assert.equal(writeSend('1', 'NotifyPeriodicEventStream', '{}'), '[6,"1","NotifyPeriodicEventStream",{}]')
  assert.equal(writeResult('7', payload), `[3,7,${payload}]`)
  assert.equal(
    writeError('"a\\u0062"', 'GenericError', 'say "no"', '{}'),
    '[4,"a\\u0062","GenericError","say \\"no\\"",{}]',
  )
})

test('T3 what was written reads as what was meant, whatever the id and the action', () => {
  const name = fc.string({ minLength: 1, unit: 'binary' })
  fc.assert(
    fc.property(name, name, valueToken, (id, action, payload) => {
      const call = readFrame(writeCall(id, action, payload))
      assert.ok(call.type === 'call')
      assert.deepEqual([call.id.key, call.action], [id, action])
      assert.deepEqual(call.payload, JSON.parse(payload))
      const result = readFrame(writeResult(call.id.token, payload))
      assert.ok(result.type === 'result')
      assert.deepEqual(result.id, call.id)
    }),
    { numRuns: 500 },
  )
})

test('a description longer than 255 characters is cut, never inside a character', () => {
  const frame = readFrame(writeError('"1"', 'InternalError', `${'x'.repeat(254)}😀 and more`, '{}'))
  assert.ok(frame.type === 'error')
  assert.equal(frame.description, `${'x'.repeat(254)}\ufffd`)
})
