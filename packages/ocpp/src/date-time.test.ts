import assert from 'node:assert/strict'
import { test } from 'node:test'
import formats from 'ajv-formats/dist/formats.js'
import fc from 'fast-check'
import { isDateTime } from './date-time.ts'

const accepted = [
  '2026-11-21T04:00:00Z',
  '2026-11-21t04:00:00z',
  '2026-11-21 04:00:00Z',
  '2026-11-21T04:00:00.123456789+02:00',
  '2024-02-29T23:59:59-23:59',
  '2000-02-29T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '2016-12-31T23:59:60Z',
  '2017-01-01T00:59:60.5+01:00',
  '2016-12-31T18:29:60-05:30',
  '2026-11-21T04:00:00+0100',
  '2026-11-21T04:00:00+01',
]

const refused = [
  '',
  '2026-11-21',
  '2026-11-21T04:00:00',
  '2026-11-21T04:00Z',
  '2026-11-21T04:00:00.Z',
  '2026-11-21T24:00:00Z',
  '2026-11-21T04:60:00Z',
  '2026-11-21T04:00:61Z',
  '2026-11-21T04:00:60Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-11-21T04:00:00+24:00',
  '2026-11-21T04:00:00+01:60',
  '2026-11-21T04:00:00+1:00',
  '2026-11-21T04:00:00Z ',
  '2026-11-21\t04:00:00Z',
  '26-11-21T04:00:00Z',
  '2026-11-21T04:00:00ZZ',
]

test('RFC 3339 dates with a zone are accepted, also the zone spellings of ISO 8601', () => {
  for (const text of accepted) assert.ok(isDateTime(text), text)
})

test('what is no calendar day, no time or has no zone is refused', () => {
  for (const text of refused) assert.ok(!isDateTime(text), text)
})

const dateTime = formats.fullFormats['date-time']
const reference = typeof dateTime === 'object' && 'validate' in dateTime ? dateTime.validate : undefined

test('the answer is that of ajv-formats, for good texts and for nearly good ones', () => {
  assert.ok(typeof reference === 'function')
  const judge = reference as (text: string) => boolean
  const two = fc.nat(99).map((number) => String(number).padStart(2, '0'))
  const part = (...usual: string[]): fc.Arbitrary<string> =>
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: two })
  const text = fc
    .tuple(
      part('20', '19', '00'),
      part('24', '26', '00'),
      fc.constantFrom('-', '-', '-', '/'),
      part('01', '02', '04', '12'),
      part('01', '28', '29', '30', '31'),
      fc.constantFrom('T', 't', ' ', 'T', ''),
      part('00', '04', '12', '23', '18'),
      part('00', '29', '30', '59'),
      part('00', '59', '60'),
      fc.constantFrom('', '', '.1', '.123456', '.'),
      fc.oneof(
        fc.constantFrom('Z', 'z', '', '+01:00', '-05:30', '+0100', '+01', '-00:00'),
        fc.tuple(fc.constantFrom('+', '-'), two, fc.constantFrom(':', ''), two).map((parts) => parts.join('')),
      ),
    )
    .map(([a, b, c, d, e, f, g, h, i, j, k]) => `${a}${b}${c}${d}-${e}${f}${g}:${h}:${i}${j}${k}`)
  fc.assert(
    fc.property(text, fc.nat(40), fc.constantFrom('', '', '', '0', ':', 'Z', '-'), (whole, at, letter) => {
      const candidate = letter === '' ? whole : whole.slice(0, at) + letter + whole.slice(at + 1)
      assert.equal(isDateTime(candidate), judge(candidate), candidate)
    }),
    { numRuns: 5000 },
  )
})
