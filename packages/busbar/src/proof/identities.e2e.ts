// Which station a request target names, and what its backend is dialled with (trap T16, W10): raw handshakes through the
// real binary, below a path of the listener, towards a backend with a path, a query and a template of its own.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBroker } from './broker-rig.ts'
import { basic, openBare, openWireBackend, until, upgradeText, type WireBackend } from './wire-rig.ts'

let backend: WireBackend
let world: Awaited<ReturnType<typeof openBroker>>
const listenerPath = '/ocpp/cs'

before(async () => {
  backend = await openWireBackend({ path: '/a%20b/cpms?key=1' })
  world = await openBroker(
    { billing: { url: backend.url, ocpp: ['ocpp1.6', 'ocpp2.0.1'], identity: 'site-7.{id}' } },
    {
      listen: { stations: [`ws://127.0.0.1:0${listenerPath}`], api: 'http://127.0.0.1:0' },
      stations: { unknown: 'accept', accounts: [{ id: 'RPC:16', password: 'a:b:c' }] },
    },
  )
})

after(async () => {
  await world?.[Symbol.asyncDispose]()
  await backend?.[Symbol.asyncDispose]()
})

interface Row {
  readonly target: string
  readonly offer?: string
  readonly headers?: readonly string[]
  /** Whom it names; null: refused with `status`. */
  readonly id: string | null
  readonly status?: number
}

const long = (n: number) => 'x'.repeat(n)
const rows: readonly Row[] = [
  { target: `${listenerPath}/DEPOT-01_a`, id: 'DEPOT-01_a' },
  { target: `${listenerPath}//DEPOT-02`, id: 'DEPOT-02' },
  { target: `${listenerPath}/DEPOT-03/`, id: 'DEPOT-03' },
  { target: `${listenerPath}/DEPOT-04?token=1&x=/y`, id: 'DEPOT-04' },
  { target: `http://elsewhere.example${listenerPath}/DEPOT-05`, id: 'DEPOT-05' },
  { target: `ws://elsewhere.example:80${listenerPath}/DEPOT-06`, id: 'DEPOT-06' },
  { target: `${listenerPath}/a/b/DEPOT-07`, id: 'DEPOT-07' },
  { target: `${listenerPath}/RDAM%20123`, id: 'RDAM 123' },
  { target: `${listenerPath}/RDAM%7C123`, id: 'RDAM|123' },
  { target: `${listenerPath}/a%2Fb`, id: 'a/b' },
  { target: `${listenerPath}/a%252Fb`, id: 'a%2Fb' },
  { target: `${listenerPath}/Z%C3%A4hler`, id: 'Zähler' },
  { target: `${listenerPath}/UPPER`, id: 'UPPER' },
  { target: `${listenerPath}/upper`, id: 'upper' },
  { target: `${listenerPath}/a+b@c*d=e`, id: 'a+b@c*d=e' },
  { target: `${listenerPath}/${long(49)}`, id: long(49) },
  { target: `${listenerPath}/${long(255)}`, id: long(255) },
  { target: `${listenerPath}/${long(48)}`, offer: 'ocpp2.0.1', id: long(48) },
  { target: `${listenerPath}/${long(49)}`, offer: 'ocpp2.0.1', id: null, status: 404 },
  { target: `${listenerPath}/${long(256)}`, id: null, status: 404 },
  { target: `${listenerPath}/${long(300)}`, id: null, status: 404 },
  { target: `${listenerPath}/%zz`, id: null, status: 404 },
  { target: `${listenerPath}/a%`, id: null, status: 404 },
  { target: `${listenerPath}/a%00b`, id: null, status: 404 },
  { target: `${listenerPath}/a%0d%0ab`, id: null, status: 404 },
  { target: `${listenerPath}/%C3%28`, id: null, status: 404 },
  { target: `${listenerPath}/.`, id: null, status: 404 },
  { target: `${listenerPath}/..`, id: null, status: 404 },
  { target: `${listenerPath}/%2e%2e`, id: null, status: 404 },
  { target: `${listenerPath}/`, id: null, status: 404 },
  { target: listenerPath, id: null, status: 404 },
  { target: '/elsewhere/DEPOT-08', id: null, status: 404 },
  // The user name holds the identity, colon and all, before the colon that ends it.
  { target: `${listenerPath}/RPC%3A16`, headers: [`Authorization: ${basic('RPC:16', 'a:b:c')}`], id: 'RPC:16' },
  { target: `${listenerPath}/RPC%3A16`, headers: [`Authorization: ${basic('RPC:16', 'b:c')}`], id: null, status: 401 },
  {
    target: `${listenerPath}/RPC%3A16`,
    headers: [`Authorization: ${basic('rpc:16', 'a:b:c')}`],
    id: null,
    status: 401,
  },
]

for (const [at, { target, offer = 'ocpp1.6', headers = [], id, status }] of rows.entries()) {
  const shown = `${target.length > 60 ? `${target.slice(0, 30)}… (${target.length})` : target} ${offer}`
  test(`LK1 LK2 LK3 LK5 T16 W10 row ${at + 1}: ${shown} is ${id === null ? `refused with ${status}` : 'let in'}`, async () => {
    const { broker } = world
    const seen = backend.requests.length
    using station = openBare(broker.station)
    station.socket.write(upgradeText(target, [`Sec-WebSocket-Protocol: ${offer}`, ...headers]))
    assert.equal(await station.status(), status ?? 101)
    if (id === null) {
      assert.equal(backend.requests.length, seen, 'no backend hears of it')
      return
    }
    await until(() => backend.requests.length > seen, 'the dial')
    assert.equal(backend.requests[seen]?.url, `/a%20b/cpms/${encodeURIComponent(`site-7.${id}`)}?key=1`)
    const document = await broker.awaitTimeline(id, (all) => all.some((item) => item.state === 'up'), 'the link')
    assert.equal(document[0]?.station, id)
    await broker.awaitConnected(id)
    const twin = await broker.get<{ id: string; connected: boolean }>(`/api/v1/stations/${encodeURIComponent(id)}`)
    assert.deepEqual([twin.id, twin.connected], [id, true])
    if (headers.length > 0) {
      const { profile } = document.find((item) => item.peer === 'station') as { profile?: number }
      assert.equal(profile, 1)
    }
  })
}

test('LK2 T16 targets that name nobody are on record with their reason', async () => {
  const { home, broker } = world
  await broker.awaitTimeline(long(49), (all) => all.length > 0, 'anything')
  const { code, out } = await home.run('journal', 'export', '--data', `${home.folder}/data`)
  assert.equal(code, 0)
  const faults = out.split('\n').filter((text) => text.includes('"BB-LINK-020"'))
  assert.ok(faults.length >= 10, `${faults.length} refusals of targets`)
})
