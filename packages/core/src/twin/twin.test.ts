import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Subprotocol, subprotocols } from '@busbar/ocpp/versions.ts'
import { STATION } from '../journal/entry.ts'
import { linksLeftOpen } from './connection.ts'
import { History } from './history-rig.ts'
import { foldStation, newTwin, type StationTwin } from './twin.ts'
import { twinReaders } from './versions.ts'

function fold(history: History): StationTwin {
  const twin = newTwin(history.station)
  for (const placed of history.entries) foldStation(twin, placed)
  return twin
}

test('TW3 every version Busbar speaks has a reader', () => {
  assert.deepEqual([...twinReaders.keys()].sort(), [...subprotocols].sort())
})

test('TW3 1.6: BootNotification names the station, and its answer the registration', () => {
  const h = new History('ocpp1.6')
  const payload = {
    chargePointVendor: 'Acme',
    chargePointModel: 'One',
    chargeBoxSerialNumber: 'BOX-1',
    firmwareVersion: '1.2.3',
  }
  h.answer(h.call('BootNotification', payload), { status: 'Accepted', currentTime: h.stamp(), interval: 300 })
  const { vendor, model, serial, firmware, boot } = fold(h)
  assert.deepEqual([vendor, model, serial, firmware], ['Acme', 'One', 'BOX-1', '1.2.3'])
  assert.equal(boot?.registration, 'Accepted')
  assert.deepEqual(JSON.parse(boot.payload ?? ''), payload)
})

for (const ocpp of ['ocpp2.0.1', 'ocpp2.1'] as const satisfies readonly Subprotocol[]) {
  test(`TW3 ${ocpp}: BootNotification names the station`, () => {
    const h = new History(ocpp)
    const chargingStation = { vendorName: 'Acme', model: 'Two', serialNumber: 'S-2', firmwareVersion: '2.0' }
    h.call('BootNotification', { reason: 'PowerUp', chargingStation })
    h.call('FirmwareStatusNotification', { status: 'Installing', requestId: 4 })
    h.call('SecurityEventNotification', { type: 'SettingSystemTime', timestamp: h.stamp() })
    const twin = fold(h)
    assert.deepEqual([twin.vendor, twin.model, twin.serial, twin.firmware], ['Acme', 'Two', 'S-2', '2.0'])
    assert.equal(twin.firmwareStatus?.status, 'Installing')
    assert.equal(twin.securityEvent?.type, 'SettingSystemTime')
  })

  test(`TW7 ${ocpp}: status comes as StatusNotification or as NotifyEvent, errors as the variable Problem`, () => {
    const h = new History(ocpp)
    h.call('StatusNotification', { timestamp: h.stamp(), connectorStatus: 'Available', evseId: 1, connectorId: 1 })
    const event = (component: unknown, name: string, actualValue: string, more = {}) => ({
      eventId: 1,
      timestamp: h.stamp(),
      trigger: 'Delta',
      actualValue,
      eventNotificationType: 'HardWiredNotification',
      component,
      variable: { name },
      ...more,
    })
    const connector = { name: 'Connector', evse: { id: 1, connectorId: 1 } }
    h.call('NotifyEvent', {
      generatedAt: h.stamp(),
      seqNo: 0,
      eventData: [
        event(connector, 'AvailabilityState', 'Occupied'),
        event(connector, 'Problem', 'true', { techCode: 'GroundFailure' }),
        event({ name: 'ChargingStation' }, 'AvailabilityState', 'Available'),
        event({ name: 'TemperatureSensor' }, 'Problem', 'true'),
      ],
    })
    const twin = fold(h)
    assert.equal(twin.connectors.length, 1)
    assert.equal(twin.connectors[0]?.status, 'Occupied')
    assert.equal(twin.connectors[0]?.errorCode, 'GroundFailure')
    assert.equal(twin.whole?.status, 'Available')
    h.call('NotifyEvent', {
      generatedAt: h.stamp(),
      seqNo: 1,
      eventData: [event(connector, 'Problem', 'false', { cleared: true })],
    })
    assert.equal(fold(h).connectors[0]?.errorCode, 'NoError')
  })

  test(`TW8 ${ocpp}: readings in TransactionEvents reach the connector that the first event named`, () => {
    const h = new History(ocpp)
    const info = { transactionId: 'tx-1', chargingState: 'Charging' }
    h.call('TransactionEvent', {
      eventType: 'Started',
      timestamp: h.stamp(),
      triggerReason: 'CablePluggedIn',
      seqNo: 0,
      transactionInfo: info,
      evse: { id: 2, connectorId: 1 },
    })
    const meterValue = [
      {
        timestamp: h.stamp(),
        sampledValue: [{ value: 11.04, measurand: 'Power.Active.Import', unitOfMeasure: { unit: 'kW' } }],
      },
    ]
    h.call('TransactionEvent', {
      eventType: 'Updated',
      timestamp: h.stamp(),
      triggerReason: 'MeterValuePeriodic',
      seqNo: 1,
      transactionInfo: info,
      meterValue,
    })
    const [connector] = fold(h).connectors
    assert.deepEqual(
      [connector?.evse, connector?.connector, connector?.powerW, connector?.chargingState],
      [2, 1, 11_040, 'Charging'],
    )
    h.call('TransactionEvent', {
      eventType: 'Ended',
      timestamp: h.stamp(),
      triggerReason: 'EVDeparted',
      seqNo: 2,
      transactionInfo: { transactionId: 'tx-1' },
    })
    const [ended] = fold(h).connectors
    assert.deepEqual([ended?.powerW, ended?.chargingState, ended?.transaction], [0, null, null])
  })

  test(`TW9 ${ocpp}: what was queued offline does not change how it stands`, () => {
    const h = new History(ocpp)
    const event = (value: number, offline: boolean) => ({
      eventType: 'Updated',
      timestamp: h.stamp(),
      triggerReason: 'MeterValuePeriodic',
      seqNo: 1,
      offline,
      transactionInfo: { transactionId: 'tx-1' },
      evse: { id: 1 },
      meterValue: [{ timestamp: h.stamp(), sampledValue: [{ value, measurand: 'Power.Active.Import' }] }],
    })
    h.call('TransactionEvent', event(7000, false))
    h.call('TransactionEvent', event(3000, true))
    assert.equal(fold(h).connectors[0]?.powerW, 7000)
  })
}

test('TW6 1.6: connectors by connectorId, 0 is the station, since changes with the status only', () => {
  const h = new History('ocpp1.6')
  const first = h.at
  h.call('StatusNotification', { connectorId: 0, errorCode: 'NoError', status: 'Available' })
  h.call('StatusNotification', { connectorId: 2, errorCode: 'NoError', status: 'Preparing', timestamp: h.stamp() })
  h.call('StatusNotification', {
    connectorId: 2,
    errorCode: 'OverCurrentFailure',
    status: 'Preparing',
    timestamp: h.stamp(),
  })
  h.call('StatusNotification', {
    connectorId: 2,
    errorCode: 'NoError',
    status: 'Charging',
    timestamp: '1970-01-01T00:00:10Z',
  })
  const twin = fold(h)
  assert.equal(twin.whole?.status, 'Available')
  assert.equal(twin.whole?.since, first)
  assert.equal(twin.connectors.length, 1)
  const [connector] = twin.connectors
  assert.deepEqual(
    [connector?.evse, connector?.connector, connector?.status, connector?.errorCode],
    [2, 2, 'Charging', 'NoError'],
  )
  assert.equal(connector?.since, first + 3000, 'a time in 1970 is not shown as the time of the change')
})

test('TW9 1.6: a reading older than the one shown changes nothing, until the clock was plainly set back', () => {
  const h = new History('ocpp1.6')
  const meter = (value: string, behindMs: number) => ({
    connectorId: 1,
    meterValue: [{ timestamp: h.stamp(behindMs), sampledValue: [{ value, measurand: 'Power.Active.Import' }] }],
  })
  h.call('MeterValues', meter('7000', 0))
  h.call('MeterValues', meter('1000', 600_000))
  assert.equal(fold(h).connectors[0]?.powerW, 7000)
  for (let i = 0; i < 20; i++) h.call('MeterValues', meter('2000', 86_400_000))
  assert.equal(fold(h).connectors[0]?.powerW, 2000)
})

test('TW6 2.x: a status does not take a connector its transaction', () => {
  const h = new History('ocpp2.0.1')
  const transactionInfo = { transactionId: 'tx-1' }
  h.call('TransactionEvent', {
    eventType: 'Started',
    timestamp: h.stamp(),
    seqNo: 0,
    transactionInfo,
    evse: { id: 1, connectorId: 1 },
  })
  h.call('StatusNotification', { timestamp: h.stamp(), connectorStatus: 'Available', evseId: 1, connectorId: 1 })
  const meterValue = [{ timestamp: h.stamp(), sampledValue: [{ value: 5000, measurand: 'Power.Active.Import' }] }]
  h.call('TransactionEvent', { eventType: 'Updated', timestamp: h.stamp(), seqNo: 1, transactionInfo, meterValue })
  assert.equal(fold(h).connectors[0]?.powerW, 5000)
})

test('TW6 nothing flows at a connector that is available', () => {
  const h = new History('ocpp1.6')
  h.call('MeterValues', {
    connectorId: 1,
    meterValue: [
      { timestamp: h.stamp(), sampledValue: [{ value: '7000', measurand: 'Power.Active.Import' }, { value: '900' }] },
    ],
  })
  h.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' })
  const [connector] = fold(h).connectors
  assert.deepEqual([connector?.powerW, connector?.energyWh], [0, 900])
})

test('TW4 connected from up to down; the late end of a replaced connection takes nothing away', () => {
  const h = new History('ocpp1.6')
  h.link(STATION, 'up', { remote: '10.0.0.1:4000' })
  const since = h.at
  h.link(STATION, 'up', { remote: '10.0.0.1:4001' })
  h.link(STATION, 'down', { remote: '10.0.0.1:4000', code: 1006 })
  const twin = fold(h)
  assert.deepEqual([twin.connected, twin.since, twin.remote, twin.profile], [true, since, '10.0.0.1:4001', 1])
  h.link(STATION, 'down', { code: 1006 })
  assert.equal(fold(h).connected, false)
  h.call('Heartbeat', {})
  assert.equal(fold(h).connected, true, 'a frame proves a connection')
})

test('TW5 links of backends, the version agreed on, versions refused', () => {
  const h = new History('ocpp2.0.1')
  h.link('billing', 'up')
  h.link('billing', 'down', { code: 1006 })
  h.link('next', 'refused', { code: 403 })
  const [billing, next] = fold(h).backends
  assert.deepEqual([billing?.name, billing?.link, billing?.ocpp, billing?.code], ['billing', 'down', 'ocpp2.0.1', 1006])
  assert.deepEqual([next?.link, next?.ocpp, next?.refused], ['refused', null, []])
  h.put({
    kind: 'fault',
    at: h.at,
    station: h.station,
    code: 'BB-LINK-001',
    text: 'billing refused',
    detail: { backend: 'billing', cause: 'version', status: 101, ocpp: 'ocpp2.0.1' },
    ref: null,
  })
  assert.deepEqual([fold(h).backends[0]?.ocpp, fold(h).backends[0]?.refused], [null, ['ocpp2.0.1']])
  h.link('billing', 'up')
  assert.deepEqual([fold(h).backends[0]?.ocpp, fold(h).backends[0]?.refused], ['ocpp2.0.1', []])
})

test('TW5 answers of a backend are counted once, answers under another id and of stations not at all', () => {
  const h = new History('ocpp1.6')
  const beat = h.call('Heartbeat', {})
  const answer = h.answer(beat, { currentTime: h.stamp() })
  h.frame({ type: 'result', action: 'Heartbeat', body: {}, from: 'billing', to: STATION, ref: answer, latencyMs: null })
  h.frame({ action: 'Heartbeat', body: {}, ref: beat })
  const command = h.frame({ action: 'Reset', body: { type: 'Soft' }, from: 'billing', to: STATION })
  h.frame({ type: 'result', action: 'Reset', body: { status: 'Accepted' }, to: 'billing', ref: command, latencyMs: 5 })
  const twin = fold(h)
  assert.equal(twin.backends[0]?.acknowledged, 1)
  assert.deepEqual([twin.framesFrom, twin.framesTo], [2, 3])
})

test('TW10 the skew is that of the least delayed time; a clock set right shows within a window', () => {
  const h = new History('ocpp1.6')
  const status = (behindMs: number) =>
    h.call('StatusNotification', {
      connectorId: 1,
      errorCode: 'NoError',
      status: 'Available',
      timestamp: h.stamp(behindMs),
    })
  status(3_600_000)
  status(2500)
  assert.equal(fold(h).skewMs, -2500)
  for (let i = 0; i < 16; i++)
    h.call('StatusNotification', {
      connectorId: 1,
      errorCode: 'NoError',
      status: 'Available',
      timestamp: '1970-01-01T00:10:00Z',
    })
  assert.ok((fold(h).skewMs ?? 0) < -50 * 365 * 86_400_000)
})

test('TW12 links left open by a killed process are named once, and ended ones not', () => {
  const h = new History('ocpp1.6')
  h.link(STATION, 'up')
  h.link('billing', 'up')
  h.link('next', 'down')
  const twin = fold(h)
  const left = linksLeftOpen(twin, h.at)
  assert.deepEqual(
    left.map((entry) => [entry.peer, entry.state]),
    [
      ['billing', 'down'],
      [STATION, 'down'],
    ],
  )
  for (const entry of left) h.put(entry)
  assert.deepEqual(linksLeftOpen(fold(h), h.at), [])
})

test('TW1 an entry that is folded in already changes nothing', () => {
  const h = new History('ocpp1.6')
  h.call('Heartbeat', {})
  const twin = fold(h)
  const before = JSON.stringify(twin)
  for (const placed of h.entries) foldStation(twin, placed)
  assert.equal(JSON.stringify(twin), before)
})

test('TW2 a station that invents connectors, backends and long names stays bounded', () => {
  const h = new History('ocpp1.6')
  for (let i = 0; i < 1000; i++) {
    h.call('StatusNotification', { connectorId: i, errorCode: 'x'.repeat(10_000), status: `${i}${'y'.repeat(10_000)}` })
    h.link(`backend-${i}`, 'up')
  }
  h.call('BootNotification', { chargePointVendor: 'v'.repeat(100_000) })
  const twin = fold(h)
  assert.equal(twin.connectors.length, 128)
  assert.equal(twin.backends.length, 16)
  assert.equal(twin.boot?.payload, null)
  assert.ok(JSON.stringify(twin).length < 64_000)
})

test('TW2 a payload nested too deep to be written is still folded', () => {
  const h = new History('ocpp1.6')
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  h.frame({
    action: 'BootNotification',
    body: null,
    raw: `[2,"1","BootNotification",{"chargePointVendor":"Acme","x":${deep}}]`,
  })
  const twin = fold(h)
  assert.deepEqual([twin.vendor, twin.boot?.payload], ['Acme', null])
})
