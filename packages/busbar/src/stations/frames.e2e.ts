// What comes over a station's open link: frames that cannot be read, compression, silence, haste, and a peer that does
// not read.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import type { WebSocket } from 'ws'
import {
  connect,
  connectIn,
  maskedFrame,
  openRaw,
  openRig,
  type RawPeer,
  type Rig,
  until,
  upgradeRequest,
} from '../sockets/socket-rig.ts'

async function rawStation(rig: Rig, headers?: readonly string[]): Promise<RawPeer> {
  const peer = openRaw(rig.url)
  peer.socket.write(upgradeRequest('/CS-1', headers))
  assert.equal(await peer.status(), 101)
  return peer
}

describe('frames that cannot be read', () => {
  const header = (bits: number, length: Buffer) => Buffer.concat([Buffer.from([bits]), length])
  const rows: readonly (readonly [name: string, bytes: Buffer, what: string, code: number])[] = [
    ['invalid UTF-8', maskedFrame(1, Buffer.from([0x5b, 0xff, 0xfe, 0x5d])), 'invalidUtf8', 1007],
    ['RSV1 although nothing was negotiated', maskedFrame(1, '[]', 0xc0), 'reservedBits', 1002],
    ['RSV2', maskedFrame(1, '[]', 0xa0), 'reservedBits', 1002],
    ['an unmasked frame', Buffer.from([0x81, 2, 0x5b, 0x5d]), 'malformed', 1002],
    ['an unknown opcode', maskedFrame(3, 'x'), 'malformed', 1002],
    ['a fragmented ping', maskedFrame(9, 'x', 0), 'malformed', 1002],
    ['a continuation of nothing', maskedFrame(0, 'x'), 'malformed', 1002],
    ['a frame above the limit', header(0x81, Buffer.from([0xff, 0, 0, 0, 0, 0, 0x10, 0, 1])), 'tooLarge', 1009],
    ['a frame of 2^62 bytes', header(0x81, Buffer.from([0xff, 0x40, 0, 0, 0, 0, 0, 0, 0])), 'tooLarge', 1009],
  ]
  for (const [name, bytes, what, code] of rows) {
    test(`LK18 ${name} is a loss and ends the link with ${code}`, async () => {
      await using rig = await openRig()
      using peer = await rawStation(rig)
      peer.socket.write(Buffer.concat([maskedFrame(1, '[2,"1","Heartbeat",{}]'), bytes]))
      const { loss } = await rig.engine.heard('stationFrameLost')
      assert.equal(loss.what, what)
      assert.equal(rig.engine.all('stationFrame').length, 1)
      const close = Buffer.from([0x88, 0x02, code >> 8, code & 255]).toString('latin1')
      await until(() => peer.received().includes(close), `a close frame with ${code}`)
      peer.socket.end()
      const down = await rig.engine.heard('stationDown')
      assert.equal(down.code, code)
      assert.equal(rig.engine.all('stationFrameLost').length, 1)
    })
  }

  test('LK18 a binary frame is a loss and the link stays', async () => {
    await using rig = await openRig()
    const ws = await connectIn(`${rig.url}/CS-1`)
    ws.send(Buffer.from('[2,"1","Heartbeat",{}]'))
    ws.send('[2,"2","Heartbeat",{}]')
    await rig.engine.heard('stationFrame')
    assert.deepEqual(
      rig.engine.all('stationFrameLost').map((told) => [told.loss.what, told.loss.size]),
      [['binary', 22]],
    )
    assert.equal(ws.readyState, 1)
  })

  test('LK15 a frame of a megabyte less one, in a thousand fragments, comes whole', async () => {
    await using rig = await openRig()
    const ws = await connectIn(`${rig.url}/CS-1`)
    const text = `["${'ä'.repeat(500_000)}"]`
    const bytes = Buffer.from(text)
    const step = Math.ceil(bytes.length / 1000)
    for (let at = 0; at < bytes.length; at += step) {
      ws.send(bytes.subarray(at, at + step), { binary: false, fin: at + step >= bytes.length })
    }
    assert.equal((await rig.engine.heard('stationFrame')).text, text)
  })

  test('LK16 a process that dies ends the epoch with 1006', async () => {
    await using rig = await openRig()
    using peer = await rawStation(rig)
    peer.socket.write(maskedFrame(1, '[2,"1","Heartbeat",{}]').subarray(0, 10))
    peer.socket.resetAndDestroy()
    assert.equal((await rig.engine.heard('stationDown')).code, 1006)
    assert.equal(rig.engine.all('stationFrame').length, 0)
  })
})

describe('compression', () => {
  const long = `[2,"1","DataTransfer",{"data":"${'abc '.repeat(2_000)}"}]`
  const offers: readonly (readonly [name: string, offer: string, accepted: RegExp | null])[] = [
    ['as ws and ocpp-rpc offer it', 'permessage-deflate; client_max_window_bits', /^permessage-deflate/],
    [
      'as python websockets offers it',
      'permessage-deflate; server_max_window_bits=12; client_max_window_bits=12',
      /^permessage-deflate/,
    ],
    ['plainly', 'permessage-deflate', /no_context_takeover/],
    ['with a window we do not go down to', 'permessage-deflate; server_max_window_bits=9', null],
    ['with an unknown parameter', 'permessage-deflate; shrink', null],
    ['another extension', 'x-webkit-deflate-frame', null],
    ['broken', 'permessage-deflate; ;=', null],
  ]
  for (const [name, offer, accepted] of offers) {
    test(`LK17 2.x, offered ${name}: ${accepted === null ? 'declined' : 'accepted'}, never refused`, async () => {
      await using rig = await openRig()
      using peer = await rawStation(rig, ['Sec-WebSocket-Protocol: ocpp2.0.1', `Sec-WebSocket-Extensions: ${offer}`])
      const answer = /Sec-WebSocket-Extensions: (.*)\r/i.exec(peer.received())?.[1]
      if (accepted === null) assert.equal(answer, undefined)
      else {
        assert.match(answer ?? '', accepted)
        const compressed = deflateRawSync(Buffer.from(long), { windowBits: 12, finishFlush: 2 }).subarray(0, -4)
        peer.socket.write(maskedFrame(1, compressed, 0xc0))
        assert.equal((await rig.engine.heard('stationFrame')).text, long)
      }
      peer.socket.write(maskedFrame(1, '[2,"9","Heartbeat",{}]'))
      await rig.engine.heard('stationFrame', accepted === null ? 1 : 2)
    })
  }

  test('LK17 1.6 is never compressed', async () => {
    await using rig = await openRig()
    const arrival = await connect(`${rig.url}/CS-1`, { protocols: ['ocpp1.6'], deflate: true })
    assert.equal(arrival.kind === 'in' && arrival.extensions, '')
  })

  test('LK15 LK17 both ways through a compressed leg', async () => {
    await using rig = await openRig()
    const ws = await connectIn(`${rig.url}/CS-1`, { protocols: ['ocpp2.1'], deflate: { threshold: 0 } })
    const { arrival } = await rig.engine.heard('stationUp')
    ws.send(long)
    assert.equal((await rig.engine.heard('stationFrame')).text, long)
    for (const text of [long, '[3,"1",{}]']) {
      const back = new Promise((resolve) => ws.once('message', (data) => resolve(String(data))))
      rig.engine.stations.get(arrival.epoch)?.send({ text, bytes: Buffer.from(text) })
      assert.equal(await back, text)
    }
  })

  test('LK17 LK18 a bomb is refused by what it would become', async () => {
    await using rig = await openRig()
    const headers = ['Sec-WebSocket-Protocol: ocpp2.0.1', 'Sec-WebSocket-Extensions: permessage-deflate']
    using peer = await rawStation(rig, headers)
    const before = process.memoryUsage().rss
    // 30 kB on the wire, 30 MB inflated, allowed is one.
    const bomb = deflateRawSync(Buffer.alloc(30_000_000), { finishFlush: 2 }).subarray(0, -4)
    assert.ok(bomb.length < 40_000)
    peer.socket.write(maskedFrame(1, bomb, 0xc0))
    const { loss } = await rig.engine.heard('stationFrameLost')
    assert.equal(loss.what, 'tooLarge')
    assert.ok(process.memoryUsage().rss - before < 60_000_000)
    peer.socket.end()
    assert.equal((await rig.engine.heard('stationDown')).code, 1009)
  })

  test('LK18 a compressed frame that is none ends the link, and only that', async () => {
    await using rig = await openRig()
    const other = await connectIn(`${rig.url}/CS-2`)
    const headers = ['Sec-WebSocket-Protocol: ocpp2.0.1', 'Sec-WebSocket-Extensions: permessage-deflate']
    using peer = await rawStation(rig, headers)
    peer.socket.write(maskedFrame(1, Buffer.from([0xff, 0xff, 0xff, 0xff]), 0xc0))
    assert.equal((await rig.engine.heard('stationFrameLost')).loss.what, 'malformed')
    other.send('[2,"1","Heartbeat",{}]')
    await rig.engine.heard('stationFrame')
  })
})

describe('silence', () => {
  test('LK19 a peer that answers nothing is noticed, one that pongs or only talks is not', async () => {
    await using rig = await openRig({ settings: { pingEveryMs: 60 } })
    const ponging = await connectIn(`${rig.url}/PONGS`)
    const talking = await connectIn(`${rig.url}/TALKS`, { autoPong: false })
    const timer = setInterval(() => talking.send('[2,"1","Heartbeat",{}]'), 50)
    await connectIn(`${rig.url}/MUTE`, { autoPong: false })
    const start = performance.now()
    const down = await rig.engine.heard('stationDown')
    const took = performance.now() - start
    clearInterval(timer)
    assert.deepEqual([down.id, down.code], ['MUTE', 1006])
    assert.match(down.reason, /no sign of life/)
    assert.ok(took > 150 && took < 1_000, `${took} ms`)
    assert.equal(rig.engine.all('stationDown').length, 1)
    assert.equal(ponging.readyState, 1)
  })

  test('LK19 a large frame that trickles in is a sign of life', async () => {
    await using rig = await openRig({ settings: { pingEveryMs: 50 } })
    using peer = await rawStation(rig)
    const frame = maskedFrame(1, `["${'x'.repeat(60)}"]`)
    for (const byte of frame) {
      peer.socket.write(Buffer.from([byte]))
      await new Promise((resolve) => setTimeout(resolve, 8))
    }
    await rig.engine.heard('stationFrame')
    assert.equal(rig.engine.all('stationDown').length, 0)
  })

  test('LK19 pings of a station are answered, whoever is paused', async () => {
    await using rig = await openRig()
    const ws = await connectIn(`${rig.url}/CS-1`)
    const pong = new Promise((resolve) => ws.once('pong', (data) => resolve(String(data))))
    ws.ping('hello')
    assert.equal(await pong, 'hello')
  })

  test('LK19 a leg that we do not read is not judged by its silence', async () => {
    await using rig = await openRig({ settings: { pingEveryMs: 40 } })
    await connectIn(`${rig.url}/CS-1`, { autoPong: false })
    const { arrival } = await rig.engine.heard('stationUp')
    rig.engine.stations.get(arrival.epoch)?.pause()
    await new Promise((resolve) => setTimeout(resolve, 400))
    assert.equal(rig.engine.all('stationDown').length, 0)
    rig.engine.stations.get(arrival.epoch)?.resume()
    await rig.engine.heard('stationDown')
  })
})

describe('haste', () => {
  test('LK20 above its rate a station is read more slowly, and nothing is lost', async () => {
    await using rig = await openRig({ settings: { maxFramesPerSecond: 200 } })
    const ws = await connectIn(`${rig.url}/CS-1`)
    const start = performance.now()
    for (let i = 0; i < 400; i++) {
      ws.send(`[2,"${i}","Heartbeat",{}]`)
      // A chunk that was read is delivered whole, so the frames come in many small ones.
      if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await rig.engine.heard('stationFrame', 400)
    assert.ok(performance.now() - start > 700, 'a burst of one second is free, the second one is not')
    assert.deepEqual(
      rig.engine.all('stationFrame').map((told) => told.text),
      Array.from({ length: 400 }, (_, i) => `[2,"${i}","Heartbeat",{}]`),
    )
  })

  test('LK20 a slowed station can be paused by the engine and resumed', async () => {
    await using rig = await openRig({ settings: { maxFramesPerSecond: 50 } })
    const ws = await connectIn(`${rig.url}/CS-1`)
    const { arrival } = await rig.engine.heard('stationUp')
    const socket = rig.engine.stations.get(arrival.epoch)!
    for (let i = 0; i < 60; i++) ws.send('[2,"1","Heartbeat",{}]')
    await rig.engine.heard('stationFrame', 60)
    socket.pause()
    // The pause for the rate ends by itself; the engine's does not.
    await new Promise((resolve) => setTimeout(resolve, 400))
    ws.send('[2,"last","Heartbeat",{}]')
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(rig.engine.all('stationFrame').length, 60)
    socket.resume()
    await rig.engine.heard('stationFrame', 61)
  })
})

describe('a peer that does not read', () => {
  const big = { text: '', bytes: Buffer.from(`["${'x'.repeat(512 * 1024)}"]`) }
  const stopReading = (ws: WebSocket) => ws.pause()

  test('LK21 is told as high and, when it reads again, as low', async () => {
    await using rig = await openRig()
    const ws = await connectIn(`${rig.url}/CS-1`)
    const { arrival } = await rig.engine.heard('stationUp')
    const socket = rig.engine.stations.get(arrival.epoch)!
    stopReading(ws)
    let sent = 0
    for (; rig.engine.all('stationPressure').length === 0 && sent < 100; sent++) {
      socket.send(big)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    assert.equal(rig.engine.all('stationPressure')[0]?.level, 'high')
    assert.ok(socket.bufferedBytes > 1024 * 1024)
    let read = 0
    ws.on('message', () => read++)
    ws.resume()
    assert.equal((await rig.engine.heard('stationPressure', 2)).level, 'low')
    await until(() => read === sent, 'all frames')
  })

  test('LK21 is ended when 16 MiB wait for it', async () => {
    await using rig = await openRig()
    stopReading(await connectIn(`${rig.url}/CS-1`))
    const { arrival } = await rig.engine.heard('stationUp')
    const socket = rig.engine.stations.get(arrival.epoch)!
    for (let i = 0; i < 80; i++) socket.send(big)
    const down = await rig.engine.heard('stationDown')
    assert.equal(down.code, 1006)
    assert.match(down.reason, /does not read/)
    assert.doesNotThrow(() => socket.send(big), 'a send after the end does nothing')
  })

  test('LK16 a paused link hears the answer to its close', async () => {
    await using rig = await openRig()
    const ws = await connectIn(`${rig.url}/CS-1`)
    const { arrival } = await rig.engine.heard('stationUp')
    const socket = rig.engine.stations.get(arrival.epoch)!
    socket.pause()
    ws.send('[2,"unread","Heartbeat",{}]')
    await new Promise((resolve) => setTimeout(resolve, 30))
    const start = performance.now()
    socket.close(1000, 'replaced')
    assert.equal((await rig.engine.heard('stationDown')).code, 1000)
    assert.ok(performance.now() - start < 2_000)
  })

  test('LK16 close is answered or not: the end comes', { timeout: 12_000 }, async () => {
    await using rig = await openRig()
    stopReading(await connectIn(`${rig.url}/CS-1`))
    const { arrival } = await rig.engine.heard('stationUp')
    const socket = rig.engine.stations.get(arrival.epoch)!
    socket.pause()
    socket.close(
      1012,
      'restarting, and this reason is far longer than the hundred and twenty-three bytes that fit — ü'.repeat(2),
    )
    const down = await rig.engine.heard('stationDown', 1, 8_000)
    assert.equal(down.code, 1012)
  })
})
