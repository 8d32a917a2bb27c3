// Dialling backends over real sockets: what is presented, how each failure is called, turns and cancelling, and the open
// link.

import assert from 'node:assert/strict'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { WebSocketServer } from 'ws'
import type { BackendSettings } from '../config/settings.ts'
import type { StationCredentials } from '../links.ts'
import { createAuthority } from '../sockets/authority-rig.ts'
import {
  answerWith,
  backendSettings,
  basic,
  ListeningEngine,
  type Manner,
  openBackend,
  takeFirst,
  until,
} from '../sockets/socket-rig.ts'
import { systemClock } from '../system/clock.ts'
import { createDialler } from './dial.ts'

const options = { clock: systemClock, random: () => 0.5 }

interface Attempt {
  readonly backend: BackendSettings
  readonly attempt?: number
  readonly ocpp?: readonly Subprotocol[]
  readonly credentials?: StationCredentials | null
  readonly asStation?: boolean
  readonly station?: string
}

function request({
  station = 'CS-1',
  attempt = 1,
  ocpp = ['ocpp1.6'],
  credentials = null,
  asStation = false,
  backend,
}: Attempt) {
  return { station, backend, attempt, ocpp, credentials, asStation }
}

/** Dials once and gives what came of it. */
async function outcomeOf(attempt: Attempt): Promise<string> {
  const engine = new ListeningEngine()
  const dialler = createDialler(options)
  dialler.dial(request(attempt), engine)
  assert.equal(engine.told.length, 0, 'no event comes inside the call')
  await until(() => engine.told.length > 0, 'an outcome')
  const told = engine.told[0]!
  engine.backends.get(attempt.attempt ?? 1)?.terminate()
  await until(() => dialler.underWay === 0, 'the end of the handshake')
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(engine.told.filter(({ what }) => what !== 'backendDown').length, 1, 'one outcome')
  if (told.what === 'backendUp') return `up ${told.ocpp}`
  if (told.what === 'backendRefused') return `refused ${told.cause} ${told.status}`
  if (told.what === 'backendUnreachable') return `unreachable ${told.status}`
  return told.what
}

/** A server's sockets stay half open when the peer ends; this one goes with it. */
function untilItLeaves(socket: Duplex): void {
  socket.on('end', () => socket.destroy())
  socket.resume()
}

describe('how a dial ends', () => {
  const rows: readonly (readonly [string, Manner, readonly Subprotocol[], string])[] = [
    ['takes it', takeFirst, ['ocpp1.6'], 'up ocpp1.6'],
    ['chooses the second', (_r, accept) => accept('ocpp1.6'), ['ocpp2.0.1', 'ocpp1.6'], 'up ocpp1.6'],
    ['accepts no version', (_r, accept) => accept(), ['ocpp1.6'], 'refused version 101'],
    [
      'chooses one that was not offered',
      (_r, _a, socket) => {
        untilItLeaves(socket)
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: ocpp1.5\r\n\r\n',
        )
      },
      ['ocpp1.6'],
      'refused version 101',
    ],
    [
      'breaks the handshake',
      (_r, _a, socket) => {
        untilItLeaves(socket)
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Accept: nonsense\r\n\r\n',
        )
      },
      ['ocpp1.6'],
      'refused other 101',
    ],
    ['answers 401', answerWith(401), ['ocpp1.6'], 'refused credentials 401'],
    ['answers 403', answerWith(403), ['ocpp1.6'], 'refused credentials 403'],
    ['answers 404', answerWith(404), ['ocpp1.6'], 'refused unknownStation 404'],
    ['answers 400', answerWith(400), ['ocpp1.6'], 'refused other 400'],
    ['answers 302', answerWith(302), ['ocpp1.6'], 'refused other 302'],
    ['answers 200', answerWith(200), ['ocpp1.6'], 'refused other 200'],
    ['answers 429', answerWith(429), ['ocpp1.6'], 'unreachable 429'],
    ['answers 503', answerWith(503), ['ocpp1.6'], 'unreachable 503'],
    ['says nothing', (_r, _a, socket) => untilItLeaves(socket), ['ocpp1.6'], 'unreachable null'],
    ['hangs up', (_r, _a, socket) => void socket.destroy(), ['ocpp1.6'], 'unreachable null'],
    ['is no HTTP', (_r, _a, socket) => void socket.end('SSH-2.0\r\n'), ['ocpp1.6'], 'unreachable null'],
  ]
  for (const [name, manner, ocpp, expected] of rows) {
    test(`LK23 a backend that ${name}: ${expected}`, async () => {
      await using backend = await openBackend(manner)
      const outcome = await outcomeOf({ backend: backendSettings(backend.url, { connectTimeoutMs: 300 }), ocpp })
      assert.equal(outcome, expected)
      // Whatever it was, no connection is left behind.
      let left = -1
      const count = () =>
        backend.server.getConnections((_error, connections) => {
          left = connections
        })
      await until(() => {
        count()
        return left === 0
      }, 'the end of the connection')
    })
  }

  test('LK23 nobody listens, a name that does not exist, a URL that is none', async () => {
    assert.equal(await outcomeOf({ backend: backendSettings('ws://127.0.0.1:9') }), 'unreachable null')
    assert.equal(
      await outcomeOf({ backend: backendSettings('ws://nowhere.invalid', { connectTimeoutMs: 900 }) }),
      'unreachable null',
    )
    assert.equal(await outcomeOf({ backend: backendSettings('no url') }), 'unreachable null')
  })

  test('LK23 one that drips its answer is out of reach when the time is over', async () => {
    await using backend = await openBackend((_request, _accept, socket) => {
      const drip = setInterval(() => socket.write('H'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    const start = performance.now()
    const outcome = await outcomeOf({ backend: backendSettings(backend.url, { connectTimeoutMs: 200 }) })
    assert.match(outcome, /unreachable/)
    assert.ok(performance.now() - start < 1_000)
  })
})

describe('what is presented', () => {
  const presented: StationCredentials = { user: 'CS:1', password: Buffer.from([0, 1, 0xff]) }
  const own = { kind: 'own', password: 'Busbar’s own' } as const
  const rows: readonly (readonly [string, Partial<BackendSettings>, boolean, string | undefined])[] = [
    ['nothing by default', {}, false, undefined],
    ['its own', { password: own }, false, basic('CS:1', own.password)],
    ['its own under another name', { password: own, username: 'broker' }, false, basic('broker', own.password)],
    [
      'its own under a name of a template',
      { password: own, identity: 'SITE-{id}' },
      false,
      basic('SITE-CS:1', own.password),
    ],
    ['the station’s where chosen', { password: { kind: 'station' } }, false, basic('CS:1', presented.password)],
    [
      'the station’s under a name of a template',
      { password: { kind: 'station' }, identity: 'SITE-{id}' },
      false,
      basic('SITE-CS:1', presented.password),
    ],
    ['the station’s where the backend decides', { password: own }, true, basic('CS:1', presented.password)],
  ]
  for (const [name, settings, asStation, expected] of rows) {
    test(`LK25 ${name}`, async () => {
      await using backend = await openBackend()
      const attempt = {
        backend: backendSettings(backend.url, settings),
        station: 'CS:1',
        credentials: presented,
        asStation,
      }
      await outcomeOf(attempt)
      assert.equal(backend.requests[0]?.headers.authorization, expected)
    })
  }

  test('LK3 LK13 path, template, headers, versions in order', async () => {
    await using backend = await openBackend()
    const settings = { identity: 'depot/{id}', headers: { 'X-Tenant': 'a', 'User-Agent': 'x/1' } }
    await outcomeOf({
      backend: backendSettings(`${backend.url}/`, settings),
      station: 'RDAM 1|$&',
      ocpp: ['ocpp2.1', 'ocpp1.6'],
    })
    const seen = backend.requests[0]!
    assert.equal(seen.url, '/ocpp/depot%2FRDAM%201%7C%24%26')
    assert.equal(seen.headers['sec-websocket-protocol'], 'ocpp2.1,ocpp1.6')
    assert.deepEqual([seen.headers['x-tenant'], seen.headers['user-agent']], ['a', 'x/1'])
  })

  test('LK17 compression is offered for 2.x only', async () => {
    for (const [ocpp, offered] of [
      [['ocpp1.6'], false],
      [['ocpp2.0.1'], true],
      [['ocpp2.1', 'ocpp2.0.1'], true],
      [['ocpp2.0.1', 'ocpp1.6'], false],
    ] as const) {
      for (const deflate of [true, false]) {
        await using backend = await openBackend(takeFirst, deflate)
        assert.equal(await outcomeOf({ backend: backendSettings(backend.url), ocpp }), `up ${ocpp[0]}`)
        assert.equal(backend.requests[0]?.headers['sec-websocket-extensions'] !== undefined, offered)
        assert.equal(backend.links[0]?.extensions, offered && deflate ? 'permessage-deflate' : '')
      }
    }
  })
})

describe('certificates', () => {
  async function tlsBackend(more: object) {
    const server = createTlsServer(more)
    const wss = new WebSocketServer({ server })
    server.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `wss://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp`,
      async [Symbol.asyncDispose]() {
        for (const ws of wss.clients) ws.terminate()
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }

  test('LK23 trust, dates, own certificate', async () => {
    const authority = await createAuthority('Backend CA')
    const other = await createAuthority('Other CA')
    const good = await authority.issue('CN=backend')
    const expired = await authority.issue('CN=backend', { days: -1 })
    const mine = await authority.issue('CN=SN-1')
    {
      await using backend = await tlsBackend(good)
      assert.equal(await outcomeOf({ backend: backendSettings(backend.url, { ca: authority.ca }) }), 'up ocpp1.6')
      assert.equal(await outcomeOf({ backend: backendSettings(backend.url) }), 'refused certificate null')
      assert.equal(
        await outcomeOf({ backend: backendSettings(backend.url, { ca: other.ca }) }),
        'refused certificate null',
      )
      assert.equal(
        await outcomeOf({ backend: backendSettings(backend.url, { ca: '/nowhere.pem' }) }),
        'refused certificate null',
      )
      const elsewhere = backend.url.replace('127.0.0.1', '127.0.0.2')
      assert.notEqual(await outcomeOf({ backend: backendSettings(elsewhere, { ca: authority.ca }) }), 'up ocpp1.6')
    }
    {
      await using backend = await tlsBackend(expired)
      assert.equal(
        await outcomeOf({ backend: backendSettings(backend.url, { ca: authority.ca }) }),
        'refused certificate null',
      )
    }
    {
      await using backend = await tlsBackend({ ...good, ca: authority.ca, requestCert: true, rejectUnauthorized: true })
      assert.equal(
        await outcomeOf({ backend: backendSettings(backend.url, { ca: authority.ca, ...mine }) }),
        'up ocpp1.6',
      )
      assert.equal(
        await outcomeOf({ backend: backendSettings(backend.url, { ca: authority.ca }) }),
        'refused certificate null',
      )
    }
  })
})

describe('turns and cancelling', () => {
  test('LK24 a cap on handshakes, order per backend, turns among backends', async () => {
    const order: string[] = []
    const answers: (() => void)[] = []
    const slow: Manner = (seen, accept) => {
      order.push(seen.url ?? '')
      answers.push(() => accept('ocpp1.6'))
    }
    await using one = await openBackend(slow)
    await using two = await openBackend(slow)
    const a = backendSettings(`${one.url}/a`, { name: 'a' })
    const b = backendSettings(`${two.url}/b`, { name: 'b' })
    const engine = new ListeningEngine()
    const dialler = createDialler({ ...options, maxConcurrent: 2 })
    for (let i = 0; i < 6; i++) dialler.dial(request({ backend: a, station: `A${i}`, attempt: i }), engine)
    for (let i = 0; i < 2; i++) dialler.dial(request({ backend: b, station: `B${i}`, attempt: 10 + i }), engine)
    assert.deepEqual([dialler.underWay, dialler.waiting], [2, 6])
    for (let ended = 0; ended < 8; ended++) {
      await until(() => answers.length > 0, 'a handshake')
      assert.ok(dialler.underWay <= 2)
      answers.shift()!()
      await engine.heard('backendUp', ended + 1)
    }
    const turns = order.map((url) => url.split('/').at(-1))
    assert.deepEqual(new Set(turns.slice(0, 2)), new Set(['A0', 'A1']))
    assert.ok(turns.indexOf('B0') <= 4 && turns.indexOf('B1') <= 6, turns.join(' '))
    assert.deepEqual([dialler.underWay, dialler.waiting], [0, 0])
    for (const socket of engine.backends.values()) socket.terminate()
  })

  test('LK23 a cancelled dial says nothing, waiting or under way', async () => {
    await using backend = await openBackend(() => undefined)
    const engine = new ListeningEngine()
    const dialler = createDialler({ ...options, maxConcurrent: 1 })
    const settings = backendSettings(backend.url)
    const cancels = [1, 2, 3].map((attempt) => dialler.dial(request({ backend: settings, attempt }), engine))
    await until(() => backend.requests.length === 1, 'the first handshake')
    cancels[1]!()
    assert.equal(dialler.waiting, 1)
    cancels[0]!()
    await until(() => backend.requests.length === 2, 'the next in turn')
    dialler.stop()
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(engine.told, [])
    assert.deepEqual([dialler.underWay, dialler.waiting], [0, 0])
    dialler.dial(request({ backend: settings }), engine)
    assert.equal(dialler.underWay, 0)
  })
})

describe('an open link', () => {
  async function open(manner: Manner = takeFirst, more: Partial<BackendSettings> = {}) {
    const backend = await openBackend(manner)
    const engine = new ListeningEngine()
    createDialler(options).dial(request({ backend: backendSettings(backend.url, more), attempt: 5 }), engine)
    await engine.heard('backendUp')
    await until(() => backend.links.length > 0, 'the link')
    return { backend, engine, socket: engine.backends.get(5)!, peer: backend.links[0]! }
  }

  test('LK15 LK16 frames unchanged, an end with code and reason', async () => {
    const { backend, engine, socket, peer } = await open()
    await using _ = backend
    const text = '[3,"a\\u00e4\\/",{"n":9223372036854775807,"f":32.0}]'
    socket.send({ text: 'not this', bytes: Buffer.from(text) })
    await until(() => backend.frames.length === 1, 'the frame')
    assert.equal(backend.frames[0], text)
    peer.send(text)
    const frame = await engine.heard('backendFrame')
    assert.deepEqual([frame.attempt, frame.text], [5, text])
    peer.close(4001, 'maintenance')
    const down = await engine.heard('backendDown')
    assert.deepEqual([down.attempt, down.code, down.reason], [5, 4001, 'maintenance'])
    socket.send({ text, bytes: null })
    socket.close(1000, '')
  })

  for (const code of [1000, 1001, 1008, 1011, 1012]) {
    test(`LK16 T20 a backend that closes with ${code} is told so`, async () => {
      const { backend, engine, peer } = await open()
      await using _ = backend
      peer.close(code)
      assert.equal((await engine.heard('backendDown')).code, code)
    })
  }

  test('LK19 a backend that has gone without a word is noticed', async () => {
    const { backend, engine, peer } = await open(takeFirst, { pingEveryMs: 40 })
    await using _ = backend
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.equal(engine.all('backendDown').length, 0, 'it pongs')
    peer.pause()
    const down = await engine.heard('backendDown')
    assert.match(down.reason, /no sign of life/)
  })

  test('LK18 a frame above the limit is a loss', async () => {
    const { backend, engine, peer } = await open()
    await using _ = backend
    peer.send('x'.repeat(5 * 1024 * 1024))
    assert.equal((await engine.heard('backendFrameLost')).loss.what, 'tooLarge')
    assert.equal((await engine.heard('backendDown')).code, 1009)
  })

  test('LK21 a backend that does not read is told as high, then low', async () => {
    const { backend, engine, socket, peer } = await open()
    await using _ = backend
    peer.pause()
    for (let i = 0; i < 100 && engine.all('backendPressure').length === 0; i++) {
      socket.send({ text: 'x'.repeat(512 * 1024), bytes: null })
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    assert.equal((await engine.heard('backendPressure')).level, 'high')
    peer.resume()
    assert.equal((await engine.heard('backendPressure', 2)).level, 'low')
  })
})
