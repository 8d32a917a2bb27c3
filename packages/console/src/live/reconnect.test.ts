import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  CONNECT_MS,
  firstAttempt,
  SILENCE_MS,
  type StreamInput,
  type StreamState,
  stepStream,
  waitBefore,
} from './reconnect.ts'

const open: StreamState = { phase: 'open', heardAt: 1000 }

test('a stream that breaks is opened again after a wait, not before', () => {
  const broken = stepStream(open, { kind: 'ended', why: 'gone' }, 5000, 0)
  assert.deepEqual(broken, { state: { phase: 'waiting', attempt: 1, until: 5500, why: 'gone' }, deed: 'close' })
  assert.equal(stepStream(broken.state, { kind: 'tick' }, 5499, 0).deed, null)
  assert.equal(stepStream(broken.state, { kind: 'tick' }, 5500, 0).deed, 'connect')
})

test('attempts that fail wait longer each time, up to half a minute', () => {
  let state: StreamState = firstAttempt(0).state
  const waits: number[] = []
  for (let time = 0; waits.length < 8; ) {
    const failed = stepStream(state, { kind: 'ended', why: 'refused' }, time, 1)
    assert.equal(failed.state.phase, 'waiting')
    const until = failed.state.phase === 'waiting' ? failed.state.until : 0
    waits.push(until - time)
    time = until
    state = stepStream(failed.state, { kind: 'tick' }, time, 1).state
  }
  assert.deepEqual(waits, [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
})

test('a stream that opened begins with the shortest wait again', () => {
  const again = stepStream({ phase: 'connecting', attempt: 6, since: 0 }, { kind: 'opened' }, 10, 0).state
  const broken = stepStream(again, { kind: 'ended', why: 'gone' }, 20, 1).state
  assert.equal(broken.phase === 'waiting' && broken.until, 1020)
})

test('silence longer than heartbeats allow ends a stream; anything heard keeps it', () => {
  assert.equal(stepStream(open, { kind: 'tick' }, 1000 + SILENCE_MS, 0).deed, null)
  assert.equal(stepStream(open, { kind: 'tick' }, 1001 + SILENCE_MS, 0).deed, 'close')
  const heard = stepStream(open, { kind: 'heard' }, 1000 + SILENCE_MS, 0).state
  assert.equal(stepStream(heard, { kind: 'tick' }, 1001 + SILENCE_MS, 0).deed, null)
})

test('a handshake that hangs is given up', () => {
  const step = stepStream({ phase: 'connecting', attempt: 1, since: 0 }, { kind: 'tick' }, CONNECT_MS + 1, 0)
  assert.equal(step.state.phase, 'waiting')
  assert.equal(step.deed, 'close')
})

test('a hidden tab closes its stream and opens one when it is shown', () => {
  const hidden = stepStream(open, { kind: 'hidden' }, 0, 0)
  assert.deepEqual(hidden, { state: { phase: 'paused' }, deed: 'close' })
  assert.equal(stepStream(hidden.state, { kind: 'tick' }, 1e9, 0).deed, null)
  assert.equal(stepStream(hidden.state, { kind: 'shown' }, 5, 0).deed, 'connect')
})

test('a refused login ends all attempts', () => {
  const denied = stepStream(open, { kind: 'denied' }, 0, 0).state
  const inputs: StreamInput[] = [{ kind: 'tick' }, { kind: 'shown' }, { kind: 'hidden' }, { kind: 'ended', why: '' }]
  for (const input of inputs) assert.deepEqual(stepStream(denied, input, 1e9, 0), { state: denied, deed: null })
})

test('a wait is between half and all of its length', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const wait = waitBefore(attempt, chance)
      assert.ok(wait >= 500 && wait <= 30_000)
    }),
  )
})
