// Slow readers (trap T32): a backend and a station that stop reading while the other side goes on. Memory stays flat, the
// neighbours notice nothing, and everything arrives once the slow one reads again. Through the real binary.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Broker, openBroker } from './broker-rig.ts'
import { answering, type Line, openWireBackend, pause, stationIn, until, type WireBackend } from './wire-rig.ts'

const FILLER = 'x'.repeat(60_000)
/** Enough to fill every socket buffer on the way many times over. */
const MESSAGES = 1_500
const SEND_MS = 4_000

async function roundTrips(line: Line, name: string, forMs: number): Promise<number[]> {
  const trips: number[] = []
  const end = performance.now() + forMs
  for (let at = 0; performance.now() < end; at++) {
    const start = performance.now()
    line.send(`[2,"${name}-${at}","Heartbeat",{}]`)
    await line.nth(at + 1, 10_000)
    trips.push(performance.now() - start)
    await pause(20)
  }
  return trips
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Samples memory while something lasts; gives the most above the start, in KiB. */
async function mostGrown(broker: Broker, lasts: Promise<unknown>): Promise<number> {
  const start = broker.rssKiB()
  let most = start
  let isOver = false
  void lasts.finally(() => {
    isOver = true
  })
  while (!isOver) {
    most = Math.max(most, broker.rssKiB())
    await pause(50)
  }
  return most - start
}

/**
 * Lets the process reach the size that this volume takes with peers that read, so that what is measured afterwards is
 * what the slow peer costs.
 */
async function warmUp(broker: Broker, backend: WireBackend): Promise<void> {
  const line = await stationIn(broker.station, 'WARM')
  await until(() => backend.links.length === 1, 'the link')
  for (let at = 0; at < MESSAGES; at++) line.send(`[2,"${at}","DataTransfer",{"vendorId":"v","data":"${FILLER}"}]`)
  await until(() => line.got.length === MESSAGES, 'the warm-up', 30_000)
  line.ws.close()
  await line.closed
}

test('RL19 LK21 T32 a backend that stops reading: memory flat, neighbours unaffected, all delivered afterwards in order', async () => {
  await using backend = await openWireBackend()
  backend.onLink = (link) => answering(link)
  await using world = await openBroker(
    { billing: { url: backend.url, ocpp: 'ocpp1.6', pingEvery: '0s' } },
    { stations: { unknown: 'accept', pingEvery: '0s', maxFramesPerSecond: 100_000 } },
  )
  const { broker } = world
  await warmUp(broker, backend)
  const slow = await stationIn(broker.station, 'SLOW', { perMessageDeflate: false })
  const link = await backend.link(2)
  const neighbour = await stationIn(broker.station, 'NEIGHBOUR')
  await backend.link(3)
  link.ws.pause()

  // Commands' answers and SENDs have no turn to wait for: a stream of answers nobody asked for would be dropped, so the
  // station calls, and one call after the other waits.
  const sending = (async () => {
    for (let at = 0; at < MESSAGES; at++) {
      slow.send(`[2,"s-${at}","DataTransfer",{"vendorId":"v","data":"${FILLER}"}]`)
      if (at % 50 === 0) await pause(SEND_MS / (MESSAGES / 50))
    }
  })()
  const trips = roundTrips(neighbour, 'n', SEND_MS)
  const grown = await mostGrown(broker, Promise.all([sending, trips]))
  const typical = median(await trips)
  assert.ok(typical < 100, `median round trip of the neighbour ${typical} ms`)
  assert.ok(grown < 60 * 1024, `${grown} KiB more for 90 MB of messages`)
  assert.equal(slow.got.length, 0)

  link.ws.resume()
  await until(() => slow.got.length === MESSAGES, `all answers (there are ${slow.got.length})`, 40_000)
  assert.deepEqual(
    link.texts.map((text) => /^\[2,"s-(\d+)"/.exec(text)?.[1]),
    Array.from({ length: MESSAGES }, (_, at) => String(at)),
  )
  assert.equal(slow.isClosed, false)
  const faults = (await broker.timeline('SLOW')).filter((item) => item.kind === 'fault')
  assert.deepEqual(faults, [])
})

test('RL19 LK21 T32 2.1: one-way messages to a backend that stops reading stop the station, cost no memory and are lost by nobody', async () => {
  await using backend = await openWireBackend()
  backend.onLink = (link) => answering(link)
  await using world = await openBroker(
    { billing: { url: backend.url, pingEvery: '0s' } },
    { stations: { unknown: 'accept', pingEvery: '0s', maxFramesPerSecond: 100_000 } },
  )
  const { broker } = world
  await warmUp(broker, backend)
  const slow = await stationIn(broker.station, 'STREAM', { offers: ['ocpp2.1'], perMessageDeflate: false })
  const link = await backend.link(2)
  link.ws.pause()
  const lasts = (async () => {
    for (let at = 0; at < 1_000; at++) {
      slow.send(`[6,"s-${at}","NotifyPeriodicEventStream",{"id":1,"data":"${FILLER}"}]`)
      if (at % 50 === 0) await pause(100)
    }
    await pause(500)
  })()
  const grown = await mostGrown(broker, lasts)
  assert.ok(grown < 60 * 1024, `${grown} KiB more for 60 MB of messages`)
  assert.ok(slow.ws.bufferedAmount > 1_000_000, 'the rest waits at the station, which is read no more')
  link.ws.resume()
  await until(() => link.got.length === 1_000, `all messages (there are ${link.got.length})`, 30_000)
  assert.deepEqual(
    link.texts.map((text) => /^\[6,"s-(\d+)"/.exec(text)?.[1]),
    Array.from({ length: 1_000 }, (_, at) => String(at)),
  )
})

test('RL19 LK21 T32 a station that stops reading: its backend is held back, memory flat, neighbours unaffected, all delivered', async () => {
  await using backend = await openWireBackend()
  backend.onLink = (link) => answering(link)
  await using world = await openBroker(
    { billing: { url: backend.url, pingEvery: '0s' } },
    { stations: { unknown: 'accept', pingEvery: '0s', maxFramesPerSecond: 100_000 } },
  )
  const { broker } = world
  await warmUp(broker, backend)
  const deaf = await stationIn(broker.station, 'DEAF', { offers: ['ocpp2.1'], perMessageDeflate: false })
  const link = await backend.link(2)
  const neighbour = await stationIn(broker.station, 'NEIGHBOUR')
  await backend.link(3)
  deaf.ws.pause()
  const sending = (async () => {
    for (let at = 0; at < 1_000; at++) {
      link.send(`[6,"d-${at}","NotifyPeriodicEventStream",{"id":1,"data":"${FILLER}"}]`)
      if (at % 50 === 0) await pause(SEND_MS / 20)
    }
  })()
  const trips = roundTrips(neighbour, 'n', SEND_MS)
  const grown = await mostGrown(broker, Promise.all([sending, trips]))
  const typical = median(await trips)
  assert.ok(typical < 100, `median round trip of the neighbour ${typical} ms`)
  assert.ok(grown < 60 * 1024, `${grown} KiB more for 60 MB of messages`)
  deaf.ws.resume()
  await until(() => deaf.got.length === 1_000, `all messages (there are ${deaf.got.length})`, 30_000)
  assert.deepEqual(
    deaf.texts.map((text) => /^\[6,"d-(\d+)"/.exec(text)?.[1]),
    Array.from({ length: 1_000 }, (_, at) => String(at)),
  )
})
