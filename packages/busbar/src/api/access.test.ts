import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ApiToken, Role } from '../config/settings.ts'
import type { Api } from './create-api.ts'
import { FakeWorld, frame, openFakeApi, own, session, station, testTokens } from './fake-ports.ts'
import { LOGIN_LASTS_MS } from './login-sessions.ts'
import { createPseudonym } from './pseudonym.ts'

const ladder: readonly Role[] = ['viewer', 'support', 'operator', 'admin']

async function rig(over: Parameters<typeof openFakeApi>[1] = {}) {
  const world = new FakeWorld()
  world.stations.set('DEPOT-01', station('DEPOT-01'))
  const api = await openFakeApi(world, { url: 'http://0.0.0.0:9080', tokens: () => testTokens, ...over })
  return { world, api }
}

const bearer = (role: string) => ({ authorization: `Bearer ${role}-token` })

async function ask(api: Api, url: string, headers: Record<string, string> = {}) {
  const answer = await api.app.inject({ url, headers })
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown>, headers: answer.headers }
}

test('AP9 every route is for its lowest role: less is 403, nobody is 401, more passes the door', async () => {
  const { api } = await rig()
  const { api: opened } = await rig()
  assert.ok(api.routes.length > 30)
  for (const { method, url, access } of api.routes) {
    // Streams end with their socket; here none is there.
    if (url === '/api/v1/events') continue
    const path = url.replace(':id', 'DEPOT-01').replace(':code', 'BB-API-001')
    const statusOf = async (headers: Record<string, string>, of: Api = api) =>
      (await of.app.inject({ method: method as 'GET', url: path, headers })).statusCode
    const name = `${method} ${url}`
    const nobody = await statusOf({})
    if (access === 'open') {
      assert.ok(nobody !== 401 && nobody !== 403, `${name}: ${nobody}`)
      continue
    }
    assert.equal(nobody, 401, name)
    for (const role of ladder) {
      const status = await statusOf(bearer(role), opened)
      if (ladder.indexOf(role) < ladder.indexOf(access)) assert.equal(status, 403, `${name} as ${role}`)
      else assert.ok(status !== 401 && status !== 403, `${name} as ${role}: ${status}`)
    }
  }
  const events = await api.app.inject({ url: '/api/v1/events' })
  assert.equal(events.statusCode, 401)
})

test('AP8 what is no valid token is 401 and says how to authenticate, and no answer carries it', async () => {
  const { api } = await rig()
  for (const authorization of [
    'Bearer nope',
    'Bearer ',
    'Basic dXNlcjpwYXNz',
    'viewer-token',
    'Bearer viewer-token x',
  ]) {
    const answer = await ask(api, '/api/v1/me', { authorization })
    assert.deepEqual([answer.status, answer.body.code], [401, 'BB-API-002'], authorization)
    assert.equal(answer.headers['www-authenticate'], 'Bearer realm="busbar"')
  }
  const answer = await api.app.inject({ url: '/api/v1/me', headers: { authorization: 'Bearer hunter2' } })
  assert.ok(!answer.body.includes('hunter2'))
})

test('AP9 who asks is told by name, role and way', async () => {
  const { api } = await rig()
  const me = await ask(api, '/api/v1/me', { authorization: 'bearer operator-token' })
  assert.deepEqual(me.body, {
    name: 'olga',
    role: 'operator',
    authentication: 'token',
    csrf: null,
    site: 'depot',
    version: '1.2.3',
  })
})

test('AP8 tokens that leave the configuration are refused from that moment, new ones are taken', async () => {
  let tokens: readonly ApiToken[] = testTokens
  const { api } = await rig({ tokens: () => tokens })
  assert.equal((await ask(api, '/api/v1/me', bearer('viewer'))).status, 200)
  tokens = [{ name: 'neu', token: 'other', role: 'viewer' }]
  assert.equal((await ask(api, '/api/v1/me', bearer('viewer'))).status, 401)
  assert.equal((await ask(api, '/api/v1/me', { authorization: 'Bearer other' })).body.name, 'neu')
  tokens = []
  assert.equal(
    (await ask(api, '/api/v1/me', { authorization: 'Bearer other' })).status,
    401,
    'never open to the network',
  )
})

test('AP6 without tokens it opens on loopback only', async () => {
  await assert.rejects(openFakeApi(new FakeWorld(), { url: 'http://0.0.0.0:9080' }), /needs api.tokens/)
})

test('AP6 without tokens a request for another host is refused on every route', async () => {
  const api = await openFakeApi(new FakeWorld())
  for (const { method, url } of api.routes) {
    const path = url.replace(/:\w+/, 'x')
    const headers = { host: 'evil.example:9080' }
    const answer = await api.app.inject({ method: method as 'GET', url: path, headers })
    assert.equal(answer.statusCode, 403, `${method} ${url}`)
    if (method !== 'HEAD') assert.equal(answer.json().code, 'BB-API-009')
  }
  assert.equal((await api.app.inject({ url: '/', headers: { host: 'evil.example:9080' } })).statusCode, 403)
})

test('AP7 without tokens a page of another origin is refused, its own is not', async () => {
  const api = await openFakeApi(new FakeWorld())
  assert.equal((await ask(api, '/api/v1/me', { ...own, origin: 'http://evil.example' })).status, 403)
  assert.equal((await ask(api, '/api/v1/me', { ...own, origin: 'http://127.0.0.1:9080' })).status, 200)
  assert.deepEqual((await ask(api, '/api/v1/me', own)).body.role, 'admin')
})

test('AP12 support asks stations, and only operators make them do something', async () => {
  const { api, world } = await rig()
  const command = async (role: string, action: string, payload: object) => {
    const url = '/api/v1/stations/DEPOT-01/commands'
    return (await api.app.inject({ method: 'POST', url, headers: bearer(role), payload: { action, payload } }))
      .statusCode
  }
  assert.equal(await command('support', 'GetConfiguration', {}), 200)
  assert.equal(await command('support', 'TriggerMessage', { requestedMessage: 'Heartbeat' }), 200)
  assert.equal(await command('support', 'Reset', { type: 'Soft' }), 403)
  assert.equal(await command('support', 'GetDiagnostics', { location: 'ftp://x' }), 403)
  assert.equal(await command('operator', 'Reset', { type: 'Soft' }), 200)
  assert.deepEqual(
    world.asked.map(([, action, , , by]) => [action, by]),
    [
      ['GetConfiguration', 'api:sam'],
      ['TriggerMessage', 'api:sam'],
      ['Reset', 'api:olga'],
    ],
  )
})

test('AP13 below operator, tokens of sessions and entries are pseudonyms', async () => {
  const { api, world } = await rig()
  world.sessions = [session('s', 1000)]
  world.timeline.commit(frame('DEPOT-01', 1000))
  const pseudonym = createPseudonym(new Uint8Array(32).fill(7))('ANNA-1')
  for (const url of ['/api/v1/sessions', '/api/v1/sessions/s', '/api/v1/stations/DEPOT-01/timeline']) {
    for (const role of ladder) {
      const { body } = await api.app.inject({ url, headers: bearer(role) })
      const clear = role === 'operator' || role === 'admin'
      assert.equal(body.includes('ANNA-1'), clear, `${url} as ${role}`)
      assert.equal(body.includes(pseudonym), !clear, `${url} as ${role}`)
      assert.equal(body.includes('"redacted":true'), !clear, `${url} as ${role}`)
    }
  }
})

test('AP13 below operator, tokens in the answer to a command are pseudonyms', async () => {
  const { api, world } = await rig()
  const configurationKey = [{ key: 'FreevendIdTag', readonly: false, value: 'ANNA-1' }]
  world.askOutcome = { outcome: 'answered', response: { configurationKey }, position: 9 }
  const url = '/api/v1/stations/DEPOT-01/commands'
  const payload = { action: 'GetConfiguration' }
  const below = await api.app.inject({ method: 'POST', url, headers: bearer('support'), payload })
  assert.ok(!below.body.includes('ANNA-1'))
  assert.equal(below.json().redacted, true)
  const above = await api.app.inject({ method: 'POST', url, headers: bearer('operator'), payload })
  assert.deepEqual(above.json(), world.askOutcome)
})

test('AP13 a pseudonym is the same for the same token of an installation, and another one elsewhere', () => {
  const here = createPseudonym(new Uint8Array(32).fill(1))
  const there = createPseudonym(new Uint8Array(32).fill(2))
  assert.equal(here('Anna'), here('ANNA'))
  assert.notEqual(here('Anna'), here('Bert'))
  assert.notEqual(here('Anna'), there('Anna'))
  assert.match(here('Anna'), /^tok-[\w-]{12}$/)
  assert.throws(() => createPseudonym(new Uint8Array(16)), /32 bytes/)
})

async function login(api: Api, token: string, headers: Record<string, string> = {}) {
  const answer = await api.app.inject({ method: 'POST', url: '/api/v1/login', payload: { token }, headers })
  const set = String(answer.headers['set-cookie'] ?? '')
  const body = answer.json() as Record<string, unknown>
  return { status: answer.statusCode, set, cookie: set.split(';')[0] ?? '', csrf: String(body.csrf), body, answer }
}

test('AP10 a token is exchanged for a cookie that scripts cannot read and that logout ends', async () => {
  const { api } = await rig()
  const { status, set, cookie, csrf, body } = await login(api, 'operator-token')
  assert.equal(status, 200)
  assert.match(set, /^busbar_9080=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
  assert.deepEqual([body.name, body.role, body.authentication], ['olga', 'operator', 'cookie'])
  assert.equal((await ask(api, '/api/v1/me', { cookie: `x=1; ${cookie}` })).body.csrf, csrf)
  const out = await api.app.inject({ method: 'POST', url: '/api/v1/logout', headers: { cookie, 'x-csrf-token': csrf } })
  assert.equal(out.statusCode, 204)
  assert.match(String(out.headers['set-cookie']), /^busbar_9080=; .*Max-Age=0$/)
  assert.equal((await ask(api, '/api/v1/me', { cookie })).status, 401)
})

test('AP10 a login ends after twelve hours, and with its token', async () => {
  let tokens: readonly ApiToken[] = testTokens
  const { api, world } = await rig({ tokens: () => tokens })
  const { cookie } = await login(api, 'operator-token')
  world.clock.advance(LOGIN_LASTS_MS - 1)
  assert.equal((await ask(api, '/api/v1/me', { cookie })).status, 200)
  world.clock.advance(1)
  assert.equal((await ask(api, '/api/v1/me', { cookie })).status, 401)
  const second = await login(api, 'operator-token')
  tokens = testTokens.filter(({ role }) => role !== 'operator')
  assert.equal((await ask(api, '/api/v1/me', { cookie: second.cookie })).status, 401)
})

test('AP10 behind a trusted proxy that speaks https the cookie is Secure; others are not believed', async () => {
  const { api } = await rig({ trustProxy: ['127.0.0.1'] })
  assert.match((await login(api, 'viewer-token', { 'x-forwarded-proto': 'https' })).set, /; Secure$/)
  const { api: without } = await rig()
  assert.doesNotMatch((await login(without, 'viewer-token', { 'x-forwarded-proto': 'https' })).set, /Secure/)
})

test('AP11 a change by cookie needs its CSRF value', async () => {
  const { api } = await rig()
  const { cookie, csrf } = await login(api, 'operator-token')
  const other = await login(api, 'operator-token')
  const put = async (headers: Record<string, string>) => {
    const answer = await api.app.inject({ method: 'PUT', url: '/api/v1/routes', headers, payload: { routes: [] } })
    return [answer.statusCode, answer.json().code]
  }
  assert.deepEqual(await put({ cookie }), [403, 'BB-API-010'])
  assert.deepEqual(await put({ cookie, 'x-csrf-token': 'guess' }), [403, 'BB-API-010'])
  assert.deepEqual(await put({ cookie, 'x-csrf-token': other.csrf }), [403, 'BB-API-010'])
  assert.deepEqual(await put({ cookie, 'x-csrf-token': csrf }), [200, undefined])
  assert.deepEqual(await put(bearer('operator')), [200, undefined])
})

test('AP21 wrong logins and wrong tokens are limited per address, and time heals', async () => {
  const { api, world } = await rig()
  for (let n = 0; n < 10; n++) assert.equal((await login(api, 'guess')).status, 401)
  const limited = await login(api, 'operator-token')
  assert.deepEqual([limited.status, limited.body.code], [429, 'BB-API-008'])
  assert.equal(limited.answer.headers['retry-after'], '60')
  for (let n = 0; n < 20; n++) assert.equal((await ask(api, '/api/v1/me', { authorization: 'Bearer x' })).status, 401)
  assert.equal((await ask(api, '/api/v1/me', bearer('viewer'))).status, 429)
  assert.equal((await ask(api, '/healthz', { authorization: 'Bearer x' })).status, 200)
  world.clock.advance(60_000)
  assert.equal((await login(api, 'operator-token')).status, 200)
  assert.equal((await ask(api, '/api/v1/me', bearer('viewer'))).status, 200)
})

test('AP21 the forwarded address counts from a trusted proxy only', async () => {
  const tries = async (trustProxy: string[]) => {
    const { api } = await rig({ trustProxy })
    for (let n = 0; n < 10; n++) await login(api, 'guess', { 'x-forwarded-for': '203.0.113.1' })
    return (await login(api, 'operator-token', { 'x-forwarded-for': '203.0.113.2' })).status
  }
  assert.equal(await tries(['127.0.0.1']), 200)
  assert.equal(await tries([]), 429)
})

test('AP20 what exactly is wrong is told to known callers only', async () => {
  const { api, world } = await rig()
  world.notReady = [{ name: 'store', detail: '/var/lib/busbar: no space' }]
  assert.deepEqual((await ask(api, '/readyz')).body.reasons, [{ name: 'store' }])
  assert.deepEqual((await ask(api, '/readyz', bearer('viewer'))).body.reasons, world.notReady)
})

test('AP22 every answer carries security headers', async () => {
  const { api } = await rig()
  for (const url of ['/healthz', '/api/v1/me', '/nope', '/docs', '/api/v1/%E4']) {
    const { headers } = await api.app.inject({ url })
    assert.equal(headers['x-content-type-options'], 'nosniff', url)
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/, url)
    assert.equal(headers['x-frame-options'], 'DENY', url)
    assert.equal(headers['access-control-allow-origin'], undefined, url)
  }
  const { api: proxied } = await rig({ trustProxy: ['127.0.0.1'] })
  const { headers } = await proxied.app.inject({ url: '/healthz', headers: { 'x-forwarded-proto': 'https' } })
  assert.equal(headers['strict-transport-security'], 'max-age=15552000')
})

test('AP22 the console is served with its files, its pages, and nothing beside them', async (context) => {
  const parent = mkdtempSync(join(tmpdir(), 'busbar-console-'))
  context.after(() => rmSync(parent, { recursive: true }))
  const folder = join(parent, 'dist')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(parent, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'index.html'), '<html>console</html>')
  writeFileSync(join(folder, 'assets', 'index-B3xk9_Zq.js'), 'run()')
  const { api } = await rig({ consoleFolder: folder })
  const get = async (url: string) => {
    const answer = await api.app.inject({ url })
    return { status: answer.statusCode, body: answer.body, headers: answer.headers }
  }
  for (const url of ['/', '/stations/DEPOT-01', '/stations/DEPOT%2F01?tab=1']) {
    const page = await get(url)
    assert.deepEqual([page.status, page.body], [200, '<html>console</html>'], url)
    assert.equal(page.headers['cache-control'], 'no-cache')
    assert.match(String(page.headers['content-security-policy']), /script-src 'self'; /)
    assert.doesNotMatch(String(page.headers['content-security-policy']), /unsafe/)
  }
  const script = await get('/assets/index-B3xk9_Zq.js')
  assert.deepEqual([script.status, script.body], [200, 'run()'])
  assert.match(String(script.headers['content-type']), /javascript/)
  assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable')
  for (const url of [
    '/assets/missing.js',
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/api/x',
  ]) {
    const answer = await get(url)
    assert.equal(answer.status, 404, url)
    assert.ok(!answer.body.includes('secret<'), url)
  }
  assert.equal((await api.app.inject({ method: 'POST', url: '/stations' })).statusCode, 404)
})

test('AP22 a console that was not built says so', async () => {
  const { api } = await rig({ consoleFolder: '/nowhere/dist' })
  const { api: without } = await rig()
  for (const one of [api, without]) {
    const page = await one.app.inject({ url: '/' })
    assert.match(page.body, /has not been built/)
    assert.match(String(page.headers['content-type']), /^text\/html/)
  }
})
