import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionsOf, mayCall } from './actions.ts'
import { loadValidators } from './validators.ts'
import { subprotocols } from './versions.ts'

for (const subprotocol of subprotocols) {
  test(`${subprotocol}: the actions are those that have schemas, each with one direction`, async () => {
    const { station, backend, both, send } = actionsOf(subprotocol)
    const calls = [...station, ...backend, ...both]
    const { request, response } = await loadValidators(subprotocol)
    assert.deepEqual([...calls].sort(), [...response.keys()].sort())
    assert.deepEqual([...calls, ...send].sort(), [...request.keys()].sort())
    assert.equal(new Set([...calls, ...send]).size, calls.length + send.size)
  })
}

test('1.6 has 39 actions, 2.0.1 has 64, 2.1 has 90 and one that is only sent', () => {
  const counts = subprotocols.map((subprotocol) => {
    const { station, backend, both, send } = actionsOf(subprotocol)
    return [station.size + backend.size + both.size, send.size]
  })
  assert.deepEqual(counts, [
    [39, 0],
    [64, 0],
    [90, 1],
  ])
})

test('2.1 keeps every action of 2.0.1 with its direction', () => {
  const older = actionsOf('ocpp2.0.1')
  const newer = actionsOf('ocpp2.1')
  for (const side of ['station', 'backend', 'both'] as const) {
    for (const action of older[side]) assert.ok(newer[side].has(action), action)
  }
})

test('a side may call its own actions and those of both, nothing else', () => {
  const table = actionsOf('ocpp2.1')
  assert.ok(mayCall(table, 'station', 'TransactionEvent'))
  assert.ok(!mayCall(table, 'backend', 'TransactionEvent'))
  assert.ok(mayCall(table, 'backend', 'SetVariables'))
  assert.ok(!mayCall(table, 'station', 'SetVariables'))
  assert.ok(mayCall(table, 'station', 'DataTransfer') && mayCall(table, 'backend', 'DataTransfer'))
  assert.ok(!mayCall(table, 'station', 'NotifyPeriodicEventStream'))
  assert.ok(!mayCall(table, 'station', 'heartbeat') && !mayCall(table, 'station', 'constructor'))
})
