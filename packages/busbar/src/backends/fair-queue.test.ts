import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FairQueue } from './fair-queue.ts'

test('LK24 names take turns, each in its order', () => {
  const queue = new FairQueue<string>()
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.push(item[0]!, item)
  assert.equal(queue.size, 6)
  const order: (string | undefined)[] = []
  while (queue.size > 0) order.push(queue.shift())
  assert.deepEqual(order, ['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
  assert.equal(queue.shift(), undefined)
})

test('LK24 what is taken out does not come, and empty lanes are forgotten', () => {
  const queue = new FairQueue<string>()
  queue.push('a', 'a1')
  queue.push('a', 'a2')
  queue.push('b', 'b1')
  queue.remove('a', 'a1')
  queue.remove('b', 'b1')
  queue.remove('b', 'b1')
  queue.remove('z', 'z1')
  assert.equal(queue.size, 1)
  assert.equal(queue.shift(), 'a2')
  queue.push('a', 'a3')
  queue.clear()
  assert.deepEqual([queue.size, queue.shift()], [0, undefined])
})
