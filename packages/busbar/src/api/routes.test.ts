import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeWorld, frame, openFakeApi, own, session, station } from './fake-ports.ts'

async function rig() {
  const world = new FakeWorld()
  world.stations.set('DEPOT-01', station('DEPOT-01', { tags: ['yard'] }))
  const api = await openFakeApi(world)
  const get = async (url: string) => {
    const answer = await api.app.inject({ url, headers: own })
    return { status: answer.statusCode, body: answer.json() as Record<string, never>, headers: answer.headers }
  }
  const send = async (method: 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown, type = 'application/json') => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body)
    const headers = body === undefined ? own : { ...own, 'content-type': type }
    const answer = await api.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload }) })
    const parsed = answer.body === '' ? null : (answer.json() as Record<string, never>)
    return { status: answer.statusCode, body: parsed as Record<string, never>, headers: answer.headers }
  }
  return { world, api, get, send }
}

const codeOf = (answer: { status: number; body: Record<string, unknown> }) => [answer.status, answer.body.code]

test('AP20 health is about the process alone; readiness names its reasons', async () => {
  const { world, get } = await rig()
  assert.deepEqual((await get('/healthz')).body, { status: 'ok', reasons: [] })
  assert.equal((await get('/livez')).status, 200)
  assert.equal((await get('/readyz')).status, 200)
  world.notReady = [{ name: 'store', detail: 'the disk is full' }]
  const ready = await get('/readyz')
  assert.equal(ready.status, 503)
  assert.deepEqual(ready.body, { status: 'unavailable', reasons: [{ name: 'store', detail: 'the disk is full' }] })
  assert.equal((await get('/healthz')).status, 200)
})

test('AP1 metrics are given as text', async () => {
  const { api } = await rig()
  const answer = await api.app.inject({ url: '/metrics', headers: own })
  assert.equal(answer.body, 'busbar_stations_connected 1\n')
  assert.match(String(answer.headers['content-type']), /^text\/plain; version=0\.0\.4/)
})

test('AP4 stations are listed by identity, those known by their account only among them', async () => {
  const { world, get } = await rig()
  const account = { tags: ['new'], serial: 'X', assumeProtocol: null, hasPassword: true, source: 'api' } as const
  world.accounts.set('A-NEW', { id: 'A-NEW', ...account, tags: ['new'] })
  const list = (await get('/api/v1/stations')).body as unknown as { items: Record<string, unknown>[]; next: null }
  assert.deepEqual(
    list.items.map(({ id, connected, tags }) => [id, connected, tags]),
    [
      ['A-NEW', false, ['new']],
      ['DEPOT-01', true, ['yard']],
    ],
  )
  assert.equal(list.next, null)
})

test('AP4 walking the pages of stations gives each once, also when stations come and go', async () => {
  const { world, get } = await rig()
  world.stations.clear()
  for (let n = 0; n < 25; n++)
    world.stations.set(`S/${String(n).padStart(2, '0')}`, station(`S/${n}`, { id: `S/${String(n).padStart(2, '0')}` }))
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page = (await get(`/api/v1/stations?limit=10${cursor === null ? '' : `&cursor=${cursor}`}`))
      .body as unknown as {
      items: { id: string }[]
      next: string | null
    }
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next
    world.stations.delete('S/03')
    world.stations.set('S/005', station('S/005'))
  } while (cursor !== null)
  assert.equal(seen.length, 25)
  assert.equal(new Set(seen).size, 25)
})

test('AP26 without a limit all stations come in one page, and pages are cut only on request', async () => {
  const { world, get } = await rig()
  world.stations.clear()
  for (let n = 0; n < 1200; n++) world.stations.set(`S-${n}`, station(`S-${n}`))
  const pageOf = async (query: string) => {
    const { items, next } = (await get(`/api/v1/stations${query}`)).body as unknown as {
      items: unknown[]
      next: string | null
    }
    return [items.length, next === null]
  }
  assert.deepEqual(await pageOf(''), [1200, true])
  assert.deepEqual(await pageOf('?limit=1000'), [1000, false])
})

test('AP26 without a limit the timeline and sessions give up to 1,000, the timeline oldest first', async () => {
  const { world, get } = await rig()
  for (let n = 0; n < 1100; n++) world.timeline.commit(frame('DEPOT-01', n))
  world.sessions = Array.from({ length: 1100 }, (_, n) => session(`s${n}`, (1100 - n) * 1000))
  const timeline = (await get('/api/v1/stations/DEPOT-01/timeline')).body as unknown as {
    items: { position: number }[]
    next: string | null
  }
  assert.deepEqual([timeline.items.length, timeline.items[0]?.position, timeline.next], [1000, 1, '1000'])
  const sessions = (await get('/api/v1/sessions')).body as unknown as { items: { id: string }[]; next: string | null }
  assert.deepEqual([sessions.items.length, sessions.items[0]?.id, sessions.next === null], [1000, 's0', false])
})

test('AP4 stations are found by connection, version, tag, backend and text', async () => {
  const { world, get } = await rig()
  world.stations.set('B-2', station('B-2', { connected: false, ocpp: 'ocpp2.1', vendor: 'Quirky', backends: [] }))
  const idsOf = async (query: string) =>
    ((await get(`/api/v1/stations?${query}`)).body as unknown as { items: { id: string }[] }).items.map(({ id }) => id)
  assert.deepEqual(await idsOf('connected=true'), ['DEPOT-01'])
  assert.deepEqual(await idsOf('connected=false'), ['B-2'])
  assert.deepEqual(await idsOf('ocpp=ocpp2.1'), ['B-2'])
  assert.deepEqual(await idsOf('tag=yard'), ['DEPOT-01'])
  assert.deepEqual(await idsOf('backend=billing'), ['DEPOT-01'])
  assert.deepEqual(await idsOf('q=qUiR'), ['B-2'])
  assert.deepEqual(await idsOf('q=nothing'), [])
})

test('AP2 one station is given with its account; an unknown one is a problem', async () => {
  const { get } = await rig()
  assert.equal((await get('/api/v1/stations/DEPOT-01')).body.account, null)
  const unknown = await get('/api/v1/stations/%C3%A4%2Fb%20c')
  assert.deepEqual(codeOf(unknown), [404, 'BB-API-011'])
  assert.equal(unknown.body.station, 'ä/b c')
  assert.match(String(unknown.headers['content-type']), /^application\/problem\+json/)
  assert.equal((await get('/api/v1/faults/BB-API-011')).body.status, 404)
  assert.deepEqual(codeOf(await get('/api/v1/faults/BB-NO-1')), [404, 'BB-API-025'])
})

test('AP3 every wrong parameter is named', async () => {
  const { get } = await rig()
  const wrong = async (url: string) => {
    const { status, body } = await get(url)
    return [status, body.code, (body.errors as unknown as { field: string }[]).map(({ field }) => field)]
  }
  assert.deepEqual(await wrong('/api/v1/stations?limit=0&conected=true'), [400, 'BB-API-001', ['limit', 'conected']])
  assert.deepEqual(await wrong('/api/v1/stations?connected=yes'), [400, 'BB-API-001', ['connected']])
  assert.deepEqual(await wrong('/api/v1/stations?cursor=nonsense'), [400, 'BB-API-001', ['cursor']])
  assert.deepEqual(await wrong('/api/v1/stations/A/timeline?from=yesterday'), [400, 'BB-API-001', ['from']])
  assert.deepEqual(await wrong('/api/v1/stations/A/timeline?kind=frame,fame'), [400, 'BB-API-001', ['kind']])
  assert.deepEqual(await wrong('/api/v1/stations/A/timeline?after=-1'), [400, 'BB-API-001', ['after']])
  assert.deepEqual(await wrong('/api/v1/events?after=x'), [400, 'BB-API-001', ['after']])
  assert.deepEqual(await wrong('/api/v1/decisions'), [400, 'BB-API-001', ['station']])
})

test('AP4 the timeline is given in order, bounded by time, position, kind and number', async () => {
  const { world, get } = await rig()
  const noon = Date.UTC(2026, 0, 1, 12)
  for (let n = 0; n < 10; n++)
    world.timeline.commit(frame('DEPOT-01', noon + n * 1000), frame('OTHER', noon + n * 1000))
  world.timeline.commit({
    kind: 'decision',
    at: noon + 20_000,
    station: 'DEPOT-01',
    what: 'x',
    why: 'y',
    inputs: {},
    rule: null,
    ref: null,
  })
  const positions = async (query: string) => {
    const { items, next } = (await get(`/api/v1/stations/DEPOT-01/timeline?${query}`)).body as unknown as {
      items: { position: number }[]
      next: string | null
    }
    return [items.map(({ position }) => position), next]
  }
  assert.deepEqual(await positions('limit=3'), [[1, 3, 5], '5'])
  assert.deepEqual(await positions('limit=3&after=5'), [[7, 9, 11], '11'])
  assert.deepEqual(await positions('limit=3&cursor=5'), [[7, 9, 11], '11'])
  assert.deepEqual(await positions('limit=3&order=desc'), [[21, 19, 17], '17'])
  assert.deepEqual(await positions('limit=3&order=desc&after=5'), [[3, 1], null])
  assert.deepEqual(await positions('kind=decision'), [[21], null])
  assert.deepEqual(await positions('kind=grant'), [[], null])
  assert.deepEqual(await positions('from=2026-01-01T12:00:08Z&to=2026-01-01T12:00:09.000Z'), [[17, 19], null])
  assert.deepEqual(await positions('from=2026-01-01T14:00:09%2B02:00'), [[19, 21], null])
  const decisions = (await get('/api/v1/decisions?station=DEPOT-01')).body as unknown as {
    items: { position: number }[]
  }
  assert.deepEqual(
    decisions.items.map(({ position }) => position),
    [21],
  )
})

test('AP2 the timeline of a station nobody knows is a problem, of one that was refused it is its refusals', async () => {
  const { world, get } = await rig()
  assert.deepEqual(codeOf(await get('/api/v1/stations/NOBODY/timeline')), [404, 'BB-API-011'])
  world.timeline.commit({
    kind: 'link',
    at: 1,
    station: 'STRANGER',
    peer: 'station',
    state: 'refused',
    code: 404,
    reason: null,
    ocpp: null,
    remote: null,
    profile: null,
  })
  assert.equal((await get('/api/v1/stations/STRANGER/timeline')).status, 200)
})

test('AP24 a command ends as answered, refused or uncertain, and goes out under the name of who asked', async () => {
  const { world, send } = await rig()
  const ask = () => send('POST', '/api/v1/stations/DEPOT-01/commands', { action: 'Reset', payload: { type: 'Soft' } })
  const answered = await ask()
  assert.equal(answered.status, 200)
  assert.deepEqual(answered.body, { outcome: 'answered', response: { status: 'Accepted' }, position: 9 })
  assert.deepEqual(world.asked, [['DEPOT-01', 'Reset', '{"type":"Soft"}', 30_000, 'api:local']])
  const error = { code: 'NotSupported', description: '', details: {} }
  world.askOutcome = { outcome: 'refused', error, position: 9 }
  assert.deepEqual((await ask()).body, { outcome: 'refused', error, position: 9 })
  world.askOutcome = { outcome: 'uncertain', reason: 'no answer within 30 s' }
  assert.deepEqual((await ask()).body, { outcome: 'uncertain', reason: 'no answer within 30 s' })
})

test('AP24 what was not sent is a problem', async () => {
  const { world, send } = await rig()
  const ask = (id: string) => send('POST', `/api/v1/stations/${id}/commands`, { action: 'ClearCache' })
  assert.deepEqual(codeOf(await ask('NOBODY')), [404, 'BB-API-011'])
  world.askOutcome = { outcome: 'notSent', reason: 'its turn did not come' }
  assert.deepEqual(codeOf(await ask('DEPOT-01')), [503, 'BB-API-013'])
  world.stations.set('DEPOT-01', station('DEPOT-01', { connected: false }))
  assert.deepEqual(codeOf(await ask('DEPOT-01')), [409, 'BB-API-012'])
  assert.equal(world.asked.length, 1)
})

test('AP23 a command must be one of the version, and its payload valid; else nothing is sent', async () => {
  const { world, send } = await rig()
  const ask = (body: object) => send('POST', '/api/v1/stations/DEPOT-01/commands', body)
  const invalid = await ask({ action: 'Reset', payload: { type: 'Maybe' } })
  assert.deepEqual(codeOf(invalid), [422, 'BB-API-014'])
  assert.equal(invalid.body.path, '/type')
  assert.deepEqual(invalid.body.errors, [{ field: '/payload/type', message: 'must be one of Hard, Soft' }])
  assert.deepEqual(codeOf(await ask({ action: 'Reset' })), [422, 'BB-API-014'])
  assert.deepEqual(codeOf(await ask({ action: 'GetVariables', payload: {} })), [422, 'BB-API-015'])
  assert.deepEqual(codeOf(await ask({ action: 'BootNotification' })), [422, 'BB-API-015'])
  assert.deepEqual(codeOf(await ask({ action: 'constructor' })), [422, 'BB-API-015'])
  world.stations.set('DEPOT-01', station('DEPOT-01', { ocpp: 'ocpp2.0.1' }))
  assert.deepEqual(codeOf(await ask({ action: 'Reset', payload: { type: 'Soft' } })), [422, 'BB-API-014'])
  assert.equal(world.asked.length, 0)
})

test('AP23 a payload is sent as it was written', async () => {
  const { world, send } = await rig()
  const payload = '{ "vendorId":"A\\u00e9", "data": "1.0" , "messageId" : "x" }'
  await send('POST', '/api/v1/stations/DEPOT-01/commands', `{"payload":${payload},"action":"DataTransfer"}`)
  assert.deepEqual(world.asked[0]?.[2], payload)
  const limit =
    '{"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Relative","chargingSchedule":{"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16.0}]}}}'
  const answer = await send(
    'POST',
    '/api/v1/stations/DEPOT-01/commands',
    `{"action":"SetChargingProfile","payload":${limit}}`,
  )
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  assert.equal(world.asked[1]?.[2], limit)
  const poisoned = await send(
    'POST',
    '/api/v1/stations/DEPOT-01/commands',
    '{"action":"Reset","__proto__":{"payload":1}}',
  )
  assert.deepEqual(codeOf(poisoned), [400, 'BB-API-001'])
})

test('AP4 walking the pages of sessions gives each once, newest first, also those of one instant', async () => {
  const { world, get } = await rig()
  const times = [5, 5, 5, 4, 4, 3, 3, 3, 3, 1]
  world.sessions = times.map((time, n) => session(`s${n}`, time * 1000))
  for (const limit of [1, 2, 3, 4, 20]) {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`
      const page = (await get(`/api/v1/sessions?limit=${limit}${query}`)).body as unknown as {
        items: { id: string }[]
        next: string | null
      }
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next
    } while (cursor !== null)
    assert.deepEqual(
      seen,
      world.sessions.map((one) => one.session.id),
      `limit ${limit}`,
    )
  }
})

test('AP4 sessions are found by station, time and whether they go on', async () => {
  const { world, get } = await rig()
  world.sessions = [
    session('old', 1000, { stoppedAt: '2026-01-01T00:00:00.000Z' }),
    session('new', 9000),
    session('other', 5000, { station: 'B' }),
  ]
  const idsOf = async (query: string) =>
    ((await get(`/api/v1/sessions?${query}`)).body as unknown as { items: { id: string }[] }).items.map(({ id }) => id)
  assert.deepEqual(await idsOf('station=B'), ['other'])
  assert.deepEqual(await idsOf('open=true'), ['new', 'other'])
  assert.deepEqual(await idsOf('open=false'), ['old'])
  assert.deepEqual(await idsOf('from=1970-01-01T00:00:02Z&to=1970-01-01T00:00:05Z'), ['other'])
  assert.equal((await get('/api/v1/sessions/new')).body.token, 'ANNA-1')
  assert.deepEqual(codeOf(await get('/api/v1/sessions/nope')), [404, 'BB-API-021'])
})

test('AP25 routes are given, replaced, and kept when what came is refused', async () => {
  const { world, get, send } = await rig()
  assert.deepEqual((await get('/api/v1/routes')).body, world.routes)
  const put = await send('PUT', '/api/v1/routes', { routes: [{ stations: 'A*', primary: 'next' }] })
  assert.deepEqual(put.body, { routes: [{ stations: 'A*', primary: 'next' }], source: 'api' })
  assert.deepEqual(world.actors, ['api:local'])
  world.change = { outcome: 'invalid', problems: [{ field: '/routes/0/primary', message: 'there is no backend `x`' }] }
  const refused = await send('PUT', '/api/v1/routes', put.body)
  assert.deepEqual(codeOf(refused), [422, 'BB-API-018'])
  assert.deepEqual(refused.body.errors, world.change.problems)
  assert.deepEqual(codeOf(await send('PUT', '/api/v1/routes', { routes: 'all' })), [400, 'BB-API-001'])
  world.change = { outcome: 'storeFailed', detail: 'the disk is full' }
  assert.deepEqual(codeOf(await send('PUT', '/api/v1/routes', { routes: [] })), [503, 'BB-API-020'])
})

test('AP25 the configuration is read again, or says why not', async () => {
  const { world, send } = await rig()
  assert.deepEqual((await send('POST', '/api/v1/config/reload')).body, {
    changed: ['routes'],
    needsRestart: ['listen'],
  })
  world.change = { outcome: 'invalid', problems: [{ field: 'busbar.yaml:3:1', message: 'unknown key' }] }
  assert.deepEqual(codeOf(await send('POST', '/api/v1/config/reload')), [422, 'BB-API-019'])
})

test('AP1 backends, journal, faults and backup are served', async () => {
  const { get, send } = await rig()
  assert.equal(((await get('/api/v1/backends')).body.items as unknown as unknown[]).length, 1)
  assert.equal((await get('/api/v1/journal')).body.writable, true)
  assert.ok(((await get('/api/v1/faults')).body.items as unknown as unknown[]).length > 30)
  assert.deepEqual((await send('POST', '/api/v1/backup')).body.file, '/data/backups/made.db')
  assert.deepEqual((await send('POST', '/api/v1/backup', { name: 'a.db' })).body.file, '/data/backups/a.db')
  assert.deepEqual(codeOf(await send('POST', '/api/v1/backup', { name: '../a.db' })), [400, 'BB-API-001'])
})

test('AP5 other methods, types and sizes have their answers', async () => {
  const { api, get, send } = await rig()
  const deleted = await send('DELETE', '/api/v1/routes')
  assert.deepEqual(codeOf(deleted), [405, 'BB-API-005'])
  assert.equal(deleted.headers.allow, 'GET, HEAD, PUT')
  assert.deepEqual(codeOf(await send('PUT', '/api/v1/routes', 'a: b', 'application/yaml')), [415, 'BB-API-007'])
  assert.deepEqual(codeOf(await send('POST', '/api/v1/stations/import', 'id', 'application/json')), [415, 'BB-API-007'])
  const large = `{"routes":["${'x'.repeat(1024 * 1024)}"]}`
  assert.deepEqual(codeOf(await send('PUT', '/api/v1/routes', large)), [413, 'BB-API-006'])
  assert.deepEqual(codeOf(await send('PUT', '/api/v1/routes', '{"routes":')), [400, 'BB-API-001'])
  assert.deepEqual(codeOf(await send('PUT', '/api/v1/routes', '')), [400, 'BB-API-001'])
  assert.equal((await send('POST', '/api/v1/config/reload', '')).status, 200)
  assert.deepEqual(codeOf(await get('/api/v1/quarantine')), [404, 'BB-API-004'])
  assert.deepEqual(codeOf(await get('/api/v1/migrations')), [404, 'BB-API-004'])
  assert.deepEqual(codeOf(await get('/api/v1/stations/%E4')), [400, 'BB-API-001'])
  const head = await api.app.inject({ method: 'HEAD', url: '/api/v1/stations', headers: own })
  assert.equal(head.statusCode, 200)
  assert.equal(head.body, '')
})

test('AP2 a defect is a problem without its inside', async () => {
  const { api, get } = await rig()
  const world = new FakeWorld()
  const broken = await openFakeApi(world, {
    ports: {
      ...world.ports(),
      backends: {
        list: () => {
          throw new Error('secret inside')
        },
      },
    },
  })
  const answer = await broken.app.inject({ url: '/api/v1/backends', headers: own })
  assert.equal(answer.statusCode, 500)
  assert.equal(answer.json().code, 'BB-API-024')
  assert.ok(!answer.body.includes('secret inside'))
  assert.equal((await get('/api/v1/backends')).status, 200)
  await Promise.all([api.close(), broken.close()])
})
