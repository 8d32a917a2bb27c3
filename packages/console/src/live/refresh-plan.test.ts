import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIST_EVERY_MS, planRefresh } from './refresh-plan.ts'

const known = new Set(Array.from({ length: 100 }, (_, index) => `S${index}`))
const some = (count: number) => new Set([...known].slice(0, count))

test('nothing happened, nothing is asked for', () => {
  assert.deepEqual(planRefresh(new Set(), known, 1e9), { what: 'nothing' })
})

test('a few stations are asked for one by one', () => {
  assert.deepEqual(planRefresh(some(2), known, 0), { what: 'stations', ids: ['S0', 'S1'] })
})

test('many stations cost one list, and that not too often', () => {
  assert.deepEqual(planRefresh(some(9), known, LIST_EVERY_MS - 1), { what: 'nothing' })
  assert.deepEqual(planRefresh(some(9), known, LIST_EVERY_MS), { what: 'list' })
})

test('a station that is new to the page comes with the list', () => {
  assert.deepEqual(planRefresh(new Set(['NEW']), known, LIST_EVERY_MS), { what: 'list' })
})
