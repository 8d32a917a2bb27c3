// What else comes to an open port: slow handshakes, other protocols, noise. The listener lives, remembers, and goes on
// serving those who know how to speak.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  backendSettings,
  connect,
  openBackend,
  openRaw,
  openRig,
  takeFirst,
  until,
  upgradeRequest,
} from '../sockets/socket-rig.ts'

describe('a port that is open to anybody', () => {
  test('LK22 handshakes that do not come to an end are ended', { timeout: 30_000 }, async () => {
    await using rig = await openRig()
    const peers = Array.from({ length: 50 }, () => openRaw(rig.url))
    const start = performance.now()
    for (const [i, peer] of peers.entries()) {
      // Some say nothing, some begin, some drip.
      if (i % 3 > 0) peer.socket.write('GET /CS-1 HTTP/1.1\r\nHost: x\r\n')
    }
    const drip = setInterval(() => {
      for (const [i, peer] of peers.entries()) if (i % 3 === 2) peer.socket.write('X-Header: 1\r\n')
    }, 500)
    // Meanwhile a station gets in at once.
    assert.equal((await connect(`${rig.url}/CS-9`)).kind, 'in')
    assert.ok(performance.now() - start < 1_000)
    await Promise.all(peers.map((peer) => peer.ended))
    clearInterval(drip)
    assert.ok(performance.now() - start < 16_000)
    assert.ok(rig.engine.all('refused').some(({ refusal }) => refusal.status === 408))
  })

  const handshakes: readonly (readonly [name: string, text: string, status: number])[] = [
    ['a browser', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 426],
    ['a form', 'POST /CS-1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi', 426],
    ['another upgrade', upgradeRequest('/CS-1').replace('Upgrade: WebSocket', 'Upgrade: h2c'), 426],
    ['an old version', upgradeRequest('/CS-1').replace('Version: 13', 'Version: 7'), 426],
    ['no key', upgradeRequest('/CS-1').replace(/Sec-WebSocket-Key.*\r\n/, ''), 400],
    ['a short key', upgradeRequest('/CS-1').replace('dGhlIHNhbXBsZSBub25jZQ==', 'AAAA'), 400],
    ['a wrong method', upgradeRequest('/CS-1').replace('GET', 'PUT'), 405],
    ['noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['a header without end', `GET /CS-1 HTTP/1.1\r\nX: ${'x'.repeat(40_000)}`, 431],
  ]
  for (const [name, text, status] of handshakes) {
    test(`LK4 ${name} gets ${status}`, async () => {
      await using rig = await openRig()
      using peer = openRaw(rig.url)
      peer.socket.write(Buffer.from(text, 'latin1'))
      assert.equal(await peer.status(), status)
      await peer.ended
      assert.equal(rig.engine.all('stationUp').length, 0)
      assert.equal((await connect(`${rig.url}/CS-1`)).kind, 'in')
    })
  }

  test('LK16 one that leaves while its primary is asked leaves nothing behind', async () => {
    await using backend = await openBackend((request, accept, socket) => {
      setTimeout(() => takeFirst(request, accept, socket), 200)
    })
    await using rig = await openRig({ backend: backendSettings(backend.url) })
    rig.engine.onUp = (arrival) => arrival.dialled?.take(1, rig.engine)
    const peer = openRaw(rig.url)
    peer.socket.write(upgradeRequest('/CS-1'))
    await until(() => backend.requests.length === 1, 'the question to the primary')
    peer.socket.resetAndDestroy()
    await until(() => backend.links.length === 1, 'the answer of the primary')
    // Its link is either ended at once, or handed over together with the news that the station has gone.
    await until(
      () => backend.links[0]?.readyState === 3 || rig.engine.all('stationDown').length === 1,
      'the end of the link or of the station',
    )
    assert.equal(rig.side.connected, 0)
  })

  test('LK4 thousands of noisy connections cost no memory and no station', { timeout: 60_000 }, async () => {
    await using rig = await openRig()
    let seed = 42
    const next = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed
    }
    const before = process.memoryUsage().rss
    for (let round = 0; round < 20; round++) {
      const peers = Array.from({ length: 50 }, () => openRaw(rig.url))
      for (const peer of peers) {
        const noise = Buffer.from(Array.from({ length: next() % 200 }, () => next() % 256))
        const kind = next() % 3
        peer.socket.write(kind === 0 ? noise : Buffer.concat([Buffer.from(upgradeRequest('/N%')), noise]))
        if (kind === 2) peer.socket.write(upgradeRequest(`/CS-${next()}`))
        peer.socket.end()
      }
      await Promise.all(peers.map((peer) => peer.ended))
    }
    assert.equal((await connect(`${rig.url}/CS-1`)).kind, 'in')
    assert.ok(process.memoryUsage().rss - before < 120_000_000)
  })
})
