// What a station sends in the same breath as its handshake is never lost, however long the backend takes for its own
// (trap T1): not at all, a moment, seconds, or for ever. Through the real binary and raw sockets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBroker } from './broker-rig.ts'
import {
  answering,
  frameBytes,
  openBare,
  openWireBackend,
  pause,
  stationIn,
  takeFirst,
  until,
  upgradeText,
} from './wire-rig.ts'

const boot = '[2,"boot-1","BootNotification",{"chargePointVendor":"A","chargePointModel":"B"}]'
const status = '[2,"s-1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]'
const bootAnswer = { currentTime: '2026-03-01T10:00:00Z', interval: 300, status: 'Accepted' }

const knowledge = [
  { name: 'its version is listed', ocpp: ['ocpp1.6'] },
  { name: 'its version is not known', ocpp: undefined },
] as const

for (const { name, ocpp } of knowledge) {
  for (const delayMs of [0, 300, 3_000]) {
    test(`RL11 T1 a boot sent with the handshake reaches a backend that needs ${delayMs} ms, once, when ${name}`, async () => {
      await using backend = await openWireBackend()
      backend.manner = (request, accept) => void setTimeout(() => takeFirst(request, accept, request.socket), delayMs)
      backend.onLink = (link) => answering(link, (action) => (action === 'BootNotification' ? bootAnswer : {}))
      await using world = await openBroker({ billing: { url: backend.url, ocpp } })
      using station = openBare(world.broker.station)
      station.socket.write(
        Buffer.concat([Buffer.from(upgradeText('/EARLY')), frameBytes(1, boot), frameBytes(1, status)]),
      )
      const link = await backend.link(1, delayMs + 5_000)
      await link.nth(2)
      const wanted = `[3,"boot-1",${JSON.stringify(bootAnswer)}]`
      await until(
        () => station.received().includes(wanted) && station.received().includes('[3,"s-1",{}]'),
        'both answers',
      )
      await pause(50)
      assert.deepEqual(link.texts, [boot, status])
      assert.equal(station.received().split(wanted).length, 2, 'exactly one answer')
      assert.equal(backend.requests.length, 1)
    })
  }
}

test('RL11 RL18 T1 a backend whose handshake never ends is given up and dialled again; the boot reaches it once', async () => {
  await using backend = await openWireBackend()
  backend.manner = (request, accept, socket) => {
    if (backend.requests.length >= 3) takeFirst(request, accept, socket)
  }
  backend.onLink = (link) => answering(link, () => bootAnswer)
  const reconnect = { min: '100ms', max: '200ms' }
  await using world = await openBroker({
    billing: { url: backend.url, ocpp: 'ocpp1.6', connectTimeout: '1s', reconnect },
  })
  const station = await stationIn(world.broker.station, 'NEVER')
  station.send(boot)
  await pause(500)
  assert.equal(station.got.length, 0, 'no answer is made up')
  assert.equal(await station.nth(1, 10_000), `[3,"boot-1",${JSON.stringify(bootAnswer)}]`)
  assert.deepEqual(
    backend.links.map((link) => link.texts),
    [[boot]],
  )
  const items = await world.broker.timeline('NEVER')
  const downs = items.filter((item) => item.peer === 'billing' && item.state === 'down')
  assert.equal(downs.length, 2, 'each attempt that led nowhere is on record')
})

test('RL11 LK13 T1 a backend of unknown versions that never answers holds the handshake for 5 s at most, and loses nothing', async () => {
  await using backend = await openWireBackend()
  backend.manner = (request, accept, socket) => {
    if (backend.requests.length >= 2) takeFirst(request, accept, socket)
  }
  backend.onLink = (link) => answering(link, () => bootAnswer)
  await using world = await openBroker({ billing: { url: backend.url, reconnect: { min: '100ms', max: '200ms' } } })
  using station = openBare(world.broker.station)
  const start = performance.now()
  station.socket.write(
    Buffer.concat([
      Buffer.from(upgradeText('/CAP', ['Sec-WebSocket-Protocol: ocpp2.0.1, ocpp1.6'])),
      frameBytes(1, boot),
    ]),
  )
  assert.equal(await station.status(8_000), 101)
  const waited = performance.now() - start
  assert.ok(waited > 4_000 && waited < 6_500, `${waited} ms`)
  assert.match(station.received(), /sec-websocket-protocol: ocpp2\.0\.1\r/i, "the station's first")
  await until(() => station.received().includes('[3,"boot-1"'), 'the answer', 10_000)
  assert.deepEqual(
    backend.links.map((link) => link.texts),
    [[boot]],
  )
})
