import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { answer, frame, link } from './samples.ts'
import { TimelineBuffer } from './timeline-buffer.ts'

test('entries stand in order and once, in whatever batches they come', () => {
  const batches = fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }), { maxLength: 8 })
  fc.assert(
    fc.property(batches, (positions) => {
      const buffer = new TimelineBuffer()
      let added = 0
      for (const batch of positions) added += buffer.add(batch.map((position) => frame(position)))
      const expected = [...new Set(positions.flat())].sort((a, b) => a - b)
      assert.deepEqual(
        buffer.entries.map((entry) => entry.position),
        expected,
      )
      assert.equal(added, expected.length)
    }),
  )
})

test('a batch that brings nothing new changes nothing', () => {
  const buffer = new TimelineBuffer()
  buffer.add([frame(1)])
  const before = buffer.entries
  assert.equal(buffer.add([frame(1)]), 0)
  assert.equal(buffer.entries, before)
})

test('entries that refer to another are found by it, also when they came first', () => {
  const buffer = new TimelineBuffer()
  buffer.add([answer(5, 2), answer(3, 2), link(4)])
  buffer.add([frame(2)])
  assert.deepEqual(
    buffer.referringTo(2).map((entry) => entry.position),
    [3, 5],
  )
})

test('the oldest entries go when there are too many', () => {
  const buffer = new TimelineBuffer()
  buffer.add([frame(1), frame(2), frame(3)])
  assert.equal(buffer.dropOldest(2), 1)
  assert.equal(buffer.get(1), undefined)
  assert.deepEqual(
    buffer.entries.map((entry) => entry.position),
    [2, 3],
  )
  assert.equal(buffer.dropOldest(2), 0)
})
