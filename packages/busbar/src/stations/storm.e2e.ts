// Everybody comes back at once. No slow hash is on the way, so a thousand stations with passwords are in within a second
// or two on any machine, each with its link to the backend.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, backendSettings, basic, connectIn, openBackend, openRig } from '../sockets/socket-rig.ts'

test('LK6 LK24 a thousand stations with passwords are back at once', { timeout: 60_000 }, async () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => `CS-${i}`)
  const accounts = ids.map((id) => account(id, { password: `password of ${id}` }))
  await using backend = await openBackend()
  await using rig = await openRig({
    settings: { unknown: 'reject', accounts },
    backend: backendSettings(backend.url, { connectTimeoutMs: 20_000 }),
  })
  rig.engine.onUp = (arrival, socket) => {
    arrival.dialled?.take(arrival.epoch, rig.engine)
    socket.send({ text: 'welcome', bytes: null })
  }
  const start = performance.now()
  const stations = await Promise.all(
    ids.map(async (id) => {
      const ws = await connectIn(`${rig.url}/${id}`, { authorization: basic(id, `password of ${id}`) })
      ws.send(`[2,"${id}","Heartbeat",{}]`)
      return ws
    }),
  )
  await rig.engine.heard('stationFrame', 1_000, 30_000)
  const took = performance.now() - start
  assert.equal(rig.side.connected, 1_000)
  assert.equal(backend.links.length, 1_000)
  // Client, broker and backend share this process; the figure is a bound against slow hashes, not a benchmark.
  assert.ok(took < 15_000, `${took} ms`)
  for (const ws of stations) ws.terminate()
  await rig.engine.heard('stationDown', 1_000, 30_000)
  assert.equal(rig.side.connected, 0)
  console.log(`1,000 stations back in ${Math.round(took)} ms`)
})
