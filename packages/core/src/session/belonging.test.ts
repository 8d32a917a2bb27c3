import assert from 'node:assert/strict'
import { test } from 'node:test'
import { History } from '../twin/history-rig.ts'
import { sessionOf } from './belonging.ts'
import { foldSessions } from './sessions.ts'
import { newStationSessions } from './station-sessions.ts'

test('SE1 the entries of a 1.6 session know it; others do not', () => {
  const h = new History('ocpp1.6')
  const sessions = newStationSessions(h.station)
  h.call('Heartbeat', {})
  const start = h.call('StartTransaction', { connectorId: 1, idTag: 'T', meterStart: 0, timestamp: h.stamp() })
  h.answer(start, { idTagInfo: { status: 'Accepted' }, transactionId: 7 })
  h.call('MeterValues', { connectorId: 1, transactionId: 7, meterValue: [] })
  h.call('MeterValues', { connectorId: 1, transactionId: 8, meterValue: [] })
  h.frame({ action: 'RemoteStopTransaction', body: { transactionId: 7 }, from: 'billing', to: 'station' })
  h.call('StopTransaction', { transactionId: 7, meterStop: 1, timestamp: h.stamp() })
  h.link('billing', 'up')
  h.at += 3_600_000
  h.call('MeterValues', { connectorId: 1, transactionId: 7, meterValue: [] })
  for (const placed of h.entries) foldSessions(sessions, placed)
  const id = `DEPOT-01@${start}`
  const known = h.entries.map((placed) => sessionOf(sessions, placed))
  assert.deepEqual(known, [null, id, id, id, null, id, id, null, null])
})

test('SE1 the events of a 2.x session know it', () => {
  const h = new History('ocpp2.0.1')
  const sessions = newStationSessions(h.station)
  const event = { timestamp: h.stamp(), triggerReason: 'Trigger', transactionInfo: { transactionId: 'tx' } }
  h.call('TransactionEvent', { ...event, eventType: 'Started', seqNo: 0 })
  h.call('TransactionEvent', { ...event, eventType: 'Updated', seqNo: 1 })
  h.frame({ action: 'RequestStopTransaction', body: { transactionId: 'tx' }, from: 'billing', to: 'station' })
  for (const placed of h.entries) foldSessions(sessions, placed)
  assert.deepEqual(
    h.entries.map((placed) => sessionOf(sessions, placed)),
    ['DEPOT-01@1', 'DEPOT-01@1', 'DEPOT-01@1'],
  )
})
