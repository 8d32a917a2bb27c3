// Credentials (trap T17): who is let in by what, whom a backend lets in, and that no secret that went through the real
// binary is found afterwards in its journal, its files, its log or any answer of its HTTP interface.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Broker, type Home, openBroker } from './broker-rig.ts'
import {
  answering,
  answerWith,
  basic,
  knock,
  openWireBackend,
  stationIn,
  takeFirst,
  until,
  type WireBackend,
} from './wire-rig.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const authorizationOf = (backend: WireBackend, at: number) => backend.requests[at]?.headers.authorization

/** Every place where something of the broker can be read afterwards. */
async function everythingReadable(
  home: Home,
  broker: Broker,
  stations: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const paths = [
    '/metrics',
    '/api/v1/stations',
    '/api/v1/sessions',
    '/api/v1/backends',
    '/api/v1/routes',
    '/api/v1/decisions?station=SECRET',
  ]
  for (const id of stations) paths.push(`/api/v1/stations/${id}`, `/api/v1/stations/${id}/timeline?limit=1000`)
  for (const path of paths) found.set(path, await broker.text(path))
  const { code } = await broker.stop()
  assert.equal(code, 0, broker.said().err)
  found.set('standard error', broker.said().err)
  found.set('standard output', broker.said().out)
  const exported = await home.run('journal', 'export', '--data', join(home.folder, 'data'))
  assert.equal(exported.code, 0)
  found.set('journal export', exported.out)
  const walk = (folder: string) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (statSync(path).isDirectory()) walk(path)
      else found.set(path, readFileSync(path, 'latin1'))
    }
  }
  walk(join(home.folder, 'data'))
  return found
}

test('T17 LK25 no secret that went through is found anywhere afterwards, and every secret arrived where it belongs', async () => {
  const secrets = {
    station: 'S3cret-of-the-station',
    wrong: 'wr0ng-but-still-secret',
    billing: 'S3cret-towards-billing',
    header: 'S3cret-in-a-header',
    authorizationKey: '0011223344556677889900aabbccddeeff',
    readBack: 'ffeeddccbbaa00998877665544332211',
    echoed: 'echo-of-AuthorizationKey-1234567',
    byApi: 'S3cret-by-api-0123456789',
    basicAuth: 'S3cret-basic-auth-2x-password',
    unreadable: 'S3cret-in-broken-text',
    escaped: 'S3cret-behind-escapes',
    apn: 'S3cret-of-the-apn',
  }
  await using backend = await openWireBackend()
  await using world = await openBroker(
    { billing: { url: backend.url, password: secrets.billing, headers: { 'X-Api-Key': secrets.header } } },
    {
      stations: {
        unknown: 'accept',
        accounts: [
          { id: 'SECRET', password: secrets.station },
          { id: 'SECRET-2', password: secrets.station },
        ],
      },
    },
  )
  const { broker, home } = world
  const refused = await knock(broker.station, 'SECRET', { authorization: basic('SECRET', secrets.wrong) })
  assert.deepEqual([refused.kind, refused.kind === 'refused' && refused.status], ['refused', 401])
  const station = await stationIn(broker.station, 'SECRET', { authorization: basic('SECRET', secrets.station) })
  const link = await backend.link()
  assert.equal(
    authorizationOf(backend, 0),
    basic('SECRET', secrets.billing),
    "the backend gets its own, not the station's",
  )
  assert.equal(backend.requests[0]?.headers['x-api-key'], secrets.header)

  const passes = async (from: typeof link, to: typeof link, text: string) => {
    const before = to.got.length
    from.send(text)
    assert.equal(await to.nth(before + 1), text)
  }
  await passes(
    link,
    station,
    `[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"${secrets.authorizationKey}"}]`,
  )
  await passes(
    station,
    link,
    `[4,"1","InternalError","could not set AuthorizationKey to ${secrets.echoed}",{"key":"AuthorizationKey","value":"${secrets.echoed}"}]`,
  )
  await passes(
    link,
    station,
    `[2,"2","ChangeConfiguration",{"k\\u0065y":"\\u0041uthorizationKey","v\\u0061lue":"${secrets.escaped}"}]`,
  )
  await passes(station, link, '[3,"2",{"status":"Accepted"}]')
  await passes(link, station, '[2,"3","GetConfiguration",{}]')
  await passes(
    station,
    link,
    `[3,"3",{"configurationKey":[{"key":"authorizationkey","readonly":false,"value":"${secrets.readBack}"}]}]`,
  )
  station.send(`[2,"4","DataTransfer",{"AuthorizationKey":"${secrets.unreadable}"`)
  await broker.awaitConnected('SECRET')
  const payload = { key: 'AuthorizationKey', value: secrets.byApi }
  const asking = broker.send('POST', '/api/v1/stations/SECRET/commands', { action: 'ChangeConfiguration', payload })
  await until(() => station.texts.some((text) => text.includes(secrets.byApi)), 'the command')
  const [, commandId] = JSON.parse(station.texts.at(-1)!) as [number, string]
  station.send(`[3,"${commandId}",{"status":"Accepted"}]`)
  assert.equal((await asking).status, 200)

  const second = await stationIn(broker.station, 'SECRET-2', {
    offers: ['ocpp2.0.1'],
    authorization: basic('SECRET-2', secrets.station),
  })
  const link2 = await backend.link(2)
  const component = '"component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"}'
  await passes(
    link2,
    second,
    `[2,"1","SetVariables",{"setVariableData":[{"attributeValue":"${secrets.basicAuth}",${component}}]}]`,
  )
  await passes(second, link2, `[3,"1",{"setVariableResult":[{"attributeStatus":"Accepted",${component}}]}]`)
  await passes(
    link2,
    second,
    `[2,"2","SetNetworkProfile",{"configurationSlot":1,"connectionData":{"apn":{"apn":"a","apnPassword":"${secrets.apn}"}}}]`,
  )
  await passes(second, link2, '[3,"2",{"status":"Accepted"}]')

  const items = await broker.awaitTimeline(
    'SECRET-2',
    (all) => all.filter((item) => item.kind === 'frame').length === 4,
    'four frames',
  )
  assert.deepEqual(
    items.filter((item) => item.redacted === true).map((item) => item.action),
    ['SetVariables', 'SetNetworkProfile'],
  )
  const places = await everythingReadable(home, broker, ['SECRET', 'SECRET-2'])
  for (const [name, secret] of Object.entries(secrets)) {
    for (const [place, text] of places) {
      assert.ok(!text.includes(secret), `the secret "${name}" stands in ${place}`)
      assert.ok(!text.includes(base64(`SECRET:${secret}`)), `the secret "${name}" stands encoded in ${place}`)
    }
  }
  assert.ok(places.get('journal export')?.includes('«redacted»'))
})

test('LK4 LK5 LK6 T17 the forms of a 1.6 password, and what is refused', async () => {
  await using backend = await openWireBackend()
  const hex = '00112233445566778899aabbccddeeff01234567'
  await using world = await openBroker(
    { billing: { url: backend.url } },
    {
      stations: {
        accounts: [
          { id: 'HEX', password: hex },
          { id: 'NEW', password: 'plain-and-long-enough' },
        ],
      },
    },
  )
  const { broker } = world
  const outcome = async (id: string, password: string | Uint8Array | null, version = 'ocpp1.6') => {
    const authorization = password === null ? {} : { authorization: basic(id, password) }
    const came = await knock(broker.station, id, { offers: [version], ...authorization })
    if (came.kind === 'in') came.line.ws.terminate()
    return came.kind === 'refused' ? came.status : came.kind
  }
  assert.equal(await outcome('HEX', Buffer.from(hex, 'hex')), 'in')
  assert.equal(await outcome('HEX', hex), 'in')
  assert.equal(await outcome('HEX', hex.toUpperCase()), 'in')
  assert.equal(await outcome('HEX', hex, 'ocpp2.0.1'), 'in')
  assert.equal(await outcome('HEX', Buffer.from(hex, 'hex'), 'ocpp2.0.1'), 401)
  assert.equal(await outcome('NEW', 'plain-and-long-enough'), 'in')
  assert.equal(await outcome('NEW', 'PLAIN-AND-LONG-ENOUGH'), 401)
  assert.equal(await outcome('NEW', null), 401)
  assert.equal(await outcome('NEW', ''), 401)
  assert.equal(await outcome('NOBODY', 'plain-and-long-enough'), 404)
  assert.equal(
    backend.requests.filter((request) => request.headers.authorization !== undefined).length,
    0,
    'nothing is handed on',
  )
})

test('LK25 T17 `password: station` hands on what the station presented, byte by byte', async () => {
  await using backend = await openWireBackend()
  const binary = Buffer.from('000102ff3a80fe7f', 'hex')
  await using world = await openBroker({ billing: { url: backend.url, password: 'station' } })
  await stationIn(world.broker.station, 'HANDED', { authorization: basic('HANDED', binary) })
  await backend.link()
  assert.equal(authorizationOf(backend, 0), basic('HANDED', binary))
})

test('LK9 T17 `authenticate: backend`: whom the primary takes is in; 401 and 404 are its words; away, its verdict is remembered, over a restart too', async () => {
  await using backend = await openWireBackend()
  backend.manner = (request, accept, socket) => {
    const id = request.url?.split('/').at(-1)
    if (id === 'UNKNOWN') return answerWith(404)(request, accept, socket)
    if (request.headers.authorization !== basic(id ?? '', 'right-password-1'))
      return answerWith(401)(request, accept, socket)
    return takeFirst(request, accept, socket)
  }
  backend.onLink = (link) => answering(link)
  await using world = await openBroker(
    { billing: { url: backend.url, reconnect: { min: '50ms', max: '100ms' } } },
    { stations: { authenticate: 'backend' } },
  )
  const { home } = world
  let { broker } = world
  const outcome = async (id: string, password: string) => {
    const came = await knock(broker.station, id, { authorization: basic(id, password) })
    if (came.kind !== 'in') return came.kind === 'refused' ? came.status : came.kind
    came.line.send('[2,"1","Heartbeat",{}]')
    return came.line
  }
  const known = await outcome('KNOWN', 'right-password-1')
  assert.ok(typeof known === 'object')
  assert.equal(await known.nth(1), '[3,"1",{}]')
  assert.equal(backend.requests.length, 1, 'it is in on the very link that let it in')
  assert.equal(await outcome('KNOWN-2', 'wrong-password-2'), 401)
  assert.equal(await outcome('UNKNOWN', 'right-password-1'), 404)
  known.ws.close()
  await known.closed

  for (const again of [false, true]) {
    await backend.goAway()
    if (again) {
      await broker.stop()
      broker = await home.start()
    }
    assert.equal(await outcome('NEVER-SEEN', 'right-password-1'), 503)
    assert.equal(await outcome('KNOWN', 'wrong-password-2'), 503)
    const back = await outcome('KNOWN', 'right-password-1')
    assert.ok(typeof back === 'object', `remembered${again ? ' after a restart' : ''}: ${String(back)}`)
    await backend.comeBack()
    assert.equal(await back.nth(1), '[3,"1",{}]', 'and its call reaches the backend when it is back')
    back.ws.close()
    await back.closed
  }

  // What the primary takes back is not remembered any more.
  backend.manner = answerWith(401)
  assert.equal(await outcome('KNOWN', 'right-password-1'), 401)
  await backend.goAway()
  assert.equal(await outcome('KNOWN', 'right-password-1'), 503)
  const places = await everythingReadable(home, broker, ['KNOWN'])
  for (const [place, text] of places) assert.ok(!text.includes('right-password-1'), `the password stands in ${place}`)
  await backend.comeBack()
})

test('RL18 W11 a backend that refuses the link of a station that is in: the station stays, the fault names the cause, nobody hurries', async () => {
  await using backend = await openWireBackend()
  const causes = { 401: 'BB-LINK-002', 403: 'BB-LINK-002', 404: 'BB-LINK-003', 400: 'BB-LINK-005' }
  backend.manner = (request, accept, socket) =>
    answerWith(Number(request.url?.split('-').at(-1)))(request, accept, socket)
  await using world = await openBroker({
    billing: { url: backend.url, ocpp: 'ocpp1.6', reconnect: { min: '20ms', max: '20s' } },
  })
  const lines = []
  for (const [status, code] of Object.entries(causes)) {
    lines.push(await stationIn(world.broker.station, `REFUSED-${status}`))
    const items = await world.broker.awaitTimeline(
      `REFUSED-${status}`,
      (all) => all.some((item) => item.kind === 'fault'),
      'the fault',
    )
    assert.equal(items.find((item) => item.kind === 'fault')?.code, code)
  }
  // An error that passes is tried again soon.
  lines.push(await stationIn(world.broker.station, 'REFUSED-503'))
  await until(() => backend.requests.filter((request) => request.url?.endsWith('503')).length >= 3, 'a third dial')
  assert.equal(backend.requests.filter((request) => !request.url?.endsWith('503')).length, 4)
  assert.ok(lines.every((each) => !each.isClosed))
  const [status] = (await world.broker.get<{ items: { links: object }[] }>('/api/v1/backends')).items
  assert.deepEqual(status?.links, { up: 0, down: 5 })
})
