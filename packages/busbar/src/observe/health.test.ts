import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Health } from './health.ts'

test('MO6 the process is ready when each part has said so, and not a moment before', () => {
  const health = new Health(['store', 'listeners'])
  assert.deepEqual(
    health.notReady().map(({ name }) => name),
    ['store', 'listeners'],
  )
  health.well('store')
  assert.deepEqual(
    health.notReady().map(({ name }) => name),
    ['listeners'],
  )
  health.well('listeners')
  assert.deepEqual(health.notReady(), [])
})

test('MO6 a part that fails says why, and recovers', () => {
  const health = new Health(['store'])
  health.well('store')
  health.ill('store', 'the disk is full')
  health.ill('store', 'the disk is still full')
  assert.deepEqual(health.notReady(), [{ name: 'store', detail: 'the disk is still full' }])
  health.well('store')
  assert.deepEqual(health.notReady(), [])
})
