import assert from 'node:assert/strict'
import { test } from 'node:test'
import { payloadOf } from '@busbar/core/journal/entry.ts'
import { History } from './journal-filling.ts'

test('a history is calls and their answers, evenly over stations and time, ending now', () => {
  const now = Date.UTC(2026, 0, 8)
  const entries = 4_000
  const history = new History(10, entries, now)
  const ids = new Set<string | null>()
  const perStation = new Map<string | null, number>()
  let last = 0
  for (let position = 1; position < entries; position += 2) {
    const [call, answer] = history.message(position)
    assert.deepEqual([call.type, answer.type, answer.ref], ['call', 'result', position])
    assert.deepEqual([answer.station, answer.messageId, answer.action], [call.station, call.messageId, call.action])
    assert.ok(call.at >= last && answer.at >= call.at)
    assert.equal(typeof payloadOf(call), 'object')
    assert.equal(typeof payloadOf(answer), 'object')
    last = call.at
    ids.add(call.messageId)
    perStation.set(call.station, (perStation.get(call.station) ?? 0) + 2)
  }
  assert.equal(ids.size, entries / 2)
  assert.deepEqual(
    [...perStation.values()],
    Array.from({ length: 10 }, () => entries / 10),
  )
  assert.ok(now - last >= 0 && now - last < 1_000)
})
