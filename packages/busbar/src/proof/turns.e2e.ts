// Taking turns on the wire (trap T4): peers that refuse, or die of, a second open call or an id they do not know (W1, W5,
// W18), and calls that cross. Through the real binary and raw sockets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Item, openBroker } from './broker-rig.ts'
import { openWireBackend, pause, stationIn, until } from './wire-rig.ts'

test('RL4 W1 a backend that refuses a second open call gets one at a time, in order; nothing is lost', async () => {
  await using backend = await openWireBackend()
  const order: string[] = []
  let refused = 0
  backend.onLink = (link) => {
    let open = 0
    link.onText = (text) => {
      const [type, id, action] = JSON.parse(text) as [number, string, string]
      if (type !== 2) return
      if (open > 0) {
        refused++
        link.send(JSON.stringify([4, id, 'RpcFrameworkError', 'Call already in progress', {}]))
        return
      }
      open++
      order.push(`${id} ${action}`)
      setTimeout(() => {
        open--
        link.send(JSON.stringify([3, id, { n: Number(id) }]))
      }, 15)
    }
  }
  await using world = await openBroker({ billing: { url: backend.url } })
  const station = await stationIn(world.broker.station, 'EAGER')
  const actions = ['StartTransaction', 'StatusNotification', 'MeterValues']
  for (let at = 0; at < 30; at++) station.send(`[2,"${at}","${actions[at % 3]}",{}]`)
  await until(() => station.got.length === 30, 'all answers')
  assert.equal(refused, 0)
  assert.deepEqual(
    order,
    Array.from({ length: 30 }, (_, at) => `${at} ${actions[at % 3]}`),
  )
  assert.deepEqual(
    station.texts,
    Array.from({ length: 30 }, (_, at) => `[3,"${at}",{"n":${at}}]`),
  )
  const items = await world.broker.timeline('EAGER')
  const waited = items.filter((item) => item.type === 'result').map((item) => item.latencyMs ?? 0)
  assert.ok(waited.at(-1)! > waited[0]! + 300, 'the latency is counted from when the station asked')
})

test('RL5 RL6 W18 W5 five commands at once to a slow station that dies of a second one: one after the other, all answered', async () => {
  await using backend = await openWireBackend()
  backend.onLink = (link) => {
    link.onText = (text) => {
      const [type, id] = JSON.parse(text) as [number, string]
      if (type === 2) link.send(JSON.stringify([3, id, { currentTime: '2026-03-01T10:00:00Z' }]))
    }
  }
  await using world = await openBroker({ billing: { url: backend.url } })
  const station = await stationIn(world.broker.station, 'FRAIL')
  const link = await backend.link()
  await world.broker.awaitConnected('FRAIL')
  let open = 0
  const asked: string[] = []
  const mine = new Set<string>()
  let crossed = 0
  station.onText = (text) => {
    const [type, id, action] = JSON.parse(text) as [number, string, string]
    if (type !== 2) {
      // W5: an answer to nothing it asked kills it.
      if (!mine.delete(id)) station.ws.terminate()
      else crossed++
      return
    }
    if (++open > 1) station.ws.terminate()
    asked.push(action)
    // In the middle of a command it calls itself, and is answered at once.
    mine.add(`mine-${id}`)
    station.send(`[2,"mine-${id}","Heartbeat",{}]`)
    setTimeout(() => {
      open--
      station.send(`[3,"${id}",{"status":"Accepted"}]`)
    }, 150)
  }
  const commands = ['GetConfiguration', 'RemoteStartTransaction', 'TriggerMessage', 'UnlockConnector', 'ClearCache']
  for (const [at, action] of commands.entries()) link.send(`[2,"c${at}","${action}",{}]`)
  const path = '/api/v1/stations/FRAIL/commands'
  const byApi = await world.broker.send('POST', path, { action: 'GetConfiguration', payload: {} })
  assert.equal(byApi.status, 200)
  await until(() => link.texts.filter((text) => text.startsWith('[3,')).length === 5, 'five answers')
  assert.equal(station.isClosed, false)
  assert.deepEqual(asked, [...commands, 'GetConfiguration'])
  assert.equal(crossed, 6)
  assert.deepEqual(
    link.texts.filter((text) => text.startsWith('[3,')),
    commands.map((_, at) => `[3,"c${at}",{"status":"Accepted"}]`),
  )
})

test('RL8 RL10 W5 T2 no second, late or foreign answer reaches a station; its answers go to who asked', async () => {
  await using backend = await openWireBackend()
  await using world = await openBroker({ billing: { url: backend.url } })
  const station = await stationIn(world.broker.station, 'ONCE')
  const link = await backend.link()
  station.send('[2,"a","Heartbeat",{}]')
  await link.nth(1)
  link.send('[3,"b",{}]')
  link.send('[3,"a",{"currentTime":"1"}]')
  link.send('[3,"a",{"currentTime":"2"}]')
  link.send('[4,"a","InternalError","",{}]')
  station.send('[2,"c","Heartbeat",{}]')
  await link.nth(2)
  link.send('[4,"c","InternalError","late",{}]')
  await station.nth(2)
  await world.broker.awaitConnected('ONCE')
  const asking = world.broker.send('POST', '/api/v1/stations/ONCE/commands', { action: 'ClearCache', payload: {} })
  const command = JSON.parse(await station.nth(3)) as [number, string]
  station.send(JSON.stringify([3, command[1], { status: 'Rejected' }]))
  station.send(JSON.stringify([3, command[1], { status: 'Accepted' }]))
  const answer = (await asking).body as { outcome: string; response: unknown }
  assert.deepEqual([answer.outcome, answer.response], ['answered', { status: 'Rejected' }])
  await pause(100)
  assert.deepEqual(station.texts.slice(0, 2), ['[3,"a",{"currentTime":"1"}]', '[4,"c","InternalError","late",{}]'])
  assert.equal(station.got.length, 3)
  assert.equal(link.got.length, 2, 'the answer to the API is no matter of the backend')
  const strays = (all: Item[]) => all.filter((item) => item.code === 'BB-FRAME-004').length
  await world.broker.awaitTimeline('ONCE', (all) => strays(all) === 4, 'four strays on record')
})

test('T29 a late answer of the backend keeps its order and its latency; wrong clocks of stations are passed on unread', async () => {
  await using backend = await openWireBackend()
  backend.onLink = (link) => {
    link.onText = (text) => {
      const [, id, action] = JSON.parse(text) as [number, string, string]
      const later = action === 'Heartbeat' ? 1_500 : 0
      setTimeout(() => link.send(`[3,"${id}",{"currentTime":"2026-03-01T10:00:00Z"}]`), later)
    }
  }
  await using world = await openBroker({ billing: { url: backend.url } })
  const station = await stationIn(world.broker.station, 'CLOCK')
  const odd = [
    '1970-01-01T00:00:07Z',
    '2026-03-01T10:00:00',
    '2026-03-01T10:00:00.1234567+01:00',
    '2026-03-01T23:59:60Z',
    'soon',
  ]
  for (const [at, timestamp] of odd.entries()) {
    station.send(
      `[2,"${at}","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available","timestamp":"${timestamp}"}]`,
    )
  }
  await station.nth(odd.length)
  station.send('[2,"h","Heartbeat",{}]')
  await station.nth(odd.length + 1)
  const link = await backend.link()
  for (const [at, timestamp] of odd.entries()) assert.ok(link.texts[at]?.includes(`"${timestamp}"`))
  const items = await world.broker.awaitTimeline(
    'CLOCK',
    (all) => all.some((item) => item.action === 'Heartbeat' && item.type === 'result'),
    'the answer',
  )
  const late = items.find((item) => item.action === 'Heartbeat' && item.type === 'result')
  assert.ok((late?.latencyMs ?? 0) >= 1_490 && (late?.latencyMs ?? 0) < 2_500, `${late?.latencyMs} ms`)
  const ats = items.map((item) => Date.parse(item.at))
  assert.ok(
    ats.every((at) => Math.abs(at - Date.now()) < 60_000),
    'the record has the time of Busbar',
  )
})
