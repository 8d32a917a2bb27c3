import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadValidators, validate, validatorsOf } from './validate.ts'

test('validatorsOf refuses a version that was not loaded, and gives what was loaded', async () => {
  assert.throws(() => validatorsOf('ocpp2.1'), /loadValidators\('ocpp2\.1'\)/)
  const [one, other] = await Promise.all([loadValidators('ocpp2.1'), loadValidators('ocpp2.1')])
  assert.equal(one, other)
  assert.equal(validatorsOf('ocpp2.1'), one)
  assert.equal(await loadValidators('ocpp2.1'), one)
})

const v16 = await loadValidators('ocpp1.6')
const v201 = await loadValidators('ocpp2.0.1')
const v21 = await loadValidators('ocpp2.1')

test('T27 a payload in order gives null', () => {
  assert.equal(validate(v16, 'request', 'Heartbeat', {}), null)
  assert.equal(validate(v16, 'response', 'Heartbeat', { currentTime: '2026-11-21T04:00:00Z' }), null)
  assert.equal(validate(v201, 'response', 'StatusNotification', { customData: { vendorId: 'x', anything: [1] } }), null)
  const stream = { id: 0, pending: 0, basetime: '2026-11-21T04:00:00Z', data: [{ t: 1.5, v: '230' }] }
  assert.equal(validate(v21, 'request', 'NotifyPeriodicEventStream', stream), null)
})

test('T27 a violation names the field, the rule and what was expected', () => {
  assert.deepEqual(validate(v16, 'request', 'Authorize', {}), {
    path: '/idTag',
    rule: 'required',
    detail: 'is missing',
  })
  assert.deepEqual(validate(v16, 'request', 'Heartbeat', { 'a/b~c': 1 }), {
    path: '/a~1b~0c',
    rule: 'additionalProperties',
    detail: 'is not a field of this object',
  })
  assert.deepEqual(validate(v16, 'request', 'Authorize', undefined), {
    path: '',
    rule: 'type',
    detail: 'must be of type object',
  })
  assert.deepEqual(validate(v16, 'request', 'Reset', { type: 'soft' }), {
    path: '/type',
    rule: 'enum',
    detail: 'must be one of Hard, Soft',
  })
  const deep = {
    evseId: 1,
    meterValue: [
      { timestamp: '2026-11-21T04:00:00Z', sampledValue: [{ value: 1 }] },
      { timestamp: '2026-11-21T04:00:00Z', sampledValue: [{ value: 1 }, { value: 1, unitOfMeasure: { unit: 7 } }] },
    ],
  }
  assert.deepEqual(validate(v201, 'request', 'MeterValues', deep), {
    path: '/meterValue/1/sampledValue/1/unitOfMeasure/unit',
    rule: 'type',
    detail: 'must be of type string',
  })
})

test('T27 an unknown action is a violation of its own kind', () => {
  const unknown = validate(v16, 'request', 'TransactionEvent', {})
  assert.equal(unknown?.unknownAction, true)
  assert.equal(unknown?.rule, 'action')
  for (const action of ['constructor', '__proto__', 'heartbeat', '']) {
    assert.equal(validate(v16, 'request', action, {})?.unknownAction, true)
  }
  assert.equal(validate(v21, 'response', 'NotifyPeriodicEventStream', {})?.unknownAction, true)
})

test('T27 a number that JSON can write and a double cannot hold is no number of OCPP', () => {
  const payload = JSON.parse('{"connectorId":1e999,"idTag":"A","meterStart":0,"timestamp":"2026-11-21T04:00:00Z"}')
  assert.equal(validate(v16, 'request', 'StartTransaction', payload)?.path, '/connectorId')
})

test('a limit with one decimal is a multiple of 0.1 whatever binary numbers make of it', () => {
  for (let tenths = 0; tenths <= 2000; tenths++) {
    const limit = tenths / 10
    const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] }
    const payload = { status: 'Accepted', chargingSchedule: schedule }
    assert.equal(validate(v16, 'response', 'GetCompositeSchedule', payload), null, String(limit))
  }
  const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.05 }] }
  const violation = validate(v16, 'response', 'GetCompositeSchedule', {
    status: 'Accepted',
    chargingSchedule: schedule,
  })
  assert.deepEqual(violation, {
    path: '/chargingSchedule/chargingSchedulePeriod/0/limit',
    rule: 'multipleOf',
    detail: 'must be a multiple of 0.1',
  })
})

test('a length is counted in characters, not in code units', () => {
  assert.equal(validate(v16, 'request', 'Authorize', { idTag: '😀'.repeat(20) }), null)
  assert.deepEqual(validate(v16, 'request', 'Authorize', { idTag: '😀'.repeat(21) }), {
    path: '/idTag',
    rule: 'maxLength',
    detail: 'must have at most 20 characters',
  })
})

test('T27 a hostile payload of megabytes is judged or given up, never thrown', () => {
  const location = `ftp://${'a'.repeat(8_000_000)}`
  for (const suffix of ['', '/', ' ', '%zz']) {
    const violation = validate(v16, 'request', 'GetDiagnostics', { location: location + suffix })
    assert.ok(violation === null || ['format', 'unchecked'].includes(violation.rule))
  }
  const deep = JSON.parse(`${'{"customData":'.repeat(100_000)}1${'}'.repeat(100_000)}`)
  assert.notEqual(validate(v201, 'request', 'Heartbeat', deep), null)
})

test('a generated module needs nothing at run time and makes no code of its own', () => {
  for (const folder of ['v16', 'v201', 'v21']) {
    const text = readFileSync(new URL(`../generated/${folder}/validators.js`, import.meta.url), 'utf8')
    assert.ok(text.length > 100_000)
    assert.doesNotMatch(text, /\brequire\(|\bimport\b|new Function|\beval\(/)
  }
})
