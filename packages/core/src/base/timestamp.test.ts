import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

const shapes: readonly (readonly [string, string])[] = [
  ['2026-03-01T12:00:00.000Z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01 12:00:00', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01t12:00:00z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00Z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00.123456+00:00', '2026-03-01T12:00:00.123Z'],
  ['2026-03-01T13:00:00.1234567+01:00', '2026-03-01T12:00:00.123Z'],
  ['2026-03-01T14:00:00+02', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T06:30:00-0530', '2026-03-01T12:00:00.000Z'],
  ['2026-12-31T23:59:60Z', '2027-01-01T00:00:00.000Z'],
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
]

for (const [given, meant] of shapes) {
  test(`TW11 ${given} is read as ${meant}`, () => {
    assert.equal(formatTimestamp(parseTimestamp(given)), meant)
  })
}

test('TW11 what is no time is NaN', () => {
  for (const given of [
    '',
    'now',
    '2026-13-01T00:00:00Z',
    '2026-03-01',
    '2026-03-01T12:00:00+99:00',
    '2026/03/01T12:00:00Z',
    '2026-03-01T12:00:00Zulu',
    'x'.repeat(99),
  ]) {
    assert.ok(Number.isNaN(parseTimestamp(given)), given)
  }
})

test('TW11 reading and writing agree with Date for every instant it can hold', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (ms) => {
      assert.equal(formatTimestamp(ms), new Date(ms).toISOString())
      assert.equal(parseTimestamp(formatTimestamp(ms)), ms)
    }),
  )
})

test('TW11 any text is read without a throw', () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (given) => typeof parseTimestamp(given) === 'number'))
})
