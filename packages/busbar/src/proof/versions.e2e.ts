// Which OCPP version each leg gets (trap T15): whatever the station offers, against whatever the backend accepts, known
// from the configuration, from the store, or not at all. Through the real binary, with a restart in between.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Broker, baseConfig, type Home, openHome } from './broker-rig.ts'
import { type Knock, knock, openWireBackend, pause, stationIn, takeOne, until, type WireBackend } from './wire-rig.ts'

const offers: readonly (readonly string[])[] = [
  ['ocpp1.6'],
  ['ocpp2.0.1'],
  ['ocpp2.1'],
  ['ocpp2.0.1', 'ocpp1.6'],
  ['ocpp1.6', 'ocpp2.0.1'],
  ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'],
  ['ocpp2.0', 'ocpp1.6'],
  ['ocpp2.0'],
]
const spoken: readonly (readonly string[])[] = [
  ['ocpp1.6'],
  ['ocpp2.0.1'],
  ['ocpp2.1'],
  ['ocpp1.6', 'ocpp2.0.1'],
  ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'],
  [],
]

const nameOf = (versions: readonly string[]) => versions.join('+').replaceAll('ocpp', '') || 'none'
const stationOf = (knowledge: string, offer: readonly string[], speaks: number) =>
  `${knowledge}-${speaks}-${nameOf(offer)}`

describe('every offer against every backend', () => {
  const backends: WireBackend[] = []
  let home: Home
  let broker: Broker

  before(async () => {
    for (const versions of spoken) {
      const backend = await openWireBackend()
      backend.manner = takeOne(...versions)
      backends.push(backend)
    }
    home = openHome((folder) => {
      const named: Record<string, unknown> = {}
      const routes: unknown[] = []
      for (const [at, versions] of spoken.entries()) {
        named[`asked${at}`] = { url: backends[at]!.url }
        routes.push({ stations: `asked-${at}-*`, primary: `asked${at}` })
        if (versions.length === 0) continue
        named[`listed${at}`] = { url: backends[at]!.url, ocpp: versions }
        routes.push({ stations: `listed-${at}-*`, primary: `listed${at}` })
      }
      return { ...baseConfig(folder, named), routes }
    })
    broker = await home.start()
  })

  after(async () => {
    await home?.[Symbol.asyncDispose]()
    for (const backend of backends) await backend[Symbol.asyncDispose]()
  })

  async function walk(knowledge: 'listed' | 'asked'): Promise<void> {
    for (const [at, versions] of spoken.entries()) {
      if (knowledge === 'listed' && versions.length === 0) continue
      for (const offer of offers) {
        const id = stationOf(knowledge, offer, at)
        const requestsBefore = backends[at]!.requests.length
        const outcome = await knock(broker.station, id, { offers: offer })
        // The station's order decides among what both speak.
        const common = offer.find((version) => versions.includes(version)) ?? null
        await assertOutcome(id, outcome, common, requestsBefore, backends[at]!)
      }
    }
  }

  async function assertOutcome(
    id: string,
    outcome: Knock,
    common: string | null,
    requestsBefore: number,
    backend: WireBackend,
  ): Promise<void> {
    if (common === null) {
      // `ws` reports a handshake that was completed without a version as an error of its own.
      assert.deepEqual(outcome, { kind: 'error', message: 'Server sent no subprotocol' }, id)
      await broker.awaitTimeline(id, (all) => all.some((item) => item.code === 'BB-LINK-025'), `the refusal of ${id}`)
      return
    }
    assert.equal(outcome.kind, 'in', id)
    if (outcome.kind !== 'in') return
    assert.equal(outcome.version, common, id)
    const request = await until(() => backend.requests.length > requestsBefore, `the dial for ${id}`).then(
      () => backend.requests[requestsBefore],
    )
    assert.ok((request?.url ?? '').endsWith(`/${encodeURIComponent(id)}`))
    outcome.line.send('[2,"1","Heartbeat",{}]')
    const link = () => backend.links.at(-1)
    await until(() => link()?.got.length === 1, `the frame of ${id}`)
    assert.equal(link()?.ws.protocol, common, `both legs of ${id} speak the same`)
    assert.equal(backend.requests.length, requestsBefore + 1, `one dial for ${id}`)
    outcome.line.ws.close()
    await link()?.closed
    const ups = (
      await broker.awaitTimeline(id, (all) => all.filter((item) => item.state === 'down').length >= 2, 'the ends')
    ).filter((item) => item.state === 'up')
    assert.deepEqual(new Set(ups.map((item) => item.ocpp)), new Set([common]), 'the version is on record for both legs')
  }

  test('LK13 LK14 T15 known from the configuration', () => walk('listed'))
  test('LK13 LK14 T15 not known: the backend is asked', () => walk('asked'))
  test('LK13 LK14 T15 known from the store, after a restart', async () => {
    await broker.stop()
    broker = await home.start()
    await walk('asked')
  })
})

test('LK14 T15 a station that offers nothing gets the version its account assumes, unannounced, and 400 without one', async () => {
  await using backend = await openWireBackend()
  backend.manner = takeOne('ocpp1.6')
  await using home = openHome((folder) =>
    baseConfig(
      folder,
      { billing: { url: backend.url } },
      {
        stations: { unknown: 'accept', accounts: [{ id: 'MUTE', assumeProtocol: 'ocpp1.6' }] },
      },
    ),
  )
  const broker = await home.start()
  const outcome = await knock(broker.station, 'MUTE', { offers: [] })
  assert.equal(outcome.kind, 'in')
  if (outcome.kind === 'in') {
    assert.equal(outcome.version, '')
    outcome.line.send('[2,"1","Heartbeat",{}]')
    const link = await backend.link()
    assert.equal(await link.nth(1), '[2,"1","Heartbeat",{}]')
    assert.equal(link.ws.protocol, 'ocpp1.6')
  }
  const stranger = await knock(broker.station, 'STRANGER', { offers: [] })
  assert.deepEqual([stranger.kind, stranger.kind === 'refused' && stranger.status], ['refused', 400])
  await broker.awaitTimeline('STRANGER', (all) => all.some((item) => item.code === 'BB-LINK-026'), 'the refusal')
})

test('RL18 T15 a backend that refuses a listed version: a fault, no hot loop, 1012 when idle, and back on a common version', async () => {
  await using backend = await openWireBackend()
  backend.manner = takeOne('ocpp1.6')
  await using home = openHome((folder) =>
    baseConfig(folder, {
      billing: { url: backend.url, ocpp: ['ocpp2.0.1', 'ocpp1.6'], reconnect: { min: '50ms', max: '20s' } },
    }),
  )
  const broker = await home.start()
  const both = { offers: ['ocpp2.0.1', 'ocpp1.6'] }
  const first = await stationIn(broker.station, 'FLIP', both)
  assert.equal(first.ws.protocol, 'ocpp2.0.1')
  assert.equal((await first.closed).code, 1012)
  const items = await broker.awaitTimeline(
    'FLIP',
    (all) => all.some((item) => item.code === 'BB-LINK-001'),
    'the fault',
  )
  assert.ok(items.some((item) => item.peer === 'billing' && item.state === 'refused'))

  const second = await stationIn(broker.station, 'FLIP', both)
  assert.equal(second.ws.protocol, 'ocpp1.6', 'the refused version is remembered')
  second.send('[2,"1","Heartbeat",{}]')
  await until(() => backend.links.some((link) => link.got.length === 1), 'the frame')
  await pause(300)
  assert.equal(second.isClosed, false)
  assert.equal(backend.requests.length, 2, 'no dial in a hurry')

  // A station that has no other version is kept, and the backend is not asked again in a hurry.
  const only = await stationIn(broker.station, 'ONLY', { offers: ['ocpp2.0.1'] })
  await broker.awaitTimeline('ONLY', (all) => all.some((item) => item.code === 'BB-LINK-001'), 'the fault')
  await pause(500)
  assert.equal(only.isClosed, false)
  assert.equal(backend.requests.filter((request) => request.url?.endsWith('ONLY')).length, 1)
})

test('RL18 T15 a backend that refuses every listed version does not make the station come and go without end', async () => {
  await using backend = await openWireBackend()
  backend.manner = takeOne()
  await using home = openHome((folder) =>
    baseConfig(folder, {
      billing: { url: backend.url, ocpp: ['ocpp2.0.1', 'ocpp1.6'], reconnect: { min: '50ms', max: '20s' } },
    }),
  )
  const broker = await home.start()
  const both = { offers: ['ocpp2.0.1', 'ocpp1.6'] }
  let closes = 0
  for (let turn = 0; turn < 8; turn++) {
    const line = await stationIn(broker.station, 'NEITHER', both)
    const closed = await Promise.race([line.closed.then(() => true), pause(700).then(() => false)])
    if (!closed) break
    closes++
  }
  assert.ok(closes <= 2, `closed ${closes} times: once per version at most`)
})

test('RL18 T15 a station that charges is not closed for another version; its transaction outlives the change', async () => {
  await using backend = await openWireBackend()
  backend.manner = takeOne('ocpp1.6', 'ocpp2.0.1')
  backend.onLink = (link) => {
    link.onText = (text) => {
      const [type, id, action] = JSON.parse(text) as [number, string, string]
      if (type !== 2) return
      const result = action === 'StartTransaction' ? { transactionId: 7, idTagInfo: { status: 'Accepted' } } : {}
      link.send(JSON.stringify([3, id, result]))
    }
  }
  const billing = { url: backend.url, ocpp: ['ocpp1.6', 'ocpp2.0.1'], reconnect: { min: '50ms', max: '100ms' } }
  await using home = openHome((folder) => baseConfig(folder, { billing }))
  const broker = await home.start()
  const both = { offers: ['ocpp1.6', 'ocpp2.0.1'] }
  const line = await stationIn(broker.station, 'CHARGING', both)
  const timestamp = new Date().toISOString()
  line.send(`[2,"t","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"${timestamp}"}]`)
  await line.nth(1)
  backend.manner = takeOne('ocpp2.0.1')
  for (const link of backend.links) link.ws.terminate()
  await broker.awaitTimeline('CHARGING', (all) => all.some((item) => item.code === 'BB-LINK-001'), 'the fault')
  await pause(500)
  assert.equal(line.isClosed, false, 'it charges')
  line.ws.close()
  await line.closed
  const again = await stationIn(broker.station, 'CHARGING', both)
  assert.equal(again.ws.protocol, 'ocpp2.0.1')
  const { items } = await broker.get<{ items: { stoppedAt: string | null; transactionIds: object }[] }>(
    '/api/v1/sessions?open=true',
  )
  assert.deepEqual(
    items.map((item) => [item.stoppedAt, item.transactionIds]),
    [[null, { station: '7', billing: '7' }]],
  )
})
