import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { FakeWorld, frame, openFakeApi, own, session, station } from './fake-ports.ts'

interface Media {
  readonly schema: object
}
interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: Record<string, Media> }
  readonly responses: Record<string, { readonly description: string; readonly content?: Record<string, Media> }>
  readonly 'x-role'?: string
  readonly security: readonly object[]
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, object> }
}

async function describe() {
  const world = new FakeWorld()
  const api = await openFakeApi(world)
  return { world, api, document: api.openapi() as Document }
}

/** Kept out of the description: the description itself and its page. */
const hidden = new Set(['/api/v1/openapi.json', '/docs'])

test('AP1 every route is described with a summary, its role and its answers, and nothing else is', async () => {
  const { api, document } = await describe()
  assert.match(document.openapi, /^3\.1\./)
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const registered = api.routes
    .filter(({ method, url }) => method !== 'HEAD' && !hidden.has(url))
    .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`)
  assert.deepEqual(described.sort(), registered.sort())
  for (const { method, url, access } of api.routes) {
    if (method === 'HEAD' || hidden.has(url)) continue
    const operation = document.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    assert.ok(operation !== undefined, url)
    assert.ok((operation.summary ?? '').length > 10, url)
    assert.equal(operation.tags?.length, 1, url)
    assert.equal(operation['x-role'], access === 'open' ? undefined : access, url)
    assert.equal(operation.security.length === 0, access === 'open', url)
    for (const [name] of url.matchAll(/(?<=:)\w+/g)) {
      assert.ok(
        operation.parameters?.some((one) => one.in === 'path' && one.name === name && one.required === true),
        url,
      )
    }
    for (const [status, answer] of Object.entries(operation.responses)) {
      assert.match(status, /^[2-5]\d\d$/, url)
      assert.ok(answer.description.length > 0, url)
      if (Number(status) >= 400 && url !== '/readyz') {
        assert.deepEqual(Object.keys(answer.content ?? {}), ['application/problem+json'], `${url} ${status}`)
      }
    }
  }
})

test('AP1 every reference in the document leads somewhere, every schema is one, and none is left over', async () => {
  const { document } = await describe()
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  ajv.addSchema(document, 'openapi')
  const references = [...JSON.stringify(document.paths).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '')
  assert.ok(references.length > 20)
  for (const name of Object.keys(document.components.schemas)) {
    assert.ok(ajv.compile({ $ref: `openapi#/components/schemas/${name}` }), name)
  }
  const whole = JSON.stringify(document)
  for (const reference of references) {
    assert.ok(document.components.schemas[reference.replace('#/components/schemas/', '')] !== undefined, reference)
  }
  for (const name of Object.keys(document.components.schemas)) {
    assert.ok(whole.includes(`"#/components/schemas/${name}"`), `${name} is used`)
  }
})

test('AP1 what is answered follows its description', async () => {
  const { world, api, document } = await describe()
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document, 'openapi')
  world.stations.set('DEPOT-01', station('DEPOT-01'))
  world.sessions = [session('s', Date.UTC(2026, 0, 1))]
  world.timeline.commit(frame('DEPOT-01', Date.UTC(2026, 0, 1)))
  const asked: [method: 'GET' | 'POST' | 'PUT', path: string, pattern: string, body?: object][] = [
    ['GET', '/healthz', '/healthz'],
    ['GET', '/readyz', '/readyz'],
    ['GET', '/api/v1/stations', '/api/v1/stations'],
    ['GET', '/api/v1/stations?limit=0', '/api/v1/stations'],
    ['GET', '/api/v1/stations/DEPOT-01', '/api/v1/stations/{id}'],
    ['GET', '/api/v1/stations/NOPE', '/api/v1/stations/{id}'],
    ['POST', '/api/v1/stations', '/api/v1/stations', { id: 'A' }],
    ['POST', '/api/v1/stations', '/api/v1/stations', { id: 'A' }],
    ['PUT', '/api/v1/stations/A', '/api/v1/stations/{id}', { tags: ['x'] }],
    ['GET', '/api/v1/stations/DEPOT-01/timeline', '/api/v1/stations/{id}/timeline'],
    ['POST', '/api/v1/stations/DEPOT-01/commands', '/api/v1/stations/{id}/commands', { action: 'ClearCache' }],
    ['POST', '/api/v1/stations/DEPOT-01/commands', '/api/v1/stations/{id}/commands', { action: 'Reset' }],
    ['GET', '/api/v1/sessions', '/api/v1/sessions'],
    ['GET', '/api/v1/sessions/s', '/api/v1/sessions/{id}'],
    ['GET', '/api/v1/backends', '/api/v1/backends'],
    ['GET', '/api/v1/routes', '/api/v1/routes'],
    ['PUT', '/api/v1/routes', '/api/v1/routes', { routes: [] }],
    ['POST', '/api/v1/config/reload', '/api/v1/config/reload'],
    ['GET', '/api/v1/journal', '/api/v1/journal'],
    ['POST', '/api/v1/backup', '/api/v1/backup'],
    ['GET', '/api/v1/faults', '/api/v1/faults'],
    ['GET', '/api/v1/me', '/api/v1/me'],
    ['POST', '/api/v1/login', '/api/v1/login', { token: 'x' }],
  ]
  for (const [method, url, pattern, payload] of asked) {
    const answer = await api.app.inject({ method, url, headers: own, ...(payload === undefined ? {} : { payload }) })
    const type = String(answer.headers['content-type']).split(';')[0] ?? ''
    const media = document.paths[pattern]?.[method.toLowerCase()]?.responses[answer.statusCode]?.content?.[type]
    assert.ok(media !== undefined, `${method} ${url}: ${answer.statusCode} ${type} is not described`)
    const pointer = [pattern, method.toLowerCase(), 'responses', String(answer.statusCode), 'content', type, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')
    const validate = ajv.compile({ $ref: `openapi#/paths/${pointer}` })
    assert.ok(validate(answer.json()), `${method} ${url}: ${ajv.errorsText(validate.errors)}`)
  }
})

test('AP1 the document and a page that reads it out are served', async () => {
  const { api, document } = await describe()
  const served = await api.app.inject({ url: '/api/v1/openapi.json', headers: own })
  assert.deepEqual(served.json(), JSON.parse(JSON.stringify(document)))
  const page = await api.app.inject({ url: '/docs', headers: own })
  assert.match(String(page.headers['content-type']), /^text\/html/)
  for (const path of Object.keys(document.paths)) assert.ok(page.body.includes(path), path)
  assert.ok(!page.body.includes('<script'))
})

test('AP1 the published reference is the one this version gives', async () => {
  const { document } = await describe()
  const file = new URL('../../../../docs/reference/openapi.json', import.meta.url)
  const published = JSON.parse(readFileSync(file, 'utf8')) as Document
  assert.deepEqual(published.paths, JSON.parse(JSON.stringify(document.paths)))
})
