import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TimelineEntry } from '../api/timeline.ts'
import { counterpartOf, isOpenCall } from './counterpart.ts'
import { answer, delivery, frame, link } from './samples.ts'
import { TimelineBuffer } from './timeline-buffer.ts'

function buffered(...entries: TimelineEntry[]): TimelineBuffer {
  const buffer = new TimelineBuffer()
  buffer.add(entries)
  return buffer
}

test('a call and its answer find each other', () => {
  const buffer = buffered(frame(1), answer(2, 1))
  assert.equal(counterpartOf(frame(1), buffer)?.position, 2)
  assert.equal(counterpartOf(answer(2, 1), buffer)?.position, 1)
})

test('the way over copies with another message id is followed', () => {
  // Call, its copy to the backend, the answer to the copy, and the copy of that answer to the station.
  const copy = frame(2, { from: 'busbar', ref: 1 })
  const reply = answer(3, 2, { to: 'busbar' })
  const { latencyMs: _, ...echo } = answer(4, 3, { from: 'busbar' })
  const buffer = buffered(frame(1), copy, reply, echo)
  assert.equal(counterpartOf(frame(1), buffer)?.position, 3)
  assert.equal(counterpartOf(reply, buffer)?.position, 2)
  assert.equal(counterpartOf(echo, buffer)?.position, 2)
})

test('of several answers the one to whom the call came from counts', () => {
  const mirror = answer(2, 1, { from: 'next', to: 'busbar' })
  const buffer = buffered(frame(1), mirror, answer(3, 1))
  assert.equal(counterpartOf(frame(1), buffer)?.position, 3)
})

test('a delivery leads to its message, a link nowhere', () => {
  const buffer = buffered(frame(1), delivery(2, 1), link(3))
  assert.equal(counterpartOf(delivery(2, 1), buffer)?.position, 1)
  assert.equal(counterpartOf(link(3), buffer), null)
})

test('what is not loaded is not found', () => {
  assert.equal(counterpartOf(answer(9, 1), buffered(answer(9, 1))), null)
})

test('references in a circle end', () => {
  const first = frame(1, { ref: 2 })
  const second = frame(2, { ref: 1 })
  assert.equal(counterpartOf(first, buffered(first, second))?.position, 2)
})

test('a call without an answer is open; a copy, a send and what went to nobody are not', () => {
  const buffer = buffered(frame(1), frame(2), answer(3, 2))
  assert.equal(isOpenCall(frame(1), buffer), true)
  assert.equal(isOpenCall(frame(2), buffer), false)
  assert.equal(isOpenCall(frame(4, { ref: 1 }), buffer), false)
  assert.equal(isOpenCall(frame(5, { type: 'send' }), buffer), false)
  assert.equal(isOpenCall(frame(6, { to: null }), buffer), false)
})
