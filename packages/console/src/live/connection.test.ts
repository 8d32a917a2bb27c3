import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Connection, STALE_AFTER_MS, staleAge } from './connection.ts'

test('data is old when nothing was heard for a while, and fresh again when something is', () => {
  let now = 1_000_000
  const connection = new Connection(() => now)
  assert.equal(staleAge(connection.view(), now), null)
  connection.heard()
  now += STALE_AFTER_MS
  assert.equal(staleAge(connection.view(), now), null)
  now += 1
  assert.equal(staleAge(connection.view(), now), STALE_AFTER_MS + 1)
  connection.heard()
  assert.equal(staleAge(connection.view(), now), null)
})

test('a broker that answers again ends the reconnecting of a page without a stream', () => {
  const connection = new Connection(() => 5000)
  connection.lost('no answer')
  assert.equal(connection.view().mode, 'reconnecting')
  connection.heard()
  assert.equal(connection.view().mode, 'polling')
})

test('with a stream, only the stream says that it is live', () => {
  const connection = new Connection(() => 5000)
  connection.stream('reconnecting', 'the connection was lost')
  connection.heard()
  assert.equal(connection.view().mode, 'reconnecting')
  connection.stream('live')
  assert.equal(connection.view().mode, 'live')
  connection.stream(null)
  assert.equal(connection.view().mode, 'polling')
})

test('readers hear of changes, but not of every byte', () => {
  let now = 0
  let told = 0
  const connection = new Connection(() => now)
  const stop = connection.subscribe(() => told++)
  for (; now < 2000; now += 10) connection.heard()
  assert.equal(told, 4)
  stop()
  connection.lost('gone')
  assert.equal(told, 4)
})
