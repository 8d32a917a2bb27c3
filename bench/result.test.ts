import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, result } from './result.ts'

test('a bound is met at its value, missed above it, and missed when nothing was measured', () => {
  assert.equal(judge('a', 'x', 1.3, 1.3).pass, true)
  assert.equal(judge('a', 'x', 1.31, 1.3).pass, false)
  assert.deepEqual(judge('a', 'x', Number.NaN, 1.3), {
    quantity: 'a',
    unit: 'x',
    measured: null,
    bound: 1.3,
    pass: false,
  })
})

test('what has no bound, or other conditions than its bound, is not judged', () => {
  assert.equal(judge('a', 'x', 99, null).pass, null)
  assert.equal(judge('a', 'x', 99, 1, false).pass, null)
  assert.equal(judge('a', 'x', Number.NaN, 1, false).pass, false)
})

test('a scenario passes unless a bound is missed', () => {
  const good = judge('a', 'x', 1, 2)
  const open = judge('b', 'x', 1, null)
  assert.equal(result('s', 't', {}, [good, open], []).pass, true)
  assert.equal(result('s', 't', {}, [good, judge('c', 'x', 3, 2)], []).pass, false)
})
