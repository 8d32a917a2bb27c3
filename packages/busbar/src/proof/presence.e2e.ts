// Who is there: two connections of one identity (trap T18), pings on each leg (T19, W9), peers that end without a word
// (W17). Through the real binary and raw sockets.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openBroker } from './broker-rig.ts'
import {
  answering,
  frameBytes,
  knock,
  type Line,
  openBare,
  openWireBackend,
  pause,
  stationIn,
  until,
  upgradeText,
} from './wire-rig.ts'

describe('two connections of one identity', () => {
  test('RL12 T18 the newer one wins; the late close and late frames of the old one touch nothing of it', async () => {
    await using backend = await openWireBackend()
    backend.onLink = (link) => answering(link)
    await using world = await openBroker({ billing: { url: backend.url } })
    const { broker } = world
    // A bare socket does not answer the close frame: its end comes late, five seconds or so after the new one began.
    using old = openBare(broker.station)
    old.socket.write(Buffer.concat([Buffer.from(upgradeText('/TWIN')), frameBytes(1, '[2,"old","Heartbeat",{}]')]))
    const oldLink = await backend.link()
    await until(() => old.received().includes('[3,"old",{}]'), 'the answer')

    const young = await stationIn(broker.station, 'TWIN')
    young.send('[2,"boot","BootNotification",{"chargePointVendor":"A","chargePointModel":"B"}]')
    assert.equal(await young.nth(1), '[3,"boot",{}]')
    await oldLink.closed
    assert.equal(backend.links.length, 2, 'each connection has a link of its own')
    old.socket.write(frameBytes(1, '[2,"ghost","Heartbeat",{}]'))
    const ghost = await broker.awaitTimeline(
      'TWIN',
      (all) => all.some((item) => item.raw?.includes('ghost')),
      'the late frame',
      8_000,
    )
    assert.equal(ghost.find((item) => item.raw?.includes('ghost'))?.to, null)
    old.socket.end()
    await until(() => old.isClosed(), 'the end of the old one', 8_000)
    await pause(100)
    young.send('[2,"after","Heartbeat",{}]')
    assert.equal(await young.nth(2), '[3,"after",{}]')
    assert.deepEqual(
      backend.links[1]?.texts.filter((text) => text.includes('ghost')),
      [],
    )
    assert.equal((await broker.get<{ connected: boolean }>('/api/v1/stations/TWIN')).connected, true)
    const links = (await broker.timeline('TWIN')).filter((item) => item.kind === 'link' && item.peer === 'station')
    assert.deepEqual(
      links.map((item) => item.state),
      ['up', 'down', 'up'],
    )
  })

  test('RL12 RL15 T18 a command open on the old connection is answered to its backend, and not sent again', async () => {
    await using backend = await openWireBackend()
    await using world = await openBroker({ billing: { url: backend.url } })
    const old = await stationIn(world.broker.station, 'BUSY')
    const link = await backend.link()
    await world.broker.awaitConnected('BUSY')
    link.send('[2,"reset","Reset",{"type":"Soft"}]')
    link.send('[2,"next","ClearCache",{}]')
    const asking = world.broker.send('POST', '/api/v1/stations/BUSY/commands', { action: 'ClearCache', payload: {} })
    await old.nth(1)
    await pause(50)
    const young = await stationIn(world.broker.station, 'BUSY')
    await link.nth(2)
    assert.match(link.texts[0]!, /^\[4,"reset","InternalError",/)
    assert.match(link.texts[1]!, /^\[4,"next","InternalError",/)
    // The station is there again by now, so this is no 409; it says that the command was not sent, and why.
    const problem = await asking
    assert.equal(problem.status, 503)
    assert.match((problem.body as { detail: string }).detail, /Not sent: the station went away/)
    await pause(100)
    assert.deepEqual([old.got.length, young.got.length], [1, 0])
  })

  test('RL12 T18 two that replace each other 40 times: one link to the backend at the end, no leak, the last one works', async () => {
    await using backend = await openWireBackend()
    backend.onLink = (link) => answering(link)
    await using world = await openBroker({ billing: { url: backend.url } })
    const { broker } = world
    const lines: Line[] = []
    for (let turn = 0; turn < 40; turn++) {
      const line = await stationIn(broker.station, 'STORM')
      line.send(`[2,"${turn}","Heartbeat",{}]`)
      lines.push(line)
    }
    const last = lines.at(-1)!
    assert.equal(await last.nth(1), '[3,"39",{}]')
    await until(() => lines.slice(0, -1).every((line) => line.isClosed), 'the end of the others')
    await until(() => backend.links.filter((link) => !link.isClosed).length === 1, 'one link')
    assert.equal(last.isClosed, false)
    await until(async () => (await broker.metric('busbar_stations_connected')) === 1, 'one station on the metric')
    // No answer went to another connection than asked.
    for (const [turn, line] of lines.entries()) {
      for (const text of line.texts) assert.equal(text, `[3,"${turn}",{}]`)
    }
  })
})

describe('signs of life', () => {
  const quick = { pingEvery: '300ms' }

  test('LK19 T19 W9 whoever pings is answered on its own leg, and is pinged on each', async () => {
    await using backend = await openWireBackend()
    await using world = await openBroker(
      { billing: { url: backend.url, ...quick } },
      { stations: { unknown: 'accept', ...quick } },
    )
    const station = await stationIn(world.broker.station, 'PING')
    const link = await backend.link()
    let pongs = 0
    station.ws.on('pong', () => pongs++)
    for (let at = 0; at < 5; at++) {
      station.ws.ping()
      await pause(200)
    }
    assert.equal(pongs, 5, 'each ping has one pong')
    assert.ok(station.pings >= 2 && link.pings >= 2)
    await backend.goAway()
    station.ws.ping()
    await until(() => pongs === 6, 'a pong while the backend is away')
    assert.equal(station.isClosed, false)
    await backend.comeBack()
  })

  test('LK19 T19 a station that never answers a ping is kept as long as it says anything; a silent one is gone after three', async () => {
    await using backend = await openWireBackend()
    backend.onLink = (link) => answering(link)
    await using world = await openBroker(
      { billing: { url: backend.url } },
      { stations: { unknown: 'accept', ...quick } },
    )
    const mute = await stationIn(world.broker.station, 'MUTE', { autoPong: false })
    const talker = await stationIn(world.broker.station, 'TALKER', { autoPong: false })
    const talk = setInterval(() => talker.send('[2,"t","Heartbeat",{}]'), 250)
    const start = performance.now()
    await mute.closed
    const lived = performance.now() - start
    assert.ok(lived > 700 && lived < 2_500, `${lived} ms`)
    await pause(1_000)
    clearInterval(talk)
    assert.equal(talker.isClosed, false)
    const items = await world.broker.awaitTimeline(
      'MUTE',
      (all) => all.some((item) => item.state === 'down'),
      'the end',
    )
    const end = items.find((item) => item.peer === 'station' && item.state === 'down')
    assert.equal(end?.code, 1006)
    assert.match(end?.reason ?? '', /no sign of life/)
  })

  test('LK19 T19 a backend that falls silent is noticed and dialled again, and the station keeps its link', async () => {
    await using backend = await openWireBackend()
    await using world = await openBroker({
      billing: { url: backend.url, ...quick, reconnect: { min: '50ms', max: '100ms' } },
    })
    const station = await stationIn(world.broker.station, 'SILENT')
    const first = await backend.link()
    // As if its cable were pulled: nothing is read any more, so nothing is answered.
    first.ws.pause()
    const second = await backend.link(2, 5_000)
    assert.equal(station.isClosed, false)
    station.send('[2,"1","Heartbeat",{}]')
    assert.equal(await second.nth(1), '[2,"1","Heartbeat",{}]')
  })

  test('W17 a station that dies in the middle of a command and of a frame ends its epoch like any other, without a fault', async () => {
    await using backend = await openWireBackend()
    await using world = await openBroker({ billing: { url: backend.url } })
    using station = openBare(world.broker.station)
    station.socket.write(upgradeText('/CRASH'))
    const link = await backend.link()
    link.send('[2,"reset","Reset",{"type":"Hard"}]')
    await until(() => station.received().includes('"reset"'), 'the command')
    const half = frameBytes(1, '[2,"half","Heartbeat",{}]')
    station.socket.write(half.subarray(0, 12))
    await pause(50)
    station.socket.resetAndDestroy()
    assert.match(await link.nth(1), /^\[4,"reset","InternalError",/)
    await link.closed
    const items = await world.broker.awaitTimeline(
      'CRASH',
      (all) => all.some((item) => item.state === 'down'),
      'the end',
    )
    assert.equal(items.find((item) => item.peer === 'station' && item.state === 'down')?.code, 1006)
    assert.deepEqual(
      items.filter((item) => item.kind === 'fault'),
      [],
    )
    const again = await knock(world.broker.station, 'CRASH')
    assert.equal(again.kind, 'in')
  })
})
