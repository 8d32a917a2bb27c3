// The actors on real sockets, against each other and against npm's ocpp-rpc in strict mode, which shares no code with us.

import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import { createRPCError, RPCClient, RPCServer } from 'ocpp-rpc'
import { ac22kW, familyCar } from './actors/car.ts'
import { defaultStation } from './actors/station-state.ts'
import { demoIdentities, LOST_CARD, startDemoBackends, startDemoSite } from './site.ts'
import { neverPongs } from './station-behaviours/never-pongs.ts'
import { startVirtualBackend } from './virtual-backend.ts'
import { startVirtualStation, type VirtualStationOptions } from './virtual-station.ts'

const ends: (() => unknown)[] = []
after(async () => {
  for (const end of ends.reverse()) await end()
})

async function until(what: string, holds: () => boolean, withinMs = 8_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!holds()) {
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const token = { id: 'CARD-1', type: 'ISO14443' }
const quick: Partial<VirtualStationOptions> = {
  outlets: [ac22kW],
  speed: 600,
  sampleMs: 180_000,
  reconnect: { minMs: 100, maxMs: 500 },
}

const tenAmperes = {
  'ocpp1.6': {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: 1,
      transactionId: 77,
      stackLevel: 0,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] },
    },
  },
  'ocpp2.0.1': {
    evseId: 1,
    chargingProfile: {
      id: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] }],
    },
  },
}

for (const ocpp of ['ocpp1.6', 'ocpp2.0.1'] as const) {
  it(`a virtual station charges at a strict ocpp-rpc server with ${ocpp}`, async () => {
    const seen: { method: string; params: Record<string, unknown> }[] = []
    const faults: unknown[] = []
    let peer: { call: (method: string, params: object) => Promise<unknown> } | undefined
    const server = new RPCServer({ protocols: [ocpp], strictMode: true })
    server.auth((accept, reject, handshake) => {
      if (handshake.password?.toString() === 'secret of the hall') accept({})
      else reject(401, 'wrong')
    })
    server.on('client', (client) => {
      peer = client
      client.on('strictValidationFailure', (event: unknown) => faults.push(event))
      client.handle(({ method, params }: { method: string; params: Record<string, unknown> }) => {
        seen.push({ method, params })
        const currentTime = new Date().toISOString()
        if (method === 'BootNotification') return { status: 'Accepted', currentTime, interval: 300 }
        if (method === 'Authorize')
          return ocpp === 'ocpp1.6' ? { idTagInfo: { status: 'Accepted' } } : { idTokenInfo: { status: 'Accepted' } }
        if (method === 'StartTransaction') return { idTagInfo: { status: 'Accepted' }, transactionId: 77 }
        if (method === 'Heartbeat') return { currentTime }
        if (
          ['StatusNotification', 'MeterValues', 'StopTransaction', 'TransactionEvent', 'NotifyReport'].includes(method)
        )
          return {}
        throw createRPCError('NotImplemented', method)
      })
    })
    const http = await server.listen(0, '127.0.0.1')
    ends.push(() => server.close({ code: 1001, reason: 'done', force: true }))
    const { port } = http.address() as { port: number }
    const station = startVirtualStation({
      ...quick,
      ocpp,
      url: `ws://127.0.0.1:${port}/ocpp`,
      identity: 'HALL 1',
      password: 'secret of the hall',
    })
    ends.push(station.stop)
    const has = (method: string) => seen.some((each) => each.method === method)
    await until('the status', () => has('StatusNotification'))
    station.tell({ kind: 'plugIn', connector: 1, car: familyCar })
    station.tell({ kind: 'present', connector: 1, token })
    const started = ocpp === 'ocpp1.6' ? 'MeterValues' : 'TransactionEvent'
    await until('a reading', () => seen.filter((each) => each.method === started).length >= 3)
    const limits = await peer?.call('SetChargingProfile', tenAmperes[ocpp])
    assert.deepEqual(limits, { status: 'Accepted' })
    await until('the limit', () => (station.station.connectors[0]?.amps ?? 99) <= 10)
    station.tell({ kind: 'present', connector: 1, token })
    await until(
      'the stop',
      () => station.station.transactions.length === 0 && station.station.connectors[0]?.session === null,
    )
    station.tell({ kind: 'plugOut', connector: 1 })
    if (ocpp === 'ocpp1.6')
      assert.equal(seen.find((each) => each.method === 'StopTransaction')?.params.transactionId, 77)
    else assert.ok(seen.some((each) => each.params.eventType === 'Ended'))
    assert.deepEqual(faults, [])
  })

  it(`an ocpp-rpc client charges at a virtual backend with ${ocpp}`, async () => {
    const backend = await startVirtualBackend({
      listen: 'ws://127.0.0.1:0/deep/path',
      passwordOf: (identity) => (identity === 'RPC-1' ? 'rpc' : null),
      firstTransactionId: 4_000,
      script: [
        {
          on: 'booted',
          afterMs: 50,
          stations: null,
          command: { kind: 'trigger', message: 'StatusNotification', connector: 1 },
        },
      ],
    })
    ends.push(backend.stop)
    const asked: string[] = []
    const client = new RPCClient({
      endpoint: backend.url,
      identity: 'RPC-1',
      password: 'rpc',
      protocols: [ocpp],
      strictMode: true,
      // Its types ask for every option that has a default.
    } as ConstructorParameters<typeof RPCClient>[0])
    const call = async (method: string, params: object) =>
      (await client.call(method, params)) as Record<string, unknown>
    const faults: unknown[] = []
    client.on('strictValidationFailure', (event: unknown) => faults.push(event))
    client.handle(async ({ method = '' }) => {
      asked.push(method)
      return { status: 'Accepted' }
    })
    await client.connect()
    ends.push(() => client.close({ force: true }))
    const timestamp = new Date().toISOString()
    if (ocpp === 'ocpp1.6') {
      const boot = await call('BootNotification', { chargePointVendor: 'v', chargePointModel: 'm' })
      assert.equal(boot.status, 'Accepted')
      const start = await call('StartTransaction', { connectorId: 1, idTag: 'A', meterStart: 5, timestamp })
      assert.equal(start.transactionId, 4_000)
      await call('MeterValues', {
        connectorId: 1,
        transactionId: 4_000,
        meterValue: [{ timestamp, sampledValue: [{ value: '7' }] }],
      })
      await call('StopTransaction', { transactionId: 4_000, meterStop: 905, timestamp, idTag: 'A' })
    } else {
      const boot = await call('BootNotification', {
        reason: 'PowerUp',
        chargingStation: { vendorName: 'v', model: 'm' },
      })
      assert.equal(boot.status, 'Accepted')
      const event = (eventType: string, seqNo: number, value: number) => ({
        eventType,
        seqNo,
        timestamp,
        triggerReason: 'Authorized',
        transactionInfo: { transactionId: 'T-1' },
        evse: { id: 1 },
        idToken: { idToken: 'A', type: 'ISO14443' },
        meterValue: [{ timestamp, sampledValue: [{ value }] }],
      })
      await call('TransactionEvent', event('Started', 0, 5))
      const ended = await call('TransactionEvent', event('Ended', 1, 905))
      assert.deepEqual(ended, { idTokenInfo: { status: 'Accepted' } })
    }
    const [transaction] = [...backend.backend.transactions.values()]
    assert.equal((transaction?.meterStopWh ?? 0) - (transaction?.meterStartWh ?? 0), 900)
    await until('the command', () => asked.includes('TriggerMessage') && backend.backend.outcomes.length > 0)
    assert.deepEqual(faults, [])
    assert.deepEqual(backend.backend.breaches, [])
  })
}

it('a backend refuses who is unknown, who has the wrong password, and who speaks no version of its', async () => {
  const backend = await startVirtualBackend({
    listen: 'ws://127.0.0.1:0',
    ocpp: ['ocpp2.0.1'],
    passwordOf: (identity) => (identity === 'KNOWN' ? 'right' : null),
  })
  ends.push(backend.stop)
  const reasonOf = async (options: Pick<VirtualStationOptions, 'identity' | 'password' | 'ocpp'>) => {
    const notes: string[] = []
    const station = startVirtualStation({ ...options, url: backend.url, onNote: (text) => notes.push(text) })
    await until('a refusal', () => notes.length > 0)
    await station.stop()
    return notes[0] ?? ''
  }
  assert.match(await reasonOf({ identity: 'OTHER', ocpp: 'ocpp2.0.1' }), /404/)
  assert.match(await reasonOf({ identity: 'KNOWN', ocpp: 'ocpp2.0.1', password: 'wrong' }), /401/)
  assert.match(await reasonOf({ identity: 'KNOWN', ocpp: 'ocpp1.6', password: 'right' }), /subprotocol/)
})

it('a station comes back after its connections were cut, and tells what happened meanwhile', async () => {
  const backend = await startVirtualBackend({ listen: 'ws://127.0.0.1:0' })
  ends.push(backend.stop)
  const station = startVirtualStation({ ...quick, ocpp: 'ocpp2.1', streamMs: 100, url: backend.url, identity: 'S' })
  ends.push(station.stop)
  await until('boot', () => station.station.registration === 'accepted')
  await until('a stream', () => (backend.backend.counts.get('NotifyPeriodicEventStream') ?? 0) > 0)
  backend.cutAll()
  await until('the cut', () => station.station.link !== 'up')
  station.tell({ kind: 'plugIn', connector: 1, car: familyCar })
  station.tell({ kind: 'present', connector: 1, token })
  await until('the session', () => backend.backend.transactions.size === 1)
  const started = backend.backend.received.find((each) => each.action === 'TransactionEvent')
  assert.equal(started?.payload.offline, true)
})

it('a station that never pongs leaves pings unanswered', async () => {
  const { WebSocketServer } = await import('ws')
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  ends.push(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const pongs: string[] = []
  server.on('connection', (socket, request) => {
    socket.on('pong', () => pongs.push(request.url ?? ''))
    socket.ping()
  })
  const url = `ws://127.0.0.1:${(server.address() as { port: number }).port}`
  const silent = startVirtualStation({ ...defaultStation, url, identity: 'SILENT', behaviours: [neverPongs] })
  const polite = startVirtualStation({ url, identity: 'POLITE' })
  await until('a pong', () => pongs.length > 0)
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual(pongs, ['/POLITE'])
  await Promise.all([silent.stop(), polite.stop()])
})

it('the demo site charges within ten seconds and completes sessions within a minute', { timeout: 70_000 }, async () => {
  const { billing, next } = await startDemoBackends()
  ends.push(billing.stop, next.stop)
  const notes: string[] = []
  const site = startDemoSite({ stationsUrl: billing.url, onNote: (station, text) => notes.push(`${station}: ${text}`) })
  ends.push(site.stop)
  const started = Date.now()
  await until('the first car', () => billing.backend.transactions.size > 0, 10_000)
  await until('versions', () => new Set([...billing.backend.links.values()].map((link) => link.ocpp)).size === 3)
  assert.equal(billing.backend.links.size, demoIdentities().length)
  const finished = () => [...billing.backend.transactions.values()].filter((each) => each.endedAt !== null)
  await until('two sessions', () => finished().length >= 2, 55_000)
  assert.ok(Date.now() - started < 60_000)
  for (const session of finished())
    assert.ok((session.meterStopWh ?? 0) - session.meterStartWh > 300, JSON.stringify(session))
  assert.ok(!finished().some((session) => session.token === LOST_CARD))
  assert.deepEqual(billing.backend.breaches, [])
  assert.ok(
    billing.backend.outcomes.every((each) => each.outcome === 'answered'),
    JSON.stringify(billing.backend.outcomes),
  )
})
