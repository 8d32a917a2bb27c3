import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subprotocols } from '@busbar/ocpp/versions.ts'
import { STATION } from '../journal/entry.ts'
import { History } from '../twin/history-rig.ts'
import { type SessionRecord, sessionRecord, sessionSpan, withPseudonym } from './record.ts'
import { foldSessions } from './sessions.ts'
import { newStationSessions, openSessionAt, type StationSessions } from './station-sessions.ts'
import { sessionReaders } from './versions.ts'

/** What Alfen stations send when they lost the id; JSON numbers cannot hold it exactly. */
const OVERFLOWED = Number('9223372036854775807')

function fold(history: History): StationSessions {
  const sessions = newStationSessions(history.station)
  for (const placed of history.entries) foldSessions(sessions, placed)
  return sessions
}

/** Records of all sessions, oldest first. */
function records(history: History): SessionRecord[] {
  const { open, closed } = fold(history)
  return [...closed, ...open].sort((a, b) => a.first - b.first).map(sessionRecord)
}

function start(h: History, fields: object = {}, at = h.stamp()) {
  return { connectorId: 1, idTag: 'TAG-1', meterStart: 1000, timestamp: at, ...fields }
}

const accepted = (transactionId: unknown) => ({ idTagInfo: { status: 'Accepted' }, transactionId })

function meter(h: History, value: number, fields: object) {
  return { connectorId: 1, meterValue: [{ timestamp: h.stamp(), sampledValue: [{ value: String(value) }] }], ...fields }
}

test('SE1 every version Busbar speaks has a reader', () => {
  assert.deepEqual([...sessionReaders.keys()].sort(), [...subprotocols].sort())
})

test('SE1 SE10 1.6: a whole session, with ids, energy and delivery', () => {
  const h = new History('ocpp1.6')
  const startedAt = h.stamp()
  const first = h.call('StartTransaction', start(h))
  assert.deepEqual(records(h)[0]?.delivery, { billing: 'pending' })
  h.answer(first, accepted(17))
  const reading = h.call('MeterValues', meter(h, 3500, { transactionId: 17 }))
  assert.deepEqual([records(h)[0]?.energyWh, records(h)[0]?.delivery.billing], [2500, 'pending'])
  h.answer(reading, {})
  const stoppedAt = h.stamp()
  const stop = h.call('StopTransaction', {
    transactionId: 17,
    meterStop: 5000,
    timestamp: stoppedAt,
    reason: 'EVDisconnected',
  })
  h.answer(stop, {})
  assert.deepEqual(records(h), [
    {
      id: `DEPOT-01@${first}`,
      station: 'DEPOT-01',
      ocpp: 'ocpp1.6',
      evse: 1,
      connector: 1,
      token: 'TAG-1',
      startedAt,
      stoppedAt,
      meterStartWh: 1000,
      meterStopWh: 5000,
      energyWh: 4000,
      reason: 'EVDisconnected',
      startedOffline: false,
      transactionIds: { station: '17', billing: '17' },
      delivery: { billing: 'acknowledged' },
      irregularities: [],
    },
  ])
})

test('SE2 1.6: a start said again is the same session, whatever the message id', () => {
  const h = new History('ocpp1.6')
  const payload = start(h)
  const first = h.call('StartTransaction', payload)
  h.put({
    kind: 'delivery',
    at: h.at,
    station: h.station,
    backend: 'billing',
    ref: first,
    state: 'dropped',
    reason: null,
  })
  const again = h.call('StartTransaction', payload)
  h.answer(again, accepted(5))
  const [session, ...others] = records(h)
  assert.equal(others.length, 0)
  assert.deepEqual([session?.transactionIds.station, session?.delivery.billing], ['5', 'acknowledged'])
  assert.equal(fold(h).open[0]?.repeats, 1)
})

test('SE2 1.6: a start said again days after its session ended is the same session', () => {
  const h = new History('ocpp1.6')
  const payload = start(h)
  h.answer(h.call('StartTransaction', payload), accepted(5))
  h.call('StopTransaction', { transactionId: 5, meterStop: 2000, timestamp: h.stamp() })
  h.at += 2 * 86_400_000
  h.call('StartTransaction', payload)
  assert.equal(records(h).length, 1)
  assert.equal(fold(h).open.length, 0)
})

test('SE3 1.6: every backend has its own id, also when the answer to the station came under another id', () => {
  const h = new History('ocpp1.6')
  const first = h.call('StartTransaction', start(h))
  h.frame({ action: 'StartTransaction', body: start(h), to: 'next', ref: first })
  h.frame({
    type: 'result',
    action: 'StartTransaction',
    body: accepted(700),
    from: 'next',
    to: null,
    ref: first,
    latencyMs: 3,
  })
  const answer = h.answer(first, accepted(17))
  h.frame({ type: 'result', action: 'StartTransaction', body: accepted(17), from: 'billing', to: STATION, ref: answer })
  const [session] = records(h)
  assert.deepEqual(session?.transactionIds, { station: '17', billing: '17', next: '700' })
  assert.deepEqual(session?.delivery, { billing: 'acknowledged', next: 'acknowledged' })
})

test('SE3 SE5 1.6: a backend that answers 0 on two connectors at once: both stops end the right sessions', () => {
  const h = new History('ocpp1.6')
  const one = h.call('StartTransaction', start(h, { connectorId: 1, idTag: 'A', meterStart: 100 }))
  const two = h.call('StartTransaction', start(h, { connectorId: 2, idTag: 'B', meterStart: 90_000 }))
  h.answer(one, accepted(0))
  h.answer(two, accepted(0))
  h.call('StopTransaction', {
    transactionId: 0,
    idTag: 'A',
    meterStop: 95_000,
    timestamp: h.stamp(),
    reason: 'DeAuthorized',
  })
  h.call('StopTransaction', { transactionId: 0, meterStop: 90_000, timestamp: h.stamp(), reason: 'DeAuthorized' })
  const [a, b] = records(h)
  assert.deepEqual([a?.connector, a?.meterStopWh, b?.connector, b?.meterStopWh], [1, 95_000, 2, 90_000])
  assert.deepEqual(a?.transactionIds, {})
  assert.equal(fold(h).open.length, 0)
})

for (const id of [-1, 0, OVERFLOWED, '9223372036854775807']) {
  test(`SE4 1.6: a stop with transaction id ${id} and no start is a session of its own`, () => {
    const h = new History('ocpp1.6')
    h.call('StopTransaction', { transactionId: id, meterStop: 700, timestamp: h.stamp() })
    const [session] = records(h)
    assert.deepEqual(
      [session?.startedAt, session?.meterStopWh, session?.energyWh, session?.reason],
      [null, 700, null, 'Local'],
    )
    assert.deepEqual(session?.irregularities, ['startMissing'])
  })
}

test('SE5 1.6: an overflowed id ends the session that fits; an unknown one is not guessed', () => {
  const h = new History('ocpp1.6')
  h.answer(h.call('StartTransaction', start(h)), accepted(17))
  h.call('StopTransaction', { transactionId: 99, meterStop: 1200, timestamp: h.stamp() })
  assert.equal(fold(h).open.length, 1, 'session 17 goes on')
  h.call('StopTransaction', { transactionId: OVERFLOWED, meterStop: 1300, timestamp: h.stamp() })
  const [session] = records(h)
  assert.deepEqual([session?.meterStopWh, session?.irregularities], [1300, ['foundByContent']])
  assert.equal(fold(h).open.length, 0)
})

test('SE5 1.6: a stop under an id whose answer was never recorded ends the session without one', () => {
  const h = new History('ocpp1.6')
  h.call('StartTransaction', start(h))
  h.call('MeterValues', meter(h, 1400, { transactionId: 41 }))
  h.call('StopTransaction', { transactionId: 41, meterStop: 1500, timestamp: h.stamp() })
  const [session, ...others] = records(h)
  assert.equal(others.length, 0)
  assert.deepEqual([session?.meterStopWh, session?.transactionIds.station], [1500, '41'])
})

test('SE4 1.6: a stop said again changes nothing; other figures are flagged', () => {
  const h = new History('ocpp1.6')
  h.answer(h.call('StartTransaction', start(h)), accepted(17))
  const stop = { transactionId: 17, meterStop: 2000, timestamp: h.stamp() }
  h.call('StopTransaction', stop)
  h.call('StopTransaction', stop)
  assert.deepEqual(records(h)[0]?.irregularities, [])
  h.call('StopTransaction', { ...stop, meterStop: 9999 })
  const [session] = records(h)
  assert.deepEqual([session?.meterStopWh, session?.irregularities], [2000, ['stopDiffers']])
  assert.equal(records(h).length, 1)
})

test('SE6 1.6: meter values after the stop belong to the ended session', () => {
  const h = new History('ocpp1.6')
  h.answer(h.call('StartTransaction', start(h)), accepted(17))
  h.call('StopTransaction', { transactionId: 17, meterStop: 2000, timestamp: h.stamp() })
  h.at += 10 * 60_000
  h.call('MeterValues', meter(h, 2000, { transactionId: 17 }))
  const { open, closed } = fold(h)
  assert.deepEqual([open.length, closed[0]?.late, closed[0]?.state], [0, 1, 'ended'])
})

test('SE7 1.6: Available before the stop does not end the session', () => {
  const h = new History('ocpp1.6')
  h.answer(h.call('StartTransaction', start(h)), accepted(17))
  h.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' })
  assert.equal(fold(h).open.length, 1)
  h.call('StopTransaction', { transactionId: 17, meterStop: 2000, timestamp: h.stamp() })
  assert.equal(records(h)[0]?.energyWh, 1000)
})

test('SE8 1.6: a new start ends the session there without figures, and its late stop still counts', () => {
  const h = new History('ocpp1.6')
  h.answer(h.call('StartTransaction', start(h)), accepted(17))
  h.answer(h.call('StartTransaction', start(h, { idTag: 'TAG-2', meterStart: 4000 })), accepted(18))
  const [old, present] = records(h)
  assert.deepEqual(
    [old?.stoppedAt, old?.irregularities, present?.transactionIds.station],
    [null, ['stopMissing'], '18'],
  )
  assert.equal(openSessionAt(fold(h), 1, 1)?.id, present?.id)
  h.call('StopTransaction', { transactionId: 17, meterStop: 3900, timestamp: h.stamp() })
  assert.deepEqual([records(h)[0]?.energyWh, records(h)[0]?.irregularities], [2900, []])
  assert.equal(fold(h).open.length, 1)
})

test('SE11 1.6: a start written before the connection came up was made offline', () => {
  const h = new History('ocpp1.6')
  const before = h.stamp(3_600_000)
  h.link(STATION, 'up')
  h.call('StartTransaction', start(h, { connectorId: 1 }, before))
  h.call('StartTransaction', start(h, { connectorId: 2 }))
  h.call('StartTransaction', start(h, { connectorId: 3 }, '1970-01-01T00:00:00Z'))
  assert.deepEqual(
    records(h).map((record) => record.startedOffline),
    [true, false, false],
  )
  assert.equal(sessionSpan(fold(h).open[2]!).from, fold(h).open[2]!.seenAt, 'a lost clock does not hide a session')
})

test('SE10 delivery entries: dropped waits for the station to say it again, quarantined shows', () => {
  const h = new History('ocpp1.6')
  const first = h.call('StartTransaction', start(h))
  h.answer(first, accepted(1))
  const reading = h.call('MeterValues', meter(h, 1100, { transactionId: 1 }))
  const deliver = (state: 'dropped' | 'quarantined' | 'acknowledged', ref: number) =>
    h.put({ kind: 'delivery', at: h.at, station: h.station, backend: 'billing', ref, state, reason: null })
  deliver('dropped', reading)
  assert.equal(records(h)[0]?.delivery.billing, 'pending')
  h.answer(h.call('MeterValues', meter(h, 1100, { transactionId: 1 })), {})
  assert.equal(records(h)[0]?.delivery.billing, 'acknowledged')
  deliver('quarantined', h.call('StopTransaction', { transactionId: 1, meterStop: 1200, timestamp: h.stamp() }))
  assert.equal(records(h)[0]?.delivery.billing, 'quarantined')
})

test('SE10 more messages under way than are listed: pending until one after them is answered', () => {
  const h = new History('ocpp1.6')
  const first = h.call('StartTransaction', start(h))
  const readings = Array.from({ length: 200 }, (_, i) =>
    h.call('MeterValues', meter(h, 1000 + i, { transactionId: 1 })),
  )
  h.answer(first, accepted(1))
  for (const position of readings) {
    assert.equal(records(h)[0]?.delivery.billing, 'pending')
    h.answer(position, {})
  }
  assert.equal(records(h)[0]?.delivery.billing, 'acknowledged')
})

test('SE12 sessions in memory are bounded; the last ended one stays', () => {
  const h = new History('ocpp1.6')
  for (let i = 0; i < 300; i++) {
    h.call('StartTransaction', start(h, { connectorId: i + 1, meterStart: i }))
    h.call('StopTransaction', { transactionId: -5, meterStop: i, timestamp: h.stamp(), reason: 'x'.repeat(9999) })
  }
  for (let i = 0; i < 300; i++) h.call('StartTransaction', start(h, { connectorId: i + 1, meterStart: i, idTag: 'B' }))
  const { open, closed } = fold(h)
  assert.deepEqual([open.length, closed.length], [64, 32])
  h.at += 60 * 60_000
  h.call('MeterValues', meter(h, 1, {}))
  assert.equal(fold(h).closed.length, 1)
})

test('TL2 a record for other eyes has a pseudonym in place of the token', () => {
  const h = new History('ocpp1.6')
  h.call('StartTransaction', start(h))
  const [record] = records(h)
  assert.equal(withPseudonym(record!, (token) => `tok-${token.length}`).token, 'tok-5')
})
