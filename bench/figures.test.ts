import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { latencyFigures, median, minimum, percentile, ratio, rounded, Samples } from './figures.ts'

test('percentile: nearest rank on known values', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  assert.equal(percentile(hundred, 0.5), 50)
  assert.equal(percentile(hundred, 0.99), 99)
  assert.equal(percentile(hundred, 0.999), 100)
  assert.equal(percentile(hundred, 1), 100)
  assert.equal(percentile(hundred, 0), 1)
  assert.equal(percentile([7], 0.5), 7)
  assert.ok(Number.isNaN(percentile([], 0.5)))
})

test('percentile: is one of the values, and at least that share does not exceed it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 1_000 }),
      (values, permille) => {
        const sorted = values.toSorted((a, b) => a - b)
        const found = percentile(sorted, permille / 1_000)
        assert.ok(sorted.includes(found))
        assert.ok(sorted.filter((value) => value <= found).length * 1_000 >= permille * sorted.length)
        assert.ok(sorted.filter((value) => value < found).length * 1_000 < permille * sorted.length)
      },
    ),
  )
})

test('samples: keep every value beyond the first block and sort numerically', () => {
  const samples = new Samples()
  for (let value = 10_000; value >= 1; value--) samples.add(value)
  assert.equal(samples.count, 10_000)
  assert.deepEqual(latencyFigures(samples), { p50Ms: 5_000, p99Ms: 9_900, p999Ms: 9_990, maxMs: 10_000 })
})

test('minimum and median pass over runs that gave nothing', () => {
  assert.equal(minimum([3, Number.NaN, 2]), 2)
  assert.ok(Number.isNaN(minimum([])))
  assert.equal(median([9, 1, 5]), 5)
})

test('ratio: is not made of missing figures', () => {
  assert.equal(ratio(13, 10), 1.3)
  assert.ok(Number.isNaN(ratio(13, 0)))
  assert.ok(Number.isNaN(ratio(Number.NaN, 10)))
  assert.equal(rounded(1.2345, 2), 1.23)
})
