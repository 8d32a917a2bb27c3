import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAge, formatClock, formatDuration, formatMoment, millisecondsOf } from './age.ts'
import { formatBytes, formatCount, formatCurrent, formatEnergy, formatLatency, formatPower } from './quantity.ts'

/** With plain spaces, which are easier to write here. */
const plain = (text: string) => text.replaceAll('\u202F', ' ')

test('durations have their two largest units', () => {
  const of = (seconds: number) => formatDuration(seconds * 1000)
  assert.deepEqual([0, 59.9, 60, 3599, 3600, 7380, 86_399, 86_400, 187_200].map(of), [
    '0 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '2 h 3 min',
    '23 h 59 min',
    '1 d',
    '2 d 4 h',
  ])
})

test('what is just past, or ahead by a wrong clock, is now', () => {
  assert.equal(formatAge(10_000, 11_999), 'now')
  assert.equal(formatAge(10_000, 12_000), '2 s')
  assert.equal(formatAge(99_000, 12_000), 'now')
})

test('times are shown in the zone of the reader, to the millisecond', () => {
  const local = new Date(2026, 2, 1, 4, 5, 6, 7).getTime()
  assert.equal(formatClock(local), '04:05:06.007')
  assert.equal(formatMoment(local), '2026-03-01 04:05:06')
})

test('what is no time is none', () => {
  assert.equal(millisecondsOf(null), null)
  assert.equal(millisecondsOf('soon'), null)
  assert.equal(millisecondsOf('1970-01-01T00:00:01.000Z'), 1000)
})

test('quantities have units that fit their size', () => {
  assert.deepEqual([0, 999.4, 1000, 7180, 350_000].map(formatPower).map(plain), [
    '0 W',
    '999 W',
    '1.0 kW',
    '7.2 kW',
    '350 kW',
  ])
  assert.deepEqual([480, 12_345].map(formatEnergy).map(plain), ['480 Wh', '12.35 kWh'])
  assert.deepEqual([16, 9.96, 6.25].map(formatCurrent).map(plain), ['16 A', '10 A', '6.3 A'])
  assert.deepEqual([0.4, 42, 999, 1240, 12_400].map(formatLatency).map(plain), [
    '0.4 ms',
    '42 ms',
    '999 ms',
    '1.24 s',
    '12 s',
  ])
  assert.equal(plain(formatCount(1_234_567)), '1 234 567')
})

test('the length of a text is that of its bytes', () => {
  assert.equal(formatBytes('é'), '2 bytes')
  assert.equal(formatBytes('x'), '1 byte')
})
