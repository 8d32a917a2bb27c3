// Complete charging sessions through the real binary, between a station and a backend that are not our own code and
// check every message against the official schemas. Each message arrives once and unchanged, and afterwards everything the
// HTTP interface tells about it is the same story.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Broker, type Item, openBroker } from './broker-rig.ts'
import { openRpcBackend, openRpcStation, type RpcEnd, type Version } from './rpc-rig.ts'
import { until } from './wire-rig.ts'

interface Connector {
  readonly evse: number
  readonly connector: number
  readonly status: string
  readonly energyWh: number | null
  readonly session: string | null
}
interface StationDocument {
  readonly connected: boolean
  readonly ocpp: string
  readonly vendor: string
  readonly model: string
  readonly serial: string
  readonly firmware: string
  readonly connectors: readonly Connector[]
  readonly backends: readonly { readonly name: string; readonly link: string; readonly pending: number }[]
}
interface SessionDocument {
  readonly id: string
  readonly station: string
  readonly connector: number | null
  readonly evse: number | null
  readonly token: string | null
  readonly startedAt: string | null
  readonly stoppedAt: string | null
  readonly meterStartWh: number | null
  readonly meterStopWh: number | null
  readonly energyWh: number | null
  readonly reason: string | null
  readonly startedOffline: boolean
  readonly transactionIds: Readonly<Record<string, string>>
  readonly delivery: Readonly<Record<string, string>>
}

// A little ahead of the clock: a start told after its connection came up is one of an outage, and a test may be slow.
const now = Date.now() + 30_000
const started = new Date(now - 3_000).toISOString()
const metered = new Date(now - 2_000).toISOString()
const stopped = new Date(now - 1_000).toISOString()
const accepted = { status: 'Accepted' }

const profile16 = {
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.1 }] },
}

async function charge16(station: RpcEnd, backend: () => RpcEnd): Promise<void> {
  const boot = { chargePointVendor: 'Acme', chargePointModel: 'Wall-16', chargePointSerialNumber: 'S-16' }
  await station.call('BootNotification', { ...boot, firmwareVersion: '1.2.3' })
  await station.call('StatusNotification', { connectorId: 0, errorCode: 'NoError', status: 'Available' })
  await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' })
  assert.deepEqual(await station.call('Authorize', { idTag: 'TAG-1' }), { idTagInfo: accepted })
  await backend().call('RemoteStartTransaction', { connectorId: 1, idTag: 'TAG-1' })
  const start = { connectorId: 1, idTag: 'TAG-1', meterStart: 1000, timestamp: started }
  const answer = await station.call('StartTransaction', start)
  assert.deepEqual(answer, { transactionId: 4711, idTagInfo: accepted })
  await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' })
  await backend().call('GetConfiguration', { key: ['HeartbeatInterval'] })
  await backend().call('SetChargingProfile', { connectorId: 1, csChargingProfiles: profile16 })
  await station.call('MeterValues', {
    connectorId: 1,
    transactionId: 4711,
    meterValue: [
      {
        timestamp: metered,
        sampledValue: [
          { value: '2500.5', measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
          { value: '7180', measurand: 'Power.Active.Import', unit: 'W' },
        ],
      },
    ],
  })
}

async function end16(station: RpcEnd): Promise<void> {
  const stop = { transactionId: 4711, idTag: 'TAG-1', meterStop: 4600, timestamp: stopped, reason: 'EVDisconnected' }
  await station.call('StopTransaction', stop)
  await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' })
  await station.call('Heartbeat', {})
}

const stationHandlers16 = {
  RemoteStartTransaction: () => accepted,
  GetConfiguration: () => ({
    configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }],
    unknownKey: [],
  }),
  SetChargingProfile: () => accepted,
  TriggerMessage: () => accepted,
}

const backendHandlers16 = {
  BootNotification: () => ({ currentTime: started, interval: 300, status: 'Accepted' }),
  StatusNotification: () => ({}),
  Authorize: () => ({ idTagInfo: accepted }),
  StartTransaction: () => ({ transactionId: 4711, idTagInfo: accepted }),
  MeterValues: () => ({}),
  StopTransaction: () => ({ idTagInfo: accepted }),
  Heartbeat: () => ({ currentTime: stopped }),
}

const profile2 = (unit: 'A' | 'W', limit: number) => ({
  id: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [
    {
      id: 1,
      startSchedule: started,
      chargingRateUnit: unit,
      chargingSchedulePeriod: [{ startPeriod: 0, limit }],
    },
  ],
})

const token2 = { idToken: 'TAG-2', type: 'Central' }
const meter2 = (value: number, context: string) => ({
  timestamp: metered,
  sampledValue: [
    { value, measurand: 'Energy.Active.Import.Register', context, unitOfMeasure: { unit: 'Wh' } },
    { value: 11_040.25, measurand: 'Power.Active.Import', unitOfMeasure: { unit: 'W' } },
  ],
})
const event2 = (eventType: string, seqNo: number, timestamp: string, triggerReason: string, more: object = {}) => ({
  eventType,
  seqNo,
  timestamp,
  triggerReason,
  transactionInfo: { transactionId: 'tx-77', chargingState: eventType === 'Ended' ? 'EVConnected' : 'Charging' },
  ...more,
})

async function charge2(station: RpcEnd, backend: () => RpcEnd): Promise<void> {
  const chargingStation = { vendorName: 'Acme', model: 'Wall-2', serialNumber: 'S-2', firmwareVersion: '1.2.3' }
  await station.call('BootNotification', { reason: 'PowerUp', chargingStation })
  const status = { timestamp: started, evseId: 1, connectorId: 1 }
  await station.call('StatusNotification', { ...status, connectorStatus: 'Available' })
  await station.call('Authorize', { idToken: token2 })
  await backend().call('RequestStartTransaction', { idToken: token2, remoteStartId: 9, evseId: 1 })
  await station.call('StatusNotification', { ...status, connectorStatus: 'Occupied' })
  await station.call(
    'TransactionEvent',
    event2('Started', 0, started, 'RemoteStart', {
      idToken: token2,
      evse: { id: 1, connectorId: 1 },
      meterValue: [meter2(1000, 'Transaction.Begin')],
    }),
  )
  await backend().call('GetVariables', {
    getVariableData: [{ component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } }],
  })
  await backend().call('SetChargingProfile', { evseId: 1, chargingProfile: profile2('A', 16.1) })
  await station.call(
    'TransactionEvent',
    event2('Updated', 1, metered, 'MeterValuePeriodic', { meterValue: [meter2(2500.5, 'Sample.Periodic')] }),
  )
}

async function end2(station: RpcEnd): Promise<void> {
  const ended = event2('Ended', 2, stopped, 'EVDeparted', { meterValue: [meter2(4600, 'Transaction.End')] })
  const transactionInfo = { ...ended.transactionInfo, stoppedReason: 'EVDisconnected' }
  await station.call('TransactionEvent', { ...ended, transactionInfo })
  const status = { timestamp: stopped, evseId: 1, connectorId: 1 }
  await station.call('StatusNotification', { ...status, connectorStatus: 'Available' })
  await station.call('Heartbeat', {})
}

const stationHandlers2 = {
  RequestStartTransaction: () => accepted,
  GetVariables: () => ({
    getVariableResult: [
      {
        attributeStatus: 'Accepted',
        attributeValue: '300',
        component: { name: 'OCPPCommCtrlr' },
        variable: { name: 'HeartbeatInterval' },
      },
    ],
  }),
  SetChargingProfile: () => accepted,
  TriggerMessage: () => accepted,
}

const backendHandlers2 = {
  BootNotification: () => ({ currentTime: started, interval: 300, status: 'Accepted' }),
  StatusNotification: () => ({}),
  Authorize: () => ({ idTokenInfo: accepted }),
  TransactionEvent: () => ({ idTokenInfo: accepted }),
  Heartbeat: () => ({ currentTime: stopped }),
}

interface Story {
  readonly version: Version
  readonly charge: (station: RpcEnd, backend: () => RpcEnd) => Promise<void>
  readonly end: (station: RpcEnd) => Promise<void>
  readonly stationHandlers: Readonly<Record<string, () => unknown>>
  readonly backendHandlers: Readonly<Record<string, () => unknown>>
  readonly charging: string
  readonly model: string
  readonly serial: string
  readonly token: string
  readonly transactionIds: Readonly<Record<string, string>>
}

const stories: readonly Story[] = [
  {
    version: 'ocpp1.6',
    charge: charge16,
    end: end16,
    stationHandlers: stationHandlers16,
    backendHandlers: backendHandlers16,
    charging: 'Charging',
    model: 'Wall-16',
    serial: 'S-16',
    token: 'TAG-1',
    transactionIds: { station: '4711', billing: '4711' },
  },
  ...(['ocpp2.0.1', 'ocpp2.1'] as const).map((version) => ({
    version,
    charge: charge2,
    end: end2,
    stationHandlers: stationHandlers2,
    backendHandlers: backendHandlers2,
    charging: 'Occupied',
    model: 'Wall-2',
    serial: 'S-2',
    token: 'TAG-2',
    transactionIds: { station: 'tx-77', billing: 'tx-77' },
  })),
]

for (const story of stories) {
  test(`RL1 RL3 RL6 a complete ${story.version} session arrives unchanged and is told alike everywhere`, async () => {
    await using backend = await openRpcBackend([story.version], story.backendHandlers)
    await using world = await openBroker({ billing: { url: backend.url } })
    const { broker } = world
    await using station = await openRpcStation(broker.station, 'SITE 7|A', [story.version], story.stationHandlers)
    assert.equal(station.version, story.version)
    const link = () => backend.links[0]!
    await story.charge(station, link)

    const path = `/api/v1/stations/${encodeURIComponent('SITE 7|A')}`
    await until(async () => {
      const { connectors } = await broker.get<StationDocument>(path)
      // Shown in whole watt-hours.
      return connectors.some((each) => each.connector === 1 && each.energyWh === 2501)
    }, 'the meter value in the twin')
    const during = await broker.get<StationDocument>(path)
    const connector = during.connectors.find((each) => each.connector === 1)
    assert.equal(connector?.status, story.charging)
    const [open] = (await broker.get<{ items: SessionDocument[] }>('/api/v1/sessions?open=true')).items
    assert.equal(connector?.session, open?.id)

    await broker.awaitConnected('SITE 7|A')
    const command = { action: 'TriggerMessage', payload: { requestedMessage: 'Heartbeat' } }
    const asked = await broker.send('POST', `${path}/commands`, command)
    assert.equal(asked.status, 200)
    assert.deepEqual(
      (asked.body as { outcome: string; response: unknown }).outcome,
      'answered',
      JSON.stringify(asked.body),
    )
    assert.deepEqual((asked.body as { response: unknown }).response, accepted)
    await story.end(station)

    assert.deepEqual(station.transcript.complaints, [])
    assert.deepEqual(link().transcript.complaints, [])
    assertEachArrivedOnce(station, link())

    const total = station.transcript.sent.length + station.transcript.got.length
    const items = await broker.awaitTimeline(
      'SITE 7|A',
      (all) => all.filter((each) => each.kind === 'frame').length >= total,
      'all frames',
    )
    assertTimeline(items, station)
    await assertStory(broker, path, story, items)
  })
}

/** Between the two peers nothing is lost, added, repeated or changed; only the API's command is a matter of one side. */
function assertEachArrivedOnce(station: RpcEnd, backend: RpcEnd): void {
  const isOfApi = (text: string) => /TriggerMessage/.test(text)
  const apiId = (JSON.parse(station.transcript.got.find(isOfApi) ?? '[]') as unknown[])[1]
  const withoutApi = (texts: readonly string[]) =>
    texts.filter((text) => (JSON.parse(text) as unknown[])[1] !== apiId).sort()
  assert.deepEqual(withoutApi(station.transcript.sent), withoutApi(backend.transcript.got))
  assert.deepEqual(withoutApi(backend.transcript.sent), withoutApi(station.transcript.got))
  const calls = (texts: readonly string[]) => texts.filter((text) => text.startsWith('[2,'))
  assert.deepEqual(calls(station.transcript.sent), calls(backend.transcript.got), 'calls keep their order')
}

/** Every text is there once, with whose it was, what it answered and how long that took. */
function assertTimeline(items: readonly Item[], station: RpcEnd): void {
  const frames = items.filter((each) => each.kind === 'frame')
  const texts = [...station.transcript.sent, ...station.transcript.got].sort()
  assert.deepEqual(frames.map((each) => each.raw ?? '').sort(), texts)
  const byPosition = new Map(frames.map((each) => [each.position, each]))
  for (const frame of frames) {
    const isSent = station.transcript.sent.includes(frame.raw ?? '')
    assert.equal(isSent, frame.from === 'station', frame.text)
    if (isSent) assert.ok(frame.to === 'billing' || frame.to === 'busbar', frame.text)
    else assert.equal(frame.to, 'station')
    assert.equal(
      frame.findings,
      undefined,
      `a strict peer's message has no findings: ${JSON.stringify(frame.findings)}`,
    )
    if (frame.type === 'call') continue
    const call = byPosition.get(frame.ref ?? -1)
    assert.equal(call?.type, 'call')
    assert.equal(call?.messageId, frame.messageId)
    assert.equal(call?.action, frame.action)
    assert.equal(call?.from, frame.to)
    const apart = Date.parse(frame.at) - Date.parse(call?.at ?? '')
    assert.ok(Math.abs((frame.latencyMs ?? Number.NaN) - apart) <= 3, `latency ${frame.latencyMs}, apart ${apart}`)
  }
  assert.deepEqual(
    items.map((each) => each.position),
    items.map((each) => each.position).sort((a, b) => a - b),
  )
  assert.deepEqual(
    items.filter((each) => each.kind === 'fault' || each.kind === 'delivery'),
    [],
  )
  const links = items.filter((each) => each.kind === 'link').map((each) => `${each.peer} ${each.state}`)
  assert.deepEqual(links, ['station up', 'billing up'])
}

async function assertStory(broker: Broker, path: string, story: Story, items: readonly Item[]): Promise<void> {
  const station = await broker.get<StationDocument>(path)
  const { connected, ocpp, vendor, model, serial, firmware, backends } = station
  assert.deepEqual(
    { connected, ocpp, vendor, model, serial, firmware },
    {
      connected: true,
      ocpp: story.version,
      vendor: 'Acme',
      model: story.model,
      serial: story.serial,
      firmware: '1.2.3',
    },
  )
  const connector = station.connectors.find((each) => each.connector === 1)
  assert.deepEqual([connector?.status, connector?.session], ['Available', null])
  assert.deepEqual(
    backends.map(({ name, link, pending }) => ({ name, link, pending })),
    [{ name: 'billing', link: 'up', pending: 0 }],
  )

  const sessions = (await broker.get<{ items: SessionDocument[] }>('/api/v1/sessions')).items
  assert.equal(sessions.length, 1)
  const session = sessions[0]!
  assert.equal(session.station, 'SITE 7|A')
  assert.deepEqual([session.startedAt, session.stoppedAt], [started, stopped])
  assert.deepEqual([session.meterStartWh, session.meterStopWh, session.energyWh], [1000, 4600, 3600])
  assert.deepEqual([session.token, session.reason, session.startedOffline], [story.token, 'EVDisconnected', false])
  assert.deepEqual(session.transactionIds, story.transactionIds)
  assert.deepEqual(session.delivery, { billing: 'acknowledged' })
  const ofSession = items.filter((each) => each.session === session.id)
  assert.ok(ofSession.length >= 4, `entries of the session: ${ofSession.length}`)

  const calls = items.filter((each) => each.type === 'call' && each.from === 'station').length
  const [backend] = (
    await broker.get<{
      items: { name: string; links: object; pending: number; acknowledged: number; latencyMs: number }[]
    }>('/api/v1/backends')
  ).items
  assert.deepEqual(backend?.links, { up: 1, down: 0 })
  assert.deepEqual([backend?.name, backend?.pending, backend?.acknowledged], ['billing', 0, calls])
  assert.ok((backend?.latencyMs ?? -1) >= 0)

  assert.equal(await broker.metric('busbar_stations_connected'), 1)
  assert.equal(await broker.metric('busbar_store_writable'), 1)
  const frames = items.filter((each) => each.kind === 'frame')
  const atStation = await broker.metric('busbar_ocpp_messages_total', { leg: 'station' })
  assert.equal(atStation, frames.length)
  const timed = await broker.metric('busbar_call_seconds_count')
  assert.equal(timed, frames.filter((each) => each.type === 'result').length)
  assert.equal(await broker.metric('busbar_outbox_pending', { backend: 'billing' }), 0)
}
