// The published JSON schema is the one the configuration is checked with.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { homeOf, jsonSchema, knownKeys, renderJsonSchema } from './json-schema.ts'

const published = new URL('../../../../docs/reference/busbar.schema.json', import.meta.url)

test('CF12 docs/reference/busbar.schema.json is what `busbar check --schema` prints', () => {
  assert.equal(readFileSync(published, 'utf8'), renderJsonSchema())
})

test('CF12 the schema accepts a valid file and refuses a misspelt key, as an editor would', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(renderJsonSchema()))
  const good = parse(`
listen: {stations: [ws://127.0.0.1:9000, {url: "wss://0.0.0.0:9443", cert: a, key: b}], api: "http://127.0.0.1:9080"}
backends: {a: {url: ws://a.example, ocpp: [ocpp1.6], reconnect: {min: 1s}}}
routes: [{stations: "*", primary: a, mirrors: []}]
journal: {keep: 90d, maxBytes: 20GB, window: 5ms}
energy: {mode: off}
`)
  assert.ok(validate(good), JSON.stringify(validate.errors))
  assert.ok(!validate({ lisen: {} }))
  assert.ok(!validate({ journal: { keep: '90 days' } }))
  assert.ok(!validate({ routes: [{ stations: '*', primary: 'a', mirrors: ['b'] }] }))
})

test('CF12 sections that need a restart say so', () => {
  const properties = jsonSchema().properties as Record<string, Record<string, unknown>>
  const restart = Object.keys(properties).filter((name) => properties[name]?.['x-restart'] === true)
  assert.deepEqual(restart, ['site', 'data', 'listen', 'journal'])
})

test('keys are found through lists, names and alternatives', () => {
  assert.ok(knownKeys(['listen', 'stations', 0]).includes('clientCa'))
  assert.ok(knownKeys(['backends', 'any', 'reconnect']).includes('min'))
  assert.equal(homeOf('trustProxy'), null, 'it has two homes')
  assert.equal(homeOf('assumeProtocol'), 'stations.accounts[].assumeProtocol')
})

test('CF12 the guide names every key', () => {
  const guide = readFileSync(new URL('../../../../docs/guides/configuration.md', import.meta.url), 'utf8')
  const keys = new Set<string>()
  const collect = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return
    for (const [name, value] of Object.entries(node)) {
      if (name === 'properties') for (const key of Object.keys(value as object)) keys.add(key)
      collect(value)
    }
  }
  collect(jsonSchema())
  assert.ok(keys.size > 60)
  const missing = [...keys].filter((key) => !new RegExp(`[\`.{ ]${key}[\`,}\\[. :]`).test(guide))
  assert.deepEqual(missing, [])
})
