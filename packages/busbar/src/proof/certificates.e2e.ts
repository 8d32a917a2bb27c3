// Security profiles 2 and 3 through the real binary: certificates of every kind at the door, towards a backend, and fresh
// ones put in place while stations stay connected.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Authority, createAuthority, type Issued } from '../sockets/authority-rig.ts'
import { type Broker, baseConfig, type Home, openHome } from './broker-rig.ts'
import { answering, basic, knock, openWireBackend, stationIn, until, type WireBackend } from './wire-rig.ts'

let authority: Authority
let stranger: Authority
let server: Issued
let backend: WireBackend
let home: Home
let broker: Broker
const password = 'a-password-of-16-chars'

function files(folder: string, issued: Issued): { cert: string; key: string } {
  const paths = { cert: join(folder, 'server.pem'), key: join(folder, 'server.key') }
  writeFileSync(paths.cert, issued.cert)
  writeFileSync(paths.key, issued.key)
  return paths
}

before(async () => {
  authority = await createAuthority('Proof CA')
  stranger = await createAuthority('Other CA')
  server = await authority.issue('CN=localhost')
  const ownServer = await authority.issue('CN=localhost')
  const client = await authority.issue('CN=busbar,O=Acme CPO')
  backend = await openWireBackend({
    tls: { cert: ownServer.cert, key: ownServer.key, ca: authority.ca, requestCert: true, rejectUnauthorized: true },
  })
  backend.onLink = (link) => answering(link)
  home = openHome((folder) => {
    writeFileSync(join(folder, 'ca.pem'), authority.ca)
    writeFileSync(join(folder, 'client.pem'), client.cert)
    writeFileSync(join(folder, 'client.key'), client.key)
    const tls = files(folder, server)
    const billing = {
      url: backend.url,
      ca: 'ca.pem',
      cert: 'client.pem',
      key: 'client.key',
      ocpp: ['ocpp1.6', 'ocpp2.0.1'],
    }
    return {
      ...baseConfig(folder, { billing }),
      listen: {
        stations: [
          { url: 'wss://127.0.0.1:0', ...tls },
          { url: 'wss://127.0.0.1:0/mutual', ...tls, clientCa: 'ca.pem', cpoName: 'Acme CPO' },
        ],
        api: 'http://127.0.0.1:0',
      },
      stations: {
        accounts: [
          { id: 'P2', password },
          { id: 'P3', serial: 'SN-0815' },
        ],
      },
    }
  })
  broker = await home.start()
})

after(async () => {
  await home?.[Symbol.asyncDispose]()
  await backend?.[Symbol.asyncDispose]()
})

const trust = () => ({ ca: authority.ca })

test('LK4 LK27 profile 2: a password over TLS, to a backend over TLS with a client certificate', async () => {
  const line = await stationIn(broker.stations[0]!, 'P2', { ...trust(), authorization: basic('P2', password) })
  line.send('[2,"1","Heartbeat",{}]')
  assert.equal(await line.nth(1), '[3,"1",{}]')
  const items = await broker.timeline('P2')
  const { profile } = items.find((item) => item.peer === 'station') as { profile?: number }
  assert.equal(profile, 2)
  const wrong = await knock(broker.stations[0]!, 'P2', {
    ...trust(),
    authorization: basic('P2', 'another-password-16'),
  })
  assert.deepEqual([wrong.kind, wrong.kind === 'refused' && wrong.status], ['refused', 401])
  line.ws.close()
})

test('LK27 TLS 1.1 is not spoken, and a client that does not trust the authority does not come in', async () => {
  const old = await knock(broker.stations[0]!, 'P2', { ...trust(), minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
  assert.equal(old.kind, 'error')
  const distrusting = await knock(broker.stations[0]!, 'P2', { ca: stranger.ca })
  assert.equal(distrusting.kind, 'error')
})

test('LK7 profile 3: the certificate of the station alone lets it in; each wrong one is refused by name', async () => {
  const mutual = broker.stations[1]!
  const come = async (issued: Issued | null, more: { authorization?: string } = {}) =>
    knock(mutual, 'P3', { ...trust(), ...more, ...(issued === null ? {} : { cert: issued.cert, key: issued.key }) })
  const right = await come(await authority.issue('CN=SN-0815,O=Acme CPO'))
  assert.equal(right.kind, 'in')
  if (right.kind === 'in') {
    right.line.send(
      '[2,"b","BootNotification",{"chargePointVendor":"A","chargePointModel":"B","chargePointSerialNumber":"SN-0815"}]',
    )
    assert.equal(await right.line.nth(1), '[3,"b",{}]')
    right.line.ws.close()
  }
  const rsa = await come(await authority.issue('CN=SN-0815,O=Acme CPO Ltd', { kind: 'rsa' }))
  assert.equal(rsa.kind, 'in', 'the organisation contains the name')
  if (rsa.kind === 'in') rsa.line.ws.close()
  const wrong: readonly [string, Issued | null][] = [
    ['none', null],
    ['another serial', await authority.issue('CN=SN-0816,O=Acme CPO')],
    ['another organisation', await authority.issue('CN=SN-0815,O=Elsewhere')],
    ['expired', await authority.issue('CN=SN-0815,O=Acme CPO', { days: -1 })],
    ['another authority', await stranger.issue('CN=SN-0815,O=Acme CPO')],
  ]
  for (const [name, issued] of wrong) {
    const came = await come(issued, { authorization: basic('P3', password) })
    assert.deepEqual([name, came.kind, came.kind === 'refused' && came.status], [name, 'refused', 401])
  }
  const items = await broker.awaitTimeline(
    'P3',
    (all) => all.filter((item) => item.code === 'BB-LINK-023').length === wrong.length,
    'five refusals',
  )
  const reasons = items.filter((item) => item.code === 'BB-LINK-023').map((item) => item.text)
  assert.equal(new Set(reasons).size, wrong.length, `each has a reason of its own: ${reasons.join('; ')}`)
})

test('LK7 a station that boots with another serial number than its certificate names is closed, and its boot reaches nobody', async () => {
  const issued = await authority.issue('CN=SN-0815,O=Acme CPO')
  const seen = backend.links.length
  const line = await stationIn(broker.stations[1]!, 'P3', { ...trust(), cert: issued.cert, key: issued.key })
  line.send(
    '[2,"b","BootNotification",{"chargePointVendor":"A","chargePointModel":"B","chargePointSerialNumber":"SN-9999"}]',
  )
  assert.equal((await line.closed).code, 1008)
  await broker.awaitTimeline('P3', (all) => all.some((item) => item.code === 'BB-LINK-007'), 'the fault')
  assert.deepEqual(
    backend.links.slice(seen).flatMap((link) => link.texts),
    [],
  )
})

test('LK26 fresh certificates come into force at SIGHUP without dropping anybody; broken ones change nothing and are a fault', async () => {
  const line = await stationIn(broker.stations[0]!, 'P2', { ...trust(), authorization: basic('P2', password) })
  const fresh = await stranger.issue('CN=localhost')
  files(home.folder, fresh)
  broker.signal('SIGHUP')
  const byFresh = async () => (await knock(broker.stations[0]!, 'P2', { ca: stranger.ca })).kind === 'refused'
  await until(byFresh, 'the fresh certificate in force', 5_000)
  assert.equal(line.isClosed, false)
  line.send('[2,"1","Heartbeat",{}]')
  await line.nth(1)

  writeFileSync(join(home.folder, 'server.pem'), 'this is no certificate')
  broker.signal('SIGHUP')
  await until(() => /BB-LINK-041|BB-CONFIG/.test(broker.said().err), 'the fault in the log')
  assert.equal(await byFresh(), true, 'the ones read before stay in force')
  assert.equal(line.isClosed, false)
  line.send('[2,"2","Heartbeat",{}]')
  assert.equal(await line.nth(2), '[3,"2",{}]')
  const left = await broker.metric('busbar_certificate_not_after_seconds')
  assert.ok(left > Date.now() / 1000, `the end of the certificates is a metric: ${left}`)
})
