// How links end (trap T20): whatever a backend closes with, a resilient station stays and loses nothing; a transparent one
// falls with its backend; and a broker that is told to go takes its leave in order. Through the real binary.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openBroker } from './broker-rig.ts'
import { answering, knock, type Line, openWireBackend, pause, stationIn, until } from './wire-rig.ts'

const quick = { reconnect: { min: '50ms', max: '100ms' } }
const transparent = { routes: [{ stations: '*', primary: 'billing', mode: 'transparent' }] }
/** null: without a close frame. */
const codes = [1000, 1001, 1002, 1003, 1007, 1008, 1011, 1012, 1013, 3000, 4000, 4999, null]

function end(link: Line, code: number | null): void {
  if (code === null) link.ws.terminate()
  else link.ws.close(code, 'because')
}

test('RL13 T20 a backend that closes with any code: the station stays, its open call is asked again, its answer comes once', async () => {
  await using backend = await openWireBackend()
  await using world = await openBroker({ billing: { url: backend.url, ...quick } })
  const { broker } = world
  const station = await stationIn(broker.station, 'STAYS')
  for (const [at, code] of codes.entries()) {
    const link = await backend.link(at + 1)
    const open = `[2,"open-${at}","StartTransaction",{"n":1.0}]`
    const held = `[2,"held-${at}","MeterValues",{"n":2.0}]`
    if (at === 0) station.send(open)
    await until(() => link.texts.includes(open), `call ${at}`)
    station.send(held)
    end(link, code)
    const next = await backend.link(at + 2)
    assert.equal(await next.nth(1), open, 'the same bytes, the same id')
    next.send(`[3,"open-${at}",{"n":${at}}]`)
    assert.equal(await next.nth(2), held, 'what waited follows in order')
    next.send(`[3,"held-${at}",{}]`)
    await until(() => station.texts.includes(`[3,"held-${at}",{}]`), `answer ${at}`)
    // The next round's call goes out on this link, which is the one that is closed then.
    station.send(`[2,"open-${at + 1}","StartTransaction",{"n":1.0}]`)
  }
  assert.equal(station.isClosed, false)
  assert.equal(station.got.length, codes.length * 2)
  assert.equal(new Set(station.texts).size, codes.length * 2)
  const items = await broker.timeline('STAYS')
  const downs = items.filter((item) => item.peer === 'billing' && item.state === 'down')
  assert.deepEqual(
    downs.map((item) => item.code),
    codes.map((code) => code ?? 1006),
  )
  assert.equal(items.filter((item) => item.kind === 'delivery' && item.state === 'retried').length, codes.length)
  assert.equal(items.filter((item) => item.peer === 'station').length, 1, 'the station connected once')
})

test('RL13 RL8 T20 while the backend is away nothing is answered; what was said arrives in order when it is back', async () => {
  await using backend = await openWireBackend()
  await using world = await openBroker({ billing: { url: backend.url, ...quick } })
  const station = await stationIn(world.broker.station, 'OUTAGE')
  await backend.link()
  await backend.goAway()
  await pause(50)
  for (let at = 0; at < 60; at++) station.send(`[2,"${at}","MeterValues",{"n":${at}.0}]`)
  await pause(300)
  assert.equal(station.got.length, 0)
  const [status] = (await world.broker.get<{ items: { pending: number; links: object }[] }>('/api/v1/backends')).items
  assert.deepEqual([status?.pending, status?.links], [60, { up: 0, down: 1 }])
  backend.onLink = (link) => answering(link)
  await backend.comeBack()
  await until(() => station.got.length === 60, 'all answers', 10_000)
  assert.deepEqual(
    backend.links.at(-1)?.texts,
    Array.from({ length: 60 }, (_, at) => `[2,"${at}","MeterValues",{"n":${at}.0}]`),
  )
  assert.equal(station.isClosed, false)
})

test('RL15 T20 a station that goes takes its link along', async () => {
  await using backend = await openWireBackend()
  await using world = await openBroker({ billing: { url: backend.url } })
  const station = await stationIn(world.broker.station, 'LEAVES')
  const link = await backend.link()
  station.send('[2,"open","Heartbeat",{}]')
  await link.nth(1)
  station.ws.close(1001, 'bye')
  assert.equal((await link.closed).code, 1001)
  const items = await world.broker.awaitTimeline(
    'LEAVES',
    (all) => all.filter((item) => item.state === 'down').length === 2,
    'the ends',
  )
  assert.ok(
    items.some((item) => item.kind === 'delivery' && item.state === 'dropped'),
    'the unanswered call is accounted for',
  )
})

describe('transparent', () => {
  test('RL14 LK10 the primary is dialled first; away it is 503 with Retry-After, and nobody is let in', async () => {
    await using backend = await openWireBackend()
    await using world = await openBroker({ billing: { url: backend.url, ...quick } }, transparent)
    const { broker } = world
    const station = await stationIn(broker.station, 'GLASS')
    assert.equal(backend.links.length, 1, 'it was up before the station was in')
    station.ws.close()
    await station.closed
    await backend.goAway()
    const refused = await knock(broker.station, 'GLASS')
    assert.equal(refused.kind, 'refused')
    if (refused.kind === 'refused') {
      assert.equal(refused.status, 503)
      assert.ok(Number(refused.headers['retry-after']) >= 1)
    }
    await broker.awaitTimeline('GLASS', (all) => all.some((item) => item.code === 'BB-LINK-027'), 'the refusal')
    await backend.comeBack()
    assert.equal((await knock(broker.station, 'GLASS')).kind, 'in')
  })

  for (const code of [1000, 1001, 1008, 1011, 4000, null]) {
    test(`RL14 RL8 T20 the station falls with a backend that closes with ${code ?? 'no word'}, and nothing was answered for it`, async () => {
      await using backend = await openWireBackend()
      await using world = await openBroker({ billing: { url: backend.url, ...quick } }, transparent)
      const station = await stationIn(world.broker.station, 'FALLS')
      const link = await backend.link()
      station.send('[2,"1","StartTransaction",{}]')
      await link.nth(1)
      end(link, code)
      const closed = await station.closed
      assert.equal(closed.code, code ?? 1001)
      assert.equal(station.got.length, 0)
      await pause(200)
      assert.equal(backend.requests.length, 1, 'without a station nobody is dialled')
    })
  }

  test('RL1 T20 in a transparent session bytes pass as in any other', async () => {
    await using backend = await openWireBackend()
    backend.onLink = (link) => answering(link)
    await using world = await openBroker({ billing: { url: backend.url } }, transparent)
    const station = await stationIn(world.broker.station, 'PASSES')
    const link = await backend.link()
    station.send(' [2,"1","Heartbeat",{ }]')
    assert.equal(await link.nth(1), ' [2,"1","Heartbeat",{ }]')
    await station.nth(1)
    link.send('[2,"1","ClearCache", {}]')
    assert.equal(await station.nth(2), '[2,"1","ClearCache", {}]')
    station.send('[3,"1",{"status":"Accepted"} ]')
    assert.equal(await link.nth(2), '[3,"1",{"status":"Accepted"} ]')
  })
})

describe('going down', () => {
  test('T20 LK12 SIGTERM with 300 stations: open calls are answered, every station gets 1012, exit 0 within 10 s', async () => {
    await using backend = await openWireBackend()
    let isSlow = false
    backend.onLink = (link) => {
      link.onText = (text) => {
        const [type, id] = JSON.parse(text) as [number, string]
        if (type === 2) setTimeout(() => link.send(`[3,"${id}",{}]`), isSlow ? 500 : 0)
      }
    }
    await using world = await openBroker({ billing: { url: backend.url } })
    const { broker } = world
    const stations: Line[] = []
    for (let at = 0; at < 300; at += 50) {
      stations.push(
        ...(await Promise.all(Array.from({ length: 50 }, (_, k) => stationIn(broker.station, `MANY-${at + k}`)))),
      )
    }
    await until(() => backend.links.length === 300, 'all links', 10_000)
    isSlow = true
    const closedAt: number[] = []
    for (const station of stations) {
      void station.closed.then(() => closedAt.push(performance.now()))
      station.send('[2,"open","Heartbeat",{}]')
    }
    await until(() => backend.links.every((link) => link.got.length === 1), 'all calls', 10_000)
    const stopping = broker.stop()
    await pause(50)
    const late = await knock(broker.station, 'LATE')
    assert.ok(late.kind !== 'in', 'nobody is let in any more')
    const { code, ms } = await stopping
    assert.equal(code, 0)
    assert.ok(ms < 10_000, `${ms} ms`)
    assert.deepEqual(new Set(stations.map((station) => station.texts.join())), new Set(['[3,"open",{}]']))
    await until(() => closedAt.length === 300, 'all ends')
    assert.deepEqual(new Set(stations.map((station) => station.closeCode)), new Set([1012]))
    const spread = Math.max(...closedAt) - Math.min(...closedAt)
    assert.ok(spread > 200, `the reconnects are spread: ${spread} ms`)
    assert.equal(broker.said().out.trim().split('\n').length, 1, 'one line on standard output')
    const verify = await world.home.run('journal', 'verify', '--data', `${world.home.folder}/data`)
    assert.equal(verify.code, 0, verify.out + verify.err)
  })

  test('T20 SIGTERM with a backend that never answers and a station that never closes still ends within 10 s with 0', async () => {
    await using backend = await openWireBackend()
    await using world = await openBroker({ billing: { url: backend.url } })
    const station = await stationIn(world.broker.station, 'STUBBORN')
    station.send('[2,"open","Heartbeat",{}]')
    const link = await backend.link()
    await link.nth(1)
    station.ws.pause()
    const { code, ms } = await world.broker.stop()
    assert.equal(code, 0, world.broker.said().err)
    assert.ok(ms < 10_000, `${ms} ms`)
    station.ws.resume()
  })

  test('T20 SIGINT does the same, and a second start on the folder knows the stations', async () => {
    await using backend = await openWireBackend()
    backend.onLink = (link) => answering(link)
    await using world = await openBroker({ billing: { url: backend.url } })
    const station = await stationIn(world.broker.station, 'KNOWN')
    station.send('[2,"boot","BootNotification",{"chargePointVendor":"Acme","chargePointModel":"B"}]')
    await station.nth(1)
    const { code } = await world.broker.stop('SIGINT')
    assert.equal(code, 0)
    const again = await world.home.start()
    const twin = await again.get<{ vendor: string; connected: boolean }>('/api/v1/stations/KNOWN')
    assert.deepEqual([twin.vendor, twin.connected], ['Acme', false])
  })
})
