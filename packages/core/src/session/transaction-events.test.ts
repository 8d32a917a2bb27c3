import assert from 'node:assert/strict'
import { test } from 'node:test'
import { History } from '../twin/history-rig.ts'
import { type SessionRecord, sessionRecord } from './record.ts'
import { foldSessions } from './sessions.ts'
import { newStationSessions, type StationSessions } from './station-sessions.ts'

function fold(history: History): StationSessions {
  const sessions = newStationSessions(history.station)
  for (const placed of history.entries) foldSessions(sessions, placed)
  return sessions
}

function only(history: History): SessionRecord {
  const { open, closed } = fold(history)
  const all = [...closed, ...open]
  assert.equal(all.length, 1)
  return sessionRecord(all[0]!)
}

function event(h: History, eventType: string, seqNo: number, more: object = {}, info: object = {}) {
  return {
    eventType,
    timestamp: h.stamp(),
    triggerReason: 'Trigger',
    seqNo,
    transactionInfo: { transactionId: 'tx-1', ...info },
    ...more,
  }
}

function wh(h: History, value: number, context = 'Sample.Periodic') {
  return {
    meterValue: [
      { timestamp: h.stamp(), sampledValue: [{ value, context, unitOfMeasure: { unit: 'kWh', multiplier: 0 } }] },
    ],
  }
}

for (const ocpp of ['ocpp2.0.1', 'ocpp2.1'] as const) {
  test(`SE1 SE10 ${ocpp}: a whole session whose EVSE and token come later than its start`, () => {
    const h = new History(ocpp)
    const startedAt = h.stamp()
    const first = h.call('TransactionEvent', event(h, 'Started', 0, wh(h, 10, 'Transaction.Begin')))
    h.answer(first, {})
    const token = { idToken: { idToken: 'AA11', type: 'ISO14443' }, evse: { id: 2, connectorId: 1 } }
    h.answer(h.call('TransactionEvent', event(h, 'Updated', 1, token)), { idTokenInfo: { status: 'Accepted' } })
    h.answer(h.call('TransactionEvent', event(h, 'Updated', 2, wh(h, 12))), {})
    const stoppedAt = h.stamp()
    const last = h.call(
      'TransactionEvent',
      event(h, 'Ended', 3, wh(h, 14.5, 'Transaction.End'), { stoppedReason: 'EVDisconnected' }),
    )
    assert.equal(only(h).delivery.billing, 'pending')
    h.answer(last, {})
    assert.deepEqual(only(h), {
      id: `DEPOT-01@${first}`,
      station: 'DEPOT-01',
      ocpp,
      evse: 2,
      connector: 1,
      token: 'AA11',
      startedAt,
      stoppedAt,
      meterStartWh: 10_000,
      meterStopWh: 14_500,
      energyWh: 4500,
      reason: 'EVDisconnected',
      startedOffline: false,
      transactionIds: { station: 'tx-1', billing: 'tx-1' },
      delivery: { billing: 'acknowledged' },
      irregularities: [],
    })
  })
}

test('SE9 a repeat is told by its content, whatever its offline flag says', () => {
  const h = new History('ocpp2.0.1')
  const started = event(h, 'Started', 0)
  h.call('TransactionEvent', started)
  h.call('TransactionEvent', { ...started, offline: true })
  assert.equal(fold(h).open[0]?.repeats, 1)
  assert.deepEqual([only(h).irregularities, only(h).startedOffline], [[], false])
})

test('SE9 seqNo 0 in both Started and Ended: flagged, and the session ends', () => {
  const h = new History('ocpp2.0.1')
  h.call('TransactionEvent', event(h, 'Started', 0))
  h.call('TransactionEvent', event(h, 'Ended', 0))
  assert.deepEqual(only(h).irregularities, ['seqNoReused'])
  assert.equal(fold(h).open.length, 0)
})

test('SE9 a gap is flagged until what was missing comes', () => {
  const h = new History('ocpp2.0.1')
  h.call('TransactionEvent', event(h, 'Started', 7))
  h.call('TransactionEvent', event(h, 'Updated', 10))
  assert.deepEqual(only(h).irregularities, ['seqNoGap'])
  assert.deepEqual(fold(h).open[0]?.sequence?.missing, [8, 9])
  h.call('TransactionEvent', event(h, 'Updated', 9))
  h.call('TransactionEvent', event(h, 'Updated', 8))
  assert.deepEqual(only(h).irregularities, [])
})

test('SE6 an Updated after Ended belongs to the ended session and never opens it again', () => {
  const h = new History('ocpp2.0.1')
  h.call('TransactionEvent', event(h, 'Started', 0, wh(h, 1)))
  h.call('TransactionEvent', event(h, 'Ended', 3, wh(h, 2)))
  h.call('TransactionEvent', event(h, 'Updated', 4, wh(h, 2)))
  const { open, closed } = fold(h)
  assert.deepEqual([open.length, closed[0]?.late, closed[0]?.state], [0, 1, 'ended'])
  assert.equal(only(h).meterStopWh, 2000)
})

test('SE6 a Started that arrives after Ended completes the session', () => {
  const h = new History('ocpp2.0.1')
  const started = event(h, 'Started', 0, { ...wh(h, 1), offline: true })
  h.call('TransactionEvent', event(h, 'Ended', 1, wh(h, 3)))
  assert.deepEqual(only(h).irregularities, ['startMissing'])
  h.call('TransactionEvent', started)
  const session = only(h)
  assert.deepEqual([session.energyWh, session.irregularities, session.startedOffline], [2000, [], true])
  assert.equal(fold(h).open.length, 0)
})

test('SE8 a Started of another transaction at the same EVSE ends the one there; a late Ended still counts', () => {
  const h = new History('ocpp2.0.1')
  const evse = { evse: { id: 1 } }
  h.call('TransactionEvent', event(h, 'Started', 0, { ...evse, ...wh(h, 1) }))
  h.call('TransactionEvent', event(h, 'Started', 0, evse, { transactionId: 'tx-2' }))
  const { open, closed } = fold(h)
  assert.deepEqual([open[0]?.stationTransactionId, closed[0]?.state], ['tx-2', 'replaced'])
  h.call('TransactionEvent', event(h, 'Ended', 1, wh(h, 5)))
  assert.equal(sessionRecord(fold(h).closed[0]!).energyWh, 4000)
  assert.deepEqual(sessionRecord(fold(h).closed[0]!).irregularities, [])
})

test('SE11 an offline start says so', () => {
  const h = new History('ocpp2.1')
  h.call('TransactionEvent', event(h, 'Started', 0, { offline: true }))
  assert.equal(only(h).startedOffline, true)
})
