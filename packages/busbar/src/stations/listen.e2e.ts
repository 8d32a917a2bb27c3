// The stations' side over real sockets: who gets in, under which name and version, and what is refused how.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { WebSocket } from 'ws'
import {
  account,
  answerWith,
  backendSettings,
  basic,
  connect,
  connectIn,
  maskedFrame,
  openBackend,
  openRaw,
  openRig,
  plainListener,
  quietStations,
  takeFirst,
  until,
  upgradeRequest,
} from '../sockets/socket-rig.ts'
import { memoryVerdicts } from './credentials.ts'

const outside = [plainListener({ url: 'ws://0.0.0.0:0' })]

describe('identities', () => {
  const targets: readonly (readonly [target: string, identity: string | number])[] = [
    ['/ocpp/CS-1', 'CS-1'],
    ['//ocpp//CS-1/', 'CS-1'],
    ['/ocpp/1.6/CS-1?x=/y', 'CS-1'],
    ['ws://elsewhere.example/ocpp/CS-1', 'CS-1'],
    ['/ocpp/RDAM%20123', 'RDAM 123'],
    ['/ocpp/RDAM%7C123', 'RDAM|123'],
    ['/ocpp/a%2Fb', 'a/b'],
    ['/ocpp/cs-1', 'cs-1'],
    [`/ocpp/${'x'.repeat(49)}`, 'x'.repeat(49)],
    ['/ocpp/%zz', 404],
    ['/ocpp/a%00b', 404],
    ['/ocpp/..', 404],
    ['/ocpp/%2e%2e', 404],
    ['/ocpp/', 404],
    ['/', 404],
    ['/CS-1', 404],
    [`/ocpp/${'x'.repeat(300)}`, 404],
  ]
  test('LK1 LK2 request targets as they come', async () => {
    await using rig = await openRig({ listeners: [plainListener({ url: 'ws://127.0.0.1:0/ocpp' })] })
    for (const [target, expected] of targets) {
      using peer = openRaw(rig.url)
      const before = rig.engine.all('stationUp').length
      peer.socket.write(upgradeRequest(target))
      const status = await peer.status()
      if (typeof expected === 'number') {
        assert.equal(status, expected, target)
        assert.equal(rig.engine.all('refused').at(-1)?.refusal.code, 'BB-LINK-020', target)
      } else {
        assert.equal(status, 101, target)
        assert.equal((await rig.engine.heard('stationUp', before + 1)).arrival.id, expected)
      }
    }
  })

  test('LK2 LK3 48 characters on 2.x, and the name as a backend sees it', async () => {
    await using backend = await openBackend()
    await using rig = await openRig({ backend: backendSettings(`${backend.url}/?tenant=a`) })
    rig.engine.onUp = (arrival) => arrival.dialled?.take(1, rig.engine)
    await connectIn(`${rig.url}/RDAM%7C1%2F2%203`, { protocols: ['ocpp2.0.1'] })
    assert.equal(backend.requests[0]?.url, '/ocpp/RDAM%7C1%2F2%203?tenant=a')
    const long = await connect(`${rig.url}/${'x'.repeat(49)}`, { protocols: ['ocpp2.0.1'] })
    assert.equal(long.kind === 'refused' && long.status, 404)
    // Its link to the backend is not left behind.
    await until(() => backend.links.at(-1)?.readyState === 3, 'the dialled link to end')
  })
})

describe('versions', () => {
  type Known = { readonly listed?: readonly Subprotocol[]; readonly agreed?: Subprotocol }
  const rows: readonly (readonly [
    offers: readonly string[],
    known: Known,
    backendTakes: readonly string[],
    station: string,
  ])[] = [
    [['ocpp1.6'], { listed: ['ocpp1.6'] }, [], 'ocpp1.6'],
    [['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'], { listed: ['ocpp1.6', 'ocpp2.0.1'] }, [], 'ocpp2.0.1'],
    [['ocpp2.0.1'], { listed: ['ocpp1.6'] }, [], '1002'],
    [['ocpp2.1', 'ocpp1.6'], { agreed: 'ocpp1.6' }, [], 'ocpp1.6'],
    [['ocpp2.1', 'ocpp1.6'], {}, ['ocpp1.6'], 'ocpp1.6'],
    [['ocpp2.1', 'ocpp1.6'], {}, ['ocpp2.1'], 'ocpp2.1'],
    [['ocpp2.1', 'ocpp1.6'], {}, [], '1002'],
    [['ocpp2.1', 'ocpp1.6'], {}, ['ocpp2.0.1'], '1002'],
    [['ocpp1.5'], {}, [], '1002'],
    [[], {}, [], '400'],
  ]
  for (const [offers, known, takes, expected] of rows) {
    const knows = JSON.stringify(known)
    test(`LK13 LK14 offers ${offers.join(' ') || 'none'}, known ${knows}, backend takes ${takes}: ${expected}`, async () => {
      await using backend = await openBackend((_request, accept) => accept(takes[0]))
      await using rig = await openRig({
        backend: backendSettings(backend.url, { ocpp: known.listed ?? null }),
        ...(known.agreed === undefined ? {} : { agreed: known.agreed }),
      })
      rig.engine.onUp = (arrival) => arrival.dialled?.take(1, rig.engine)
      const header = offers.length === 0 ? [] : [`Sec-WebSocket-Protocol: ${offers.join(', ')}`]
      using peer = openRaw(rig.url)
      peer.socket.write(upgradeRequest('/CS-1', header))
      const status = await peer.status()
      if (expected === '1002') {
        assert.equal(status, 101)
        assert.doesNotMatch(peer.received(), /Sec-WebSocket-Protocol/i)
        await until(() => peer.received().includes('\x03\xeano OCPP version'), 'a close frame with 1002')
        assert.equal((await rig.engine.heard('refused')).refusal.code, 'BB-LINK-025')
      } else if (expected === '400') {
        assert.equal(status, 400)
        assert.equal((await rig.engine.heard('refused')).refusal.code, 'BB-LINK-026')
      } else {
        assert.match(peer.received(), new RegExp(`Sec-WebSocket-Protocol: ${expected.replace('.', '\\.')}\r\n`))
        assert.equal((await rig.engine.heard('stationUp')).arrival.ocpp, expected)
      }
      assert.equal(rig.engine.all('stationUp').length, expected.startsWith('ocpp') ? 1 : 0)
    })
  }

  test('LK14 a station that names none gets what its account assumes, and no header', async () => {
    await using rig = await openRig({ settings: { accounts: [account('CS-1', { assumeProtocol: 'ocpp1.6' })] } })
    using peer = openRaw(rig.url)
    peer.socket.write(upgradeRequest('/CS-1', []))
    assert.equal(await peer.status(), 101)
    assert.doesNotMatch(peer.received(), /Sec-WebSocket-Protocol/i)
    const { arrival } = await rig.engine.heard('stationUp')
    assert.deepEqual([arrival.ocpp, arrival.offered], ['ocpp1.6', []])
  })

  test('LK13 a primary that says nothing for 5 s does not keep the station out', { timeout: 15_000 }, async () => {
    await using backend = await openBackend(() => undefined)
    await using rig = await openRig({ backend: backendSettings(backend.url, { connectTimeoutMs: 30_000 }) })
    const start = performance.now()
    const arrival = await connect(`${rig.url}/CS-1`, { protocols: ['ocpp2.1', 'ocpp1.6'] })
    assert.equal(arrival.kind === 'in' && arrival.protocol, 'ocpp2.1')
    assert.ok(performance.now() - start < 6_500)
    assert.equal((await rig.engine.heard('stationUp')).arrival.dialled, null)
    assert.equal(rig.dialler.underWay, 0)
  })

  for (const [name, manner] of [
    ['refuses its credentials', answerWith(401)],
    ['is broken', answerWith(500)],
    ['is not there', null],
  ] as const) {
    test(`LK13 a primary that ${name} is no reason to refuse the station`, async () => {
      await using backend = await openBackend(manner ?? takeFirst)
      const url = manner === null ? 'ws://127.0.0.1:9/x' : backend.url
      await using rig = await openRig({ backend: backendSettings(url) })
      const arrival = await connect(`${rig.url}/CS-1`, { protocols: ['ocpp2.0.1', 'ocpp1.6'] })
      assert.equal(arrival.kind === 'in' && arrival.protocol, 'ocpp2.0.1')
    })
  }
})

describe('credentials', () => {
  const key = '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF'
  const accounts = [
    account('AL1000', { password: key }),
    account('RPC:16', { password: 'a password: with colons' }),
    account('Case-1', { password: 'correct horse battery' }),
  ]
  const rows: readonly (readonly [
    path: string,
    authorization: string | undefined,
    version: string,
    outcome: number,
  ])[] = [
    ['AL1000', 'Basic QUwxMDAwOgABAgMEBQYH////////////////', 'ocpp1.6', 101],
    ['AL1000', basic('AL1000', key), 'ocpp1.6', 101],
    ['AL1000', basic('AL1000', key.toLowerCase()), 'ocpp1.6', 101],
    ['AL1000', basic('AL1000', key), 'ocpp2.0.1', 101],
    ['AL1000', 'Basic QUwxMDAwOgABAgMEBQYH////////////////', 'ocpp2.0.1', 401],
    ['AL1000', basic('AL1000', `${key.slice(0, -1)}E`), 'ocpp1.6', 401],
    ['AL1000', basic('AL1000', ''), 'ocpp1.6', 401],
    ['AL1000', undefined, 'ocpp1.6', 401],
    ['AL1000', basic('Case-1', 'correct horse battery'), 'ocpp1.6', 401],
    ['AL1000', 'Basic !', 'ocpp1.6', 401],
    ['RPC%3A16', basic('RPC:16', 'a password: with colons'), 'ocpp1.6', 101],
    ['Case-1', basic('Case-1', 'correct horse battery'), 'ocpp2.0.1', 101],
    ['CASE-1', basic('CASE-1', 'correct horse battery'), 'ocpp2.0.1', 101],
    ['CASE-1', basic('CASE-1', 'correct horse battery'), 'ocpp1.6', 404],
    ['Nobody', basic('Nobody', 'correct horse battery'), 'ocpp1.6', 404],
    ['Nobody', undefined, 'ocpp2.1', 404],
  ]
  test('LK5 LK6 passwords in all their spellings; unknown 404, wrong 401', async () => {
    await using rig = await openRig({ listeners: outside, settings: { unknown: 'reject', accounts } })
    const url = rig.url.replace('0.0.0.0', '127.0.0.1')
    for (const [path, authorization, version, outcome] of rows) {
      const label = `${path} ${authorization} ${version}`
      const arrival = await connect(`${url}/${path}`, {
        protocols: [version],
        ...(authorization === undefined ? {} : { authorization }),
      })
      if (outcome === 101) {
        assert.equal(arrival.kind, 'in', label)
        const up = rig.engine.all('stationUp').at(-1)?.arrival
        assert.equal(up?.profile, 1)
        assert.ok(
          accounts.some((known) => known.id === up?.id),
          'known by the name of its account',
        )
      } else {
        assert.ok(arrival.kind === 'refused', label)
        assert.equal(arrival.status, outcome, label)
        assert.equal(arrival.headers['www-authenticate'] !== undefined, outcome === 401)
        assert.equal(arrival.headers.connection, 'close')
      }
    }
    const record = JSON.stringify(rig.engine.all('refused'))
    for (const secret of [key, 'correct horse', 'QUwxMDAw']) assert.ok(!record.includes(secret), 'no secret is told')
  })

  test('LK8 without a proof from loopback only, unless profile 0 is written out', async () => {
    await using strict = await openRig({ listeners: outside })
    const refused = await connect(`${strict.url.replace('0.0.0.0', '127.0.0.1')}/CS-1`)
    assert.equal(refused.kind === 'refused' && refused.status, 401)
    await using open = await openRig({ listeners: outside, settings: { profile: 0 } })
    assert.equal((await connect(`${open.url.replace('0.0.0.0', '127.0.0.1')}/CS-1`)).kind, 'in')
  })

  test('LK8 a web page of another site is no station; a simulator served from this machine may be', async () => {
    await using rig = await openRig()
    const page = await connect(`${rig.url}/CS-1`, { headers: { Origin: 'https://evil.example' } })
    assert.equal(page.kind === 'refused' && page.status, 403)
    assert.equal((await connect(`${rig.url}/CS-1`, { headers: { Origin: 'http://localhost:5173' } })).kind, 'in')
  })
})

describe('the primary decides who comes in', () => {
  const settings = { authenticate: 'backend', unknown: 'reject' } as const
  const password = 'only the backend knows'

  test('LK9 LK25 it is dialled with what the station presented, and that link is used', async () => {
    await using backend = await openBackend((request, accept, socket) =>
      request.headers.authorization === basic('CS-1', password)
        ? takeFirst(request, accept, socket)
        : answerWith(401)(request, accept, socket),
    )
    // Own credentials of the backend would prove nothing about the station.
    const own = { kind: 'own', password: 'of busbar' } as const
    const verdicts = memoryVerdicts()
    await using rig = await openRig({
      listeners: outside,
      settings,
      backend: backendSettings(backend.url, { password: own }),
      verdicts,
    })
    const url = `${rig.url.replace('0.0.0.0', '127.0.0.1')}/CS-1`
    rig.engine.onUp = (arrival) => arrival.dialled?.take(arrival.epoch, rig.engine)
    const ws = await connectIn(url, { authorization: basic('CS-1', password) })
    const { arrival } = await rig.engine.heard('stationUp')
    assert.equal(arrival.profile, 1)
    assert.equal(backend.requests.length, 1)
    rig.engine.backends.get(arrival.epoch)
    await until(() => backend.links.length === 1, 'the link')
    ws.terminate()
    const wrong = await connect(url, { authorization: basic('CS-1', 'wrong') })
    assert.equal(wrong.kind === 'refused' && wrong.status, 401)
    // A refusal takes back what was remembered.
    assert.equal(verdicts.get('CS-1', 'billing'), null)
  })

  test('LK9 unknown there is 404 here', async () => {
    await using backend = await openBackend(answerWith(404))
    await using rig = await openRig({ settings, backend: backendSettings(backend.url) })
    const arrival = await connect(`${rig.url}/CS-1`, { authorization: basic('CS-1', password) })
    assert.equal(arrival.kind === 'refused' && arrival.status, 404)
  })

  test('LK9 when it is away, what it accepted before gets in, anything else later', async () => {
    const verdicts = memoryVerdicts()
    let up = true
    await using backend = await openBackend((request, accept, socket) =>
      (up ? takeFirst : answerWith(503))(request, accept, socket),
    )
    await using rig = await openRig({ settings, backend: backendSettings(backend.url), verdicts })
    rig.engine.onUp = (arrival) => arrival.dialled?.take(arrival.epoch, rig.engine)
    const authorization = basic('CS-1', password)
    const ws = await connectIn(`${rig.url}/CS-1`, { authorization })
    ws.terminate()
    up = false
    assert.equal((await connect(`${rig.url}/CS-1`, { authorization })).kind, 'in')
    for (const [id, other] of [
      ['CS-1', basic('CS-1', 'another')],
      ['CS-1', undefined],
      ['CS-2', basic('CS-2', password)],
    ] as const) {
      const later = await connect(`${rig.url}/${id}`, other === undefined ? {} : { authorization: other })
      assert.ok(later.kind === 'refused')
      assert.equal(later.status, 503)
      assert.match(later.headers['retry-after'] ?? '', /^\d+$/)
    }
    const kept = verdicts.get('CS-1', 'billing')
    assert.ok(kept !== null && !Buffer.from(kept).includes(Buffer.from(password)))
  })
})

describe('transparent routes', () => {
  test('LK10 the primary is dialled first, and without it there is no station', async () => {
    let up = false
    await using backend = await openBackend((request, accept, socket) =>
      (up ? takeFirst : answerWith(502))(request, accept, socket),
    )
    await using rig = await openRig({
      backend: backendSettings(backend.url, { ocpp: ['ocpp1.6'] }),
      mode: 'transparent',
    })
    const later = await connect(`${rig.url}/CS-1`)
    assert.ok(later.kind === 'refused')
    assert.equal(later.status, 503)
    assert.ok(Number(later.headers['retry-after']) > 0)
    up = true
    rig.engine.onUp = (arrival) => arrival.dialled?.take(1, rig.engine)
    assert.equal((await connect(`${rig.url}/CS-1`)).kind, 'in')
    assert.notEqual(rig.engine.all('stationUp')[0]?.arrival.dialled, null)
  })
})

describe('two connections of one identity', () => {
  const behindProxy = [plainListener({ trustProxy: ['127.0.0.1'] })]
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })

  test('LK11 without a proof the second waits for the first to be gone', async () => {
    await using rig = await openRig({ listeners: behindProxy, settings: { profile: 0 } })
    const first = await connectIn(`${rig.url}/CS-1`, from('192.0.2.1'))
    const second = await connect(`${rig.url}/CS-1`, from('192.0.2.2'))
    assert.equal(second.kind === 'refused' && second.status, 409)
    assert.equal(rig.engine.all('refused')[0]?.refusal.remote, '192.0.2.2')
    first.terminate()
    await rig.engine.heard('stationDown')
    assert.equal((await connect(`${rig.url}/CS-1`, from('192.0.2.2'))).kind, 'in')
  })

  test('LK11 a first that answers nothing is no obstacle', async () => {
    await using rig = await openRig({ listeners: behindProxy, settings: { profile: 0 } })
    using mute = openRaw(rig.url)
    mute.socket.write(upgradeRequest('/CS-1', ['Sec-WebSocket-Protocol: ocpp1.6', 'X-Forwarded-For: 192.0.2.1']))
    await mute.status()
    const start = performance.now()
    assert.equal((await connect(`${rig.url}/CS-1`, from('192.0.2.2'))).kind, 'in')
    assert.ok(performance.now() - start >= 900)
  })

  test('LK11 LK16 with a password the new one wins at once, and each epoch ends once', async () => {
    const accounts = [account('CS-1', { password: 'correct horse battery' })]
    await using rig = await openRig({ settings: { accounts } })
    const authorization = basic('CS-1', 'correct horse battery')
    rig.engine.onUp = (arrival) => rig.engine.stations.get(arrival.epoch - 1)?.close(1000, 'replaced')
    for (let i = 0; i < 5; i++) await connectIn(`${rig.url}/CS-1`, { authorization })
    await rig.engine.heard('stationDown', 4)
    assert.deepEqual(
      rig.engine.all('stationUp').map((told) => told.arrival.epoch),
      [1, 2, 3, 4, 5],
    )
    assert.deepEqual(
      rig.engine.all('stationDown').map((told) => [told.epoch, told.reason]),
      [
        [1, 'replaced'],
        [2, 'replaced'],
        [3, 'replaced'],
        [4, 'replaced'],
      ],
    )
    assert.equal(rig.side.connected, 1)
  })
})

describe('early frames', () => {
  for (const delay of [0, 300]) {
    test(`LK15 what a station sends with its handshake waits for a primary that takes ${delay} ms`, async () => {
      await using backend = await openBackend((request, accept, socket) => {
        setTimeout(() => takeFirst(request, accept, socket), delay)
      })
      await using rig = await openRig({ backend: backendSettings(backend.url) })
      rig.engine.onUp = (arrival) => arrival.dialled?.take(1, rig.engine)
      using peer = openRaw(rig.url)
      const frames = ['[2,"1","BootNotification",{}]', '[2,"2","Heartbeat",{}]']
      // The first in the same packet as the request, the second while the answer is awaited.
      peer.socket.write(Buffer.concat([Buffer.from(upgradeRequest('/CS-1')), maskedFrame(1, frames[0]!)]))
      setTimeout(() => peer.socket.write(maskedFrame(1, frames[1]!)), 50)
      await rig.engine.heard('stationFrame', 2)
      assert.deepEqual(
        rig.engine.all('stationFrame').map((told) => told.text),
        frames,
      )
    })
  }

  test('LK15 LK16 what a primary sends before it is taken comes in order, its end last', async () => {
    await using backend = await openBackend((request, accept, socket) => {
      takeFirst(request, accept, socket)
      for (let i = 0; i < 50; i++) backend.links[0]?.send(`[2,"${i}","Reset",{}]`)
      backend.links[0]?.close(1001, 'bye')
    })
    await using rig = await openRig({ backend: backendSettings(backend.url) })
    let take: () => void = () => undefined
    rig.engine.onUp = (arrival) => {
      take = () => arrival.dialled?.take(7, rig.engine)
    }
    await connectIn(`${rig.url}/CS-1`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(rig.engine.all('backendFrame').length, 0)
    take()
    const down = await rig.engine.heard('backendDown')
    assert.deepEqual([down.attempt, down.code, down.reason], [7, 1001, 'bye'])
    assert.deepEqual(
      rig.engine.all('backendFrame').map((told) => told.text),
      Array.from({ length: 50 }, (_, i) => `[2,"${i}","Reset",{}]`),
    )
    assert.equal(rig.engine.told.at(-1)?.what, 'backendDown')
  })
})

describe('a link that was dialled ahead', () => {
  async function held(afterOpen: (link: WebSocket) => void) {
    const backend = await openBackend((request, accept, socket) => {
      takeFirst(request, accept, socket)
      afterOpen(backend.links[0]!)
    })
    const rig = await openRig({ backend: backendSettings(backend.url) })
    await connectIn(`${rig.url}/CS-1`)
    const { arrival } = await rig.engine.heard('stationUp')
    return { backend, rig, dialled: arrival.dialled! }
  }

  test('LK15 is not read before it is taken, however much is sent', async () => {
    const { backend, rig, dialled } = await held((link) => {
      for (let i = 0; i < 40; i++) link.send('x'.repeat(1024 * 1024))
    })
    await using _ = backend
    await using __ = rig
    await new Promise((resolve) => setTimeout(resolve, 300))
    const waiting = backend.links[0]!.bufferedAmount
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.ok(waiting > 0 && backend.links[0]!.bufferedAmount === waiting, `${waiting} bytes wait, and go on waiting`)
    dialled.take(1, rig.engine)
    await rig.engine.heard('backendFrame', 40)
  })

  test('LK16 that was reset before it was taken is told as down after it was taken', async () => {
    const { backend, rig, dialled } = await held((link) => setTimeout(() => link.terminate(), 50))
    await using _ = backend
    await using __ = rig
    await new Promise((resolve) => setTimeout(resolve, 150))
    assert.equal(rig.engine.all('backendDown').length, 0)
    dialled.take(9, rig.engine)
    const down = await rig.engine.heard('backendDown')
    assert.deepEqual([down.attempt, down.code], [9, 1006])
  })

  test('LK16 can be given up', async () => {
    const { backend, rig, dialled } = await held(() => undefined)
    await using _ = backend
    await using __ = rig
    dialled.terminate()
    await until(() => backend.links[0]?.readyState === 3, 'the end of the link')
  })
})

describe('before and after', () => {
  test('LK12 handshakes get 503 with Retry-After while it is closed', async () => {
    await using rig = await openRig()
    rig.side.setOpen(false)
    const later = await connect(`${rig.url}/CS-1`)
    assert.ok(later.kind === 'refused')
    assert.equal(later.status, 503)
    assert.match(later.headers['retry-after'] ?? '', /^\d+$/)
    rig.side.setOpen(true)
    assert.equal((await connect(`${rig.url}/CS-1`)).kind, 'in')
  })

  test('LK16 stations stay when it stops listening, and end when it closes', async () => {
    await using rig = await openRig()
    const ws = await connectIn(`${rig.url}/CS-1`)
    rig.side.stopListening()
    ws.send('[2,"1","Heartbeat",{}]')
    await rig.engine.heard('stationFrame')
    assert.equal((await connect(`${rig.url}/CS-2`)).kind, 'error')
    await rig.side.close()
    assert.equal((await rig.engine.heard('stationDown')).code, 1006)
  })

  test('LK4 changed accounts count for the next handshake', async () => {
    await using rig = await openRig({ settings: { unknown: 'reject' } })
    const before = await connect(`${rig.url}/CS-1`)
    assert.equal(before.kind === 'refused' && before.status, 404)
    rig.side.configure({ ...quietStations, unknown: 'reject', accounts: [account('CS-1')] })
    assert.equal((await connect(`${rig.url}/CS-1`)).kind, 'in')
  })

  test('LK28 the address of a proxy’s client counts only when the proxy is named', async () => {
    for (const [trustProxy, forwarded, expected] of [
      [[], '192.0.2.1', '127.0.0.1'],
      [['10.0.0.1'], '192.0.2.1', '127.0.0.1'],
      [['127.0.0.1'], '192.0.2.1', '192.0.2.1'],
      [['127.0.0.0/8', '10.0.0.0/8'], '203.0.113.9, 192.0.2.1, 10.1.2.3', '192.0.2.1'],
      [['127.0.0.1'], 'nonsense', '127.0.0.1'],
      [['127.0.0.1'], '2001:db8::1', '2001:db8::1'],
    ] as const) {
      await using rig = await openRig({ listeners: [plainListener({ trustProxy })] })
      await connectIn(`${rig.url}/CS-1`, { headers: { 'X-Forwarded-For': forwarded } })
      assert.equal((await rig.engine.heard('stationUp')).arrival.remote, expected)
    }
  })
})
