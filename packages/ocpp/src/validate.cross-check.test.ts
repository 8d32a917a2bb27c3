// Holds our validators against the schemas that another project, npm ocpp-rpc, carries, compiled by plain ajv. From every
// one of its schemas a smallest and a fullest payload are built, and the fullest is spoilt in one place at a time; both
// sides must judge alike. What the two sources are known to disagree about is declared below, and must show.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { loadValidators, validate } from './validate.ts'
import type { Subprotocol } from './versions.ts'

interface Schema {
  readonly $id?: string
  readonly $ref?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly enum?: readonly string[]
  readonly format?: string
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly multipleOf?: number
  readonly definitions?: Readonly<Record<string, Schema>>
}

const require = createRequire(import.meta.url)

const sources: readonly (readonly [subprotocol: Subprotocol, file: string, schemas: number])[] = [
  ['ocpp1.6', 'ocpp1_6', 78],
  ['ocpp2.0.1', 'ocpp2_0_1', 128],
  ['ocpp2.1', 'ocpp2_1', 181],
]

/** Texts longer than theirs that ours takes: the sources know different errata, and we accept what either accepts. */
const longerHere = new Set([
  'ocpp1.6 request ChangeConfiguration /value',
  'ocpp1.6 response GetConfiguration /configurationKey/0/value',
  'ocpp1.6 request StatusNotification /info',
])

/** A payload for a schema: everything it names, or only what it requires. */
function sample(schema: Schema, root: Schema, full: boolean): unknown {
  if (schema.$ref !== undefined) return sample(root.definitions![schema.$ref.split('/')[2]!]!, root, full)
  if (schema.enum !== undefined) return schema.enum[0]
  switch (schema.type) {
    case 'object': {
      const names = Object.keys(schema.properties ?? {}).filter((name) => full || schema.required?.includes(name))
      return Object.fromEntries(names.map((name) => [name, sample(schema.properties![name]!, root, full)]))
    }
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 1, 1) }, () => sample(schema.items!, root, full))
    case 'string':
      if (schema.format === 'date-time') return '2026-11-21T04:00:00.000Z'
      return schema.format === 'uri' ? 'ftp://files.example/logs' : 'x'
    case 'integer':
      return schema.minimum ?? 1
    case 'number':
      return schema.multipleOf === undefined ? (schema.minimum ?? schema.maximum ?? 1.5) : 21.4
    case 'boolean':
      return true
    default:
      return { anything: [1, 'x'] }
  }
}

interface Place {
  readonly pointer: string
  readonly holder: Record<string, unknown>
  readonly key: string
  readonly schema: Schema
}

/** Every field and list item of a sample, with the schema it was made from. */
function placesOf(value: unknown, given: Schema, root: Schema, pointer = ''): Place[] {
  const schema = given.$ref === undefined ? given : root.definitions![given.$ref.split('/')[2]!]!
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => {
    const inner = Array.isArray(value) ? schema.items : schema.properties?.[key]
    if (inner === undefined) return []
    const resolved = inner.$ref === undefined ? inner : root.definitions![inner.$ref.split('/')[2]!]!
    const here = `${pointer}/${key}`
    return [{ pointer: here, holder, key, schema: resolved }, ...placesOf(holder[key], resolved, root, here)]
  })
}

/** Other values for a place: of every type, and at both sides of every bound. */
function* spoilt({ schema, holder, key }: Place): Generator<unknown> {
  yield* [null, '', 7, -1, 1.5, 16.05, true, {}, [], Infinity]
  if (schema.enum !== undefined) yield* [...schema.enum, `${schema.enum[0]}x`]
  if (schema.maxLength !== undefined) {
    yield* ['x'.repeat(schema.maxLength), 'x'.repeat(schema.maxLength + 1), '😀'.repeat(schema.maxLength)]
  }
  if (schema.format !== undefined)
    yield* ['2026-11-21T04:00:00', '2026-02-30T04:00:00Z', '2026-11-21T04:00:00+02:00', 'a b']
  if (schema.minimum !== undefined) yield* [schema.minimum, schema.minimum - 1]
  if (schema.maximum !== undefined) yield* [schema.maximum, schema.maximum + 1]
  if (schema.maxItems !== undefined) {
    const item = (holder[key] as readonly unknown[])[0]
    const { maxItems } = schema
    yield* [maxItems, maxItems + 1].map((length) => Array.from({ length }, () => item))
  }
  if (schema.type === 'object') yield { ...(holder[key] as object), 'unknown/field': 1 }
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
}

const seenLonger = new Set<string>()

for (const [subprotocol, file, count] of sources) {
  test(`T27 ${subprotocol}: our validators judge as the schemas of ocpp-rpc do`, async () => {
    const validators = await loadValidators(subprotocol)
    const schemas: readonly Schema[] = require(`ocpp-rpc/lib/schemas/${file}.json`)
    assert.equal(schemas.length, count)
    const ajv = new Ajv({ strict: false, strictNumbers: true, multipleOfPrecision: 6, messages: false })
    addFormats.default(ajv)
    let judged = 0
    for (const { $id, ...schema } of schemas) {
      const name = $id!.replace('urn:', '')
      const action = name.replace(/(\.req|\.conf|Request|Response)$/, '')
      const kind = /(\.conf|Response)$/.test(name) ? 'response' : 'request'
      const theirs: ValidateFunction = ajv.compile(schema)

      for (const full of [false, true]) {
        const payload = sample(schema, schema, full)
        freeze(payload)
        const before = JSON.stringify(payload)
        assert.ok(theirs(payload), `${name}: the sample itself is wrong: ${JSON.stringify(theirs.errors)}`)
        assert.equal(validate(validators, kind, action, payload), null)
        assert.equal(JSON.stringify(payload), before)
      }

      const payload = sample(schema, schema, true)
      const compare = (place: string, mutant: unknown): void => {
        const here = validate(validators, kind, action, payload)
        judged++
        const label = `${subprotocol} ${kind} ${action} ${place}`
        if ((here === null) === theirs(payload)) {
          // The path of a finding leads to the place that was spoilt, or into it.
          if (here !== null)
            assert.ok(here.path === place || here.path.startsWith(`${place}/`), `${label}: ${here.path}`)
          return
        }
        assert.ok(longerHere.has(label) && here === null && typeof mutant === 'string', `${label} ${String(mutant)}`)
        seenLonger.add(label)
      }
      for (const place of placesOf(payload, schema, schema)) {
        const { holder, key, pointer } = place
        const original = holder[key]
        for (const mutant of spoilt(place)) {
          holder[key] = mutant
          compare(pointer, mutant)
        }
        if (Array.isArray(holder)) holder[key] = original
        else {
          delete holder[key]
          compare(pointer, undefined)
          holder[key] = original
        }
      }
      assert.deepEqual(payload, sample(schema, schema, true), `${name}: the payload was changed`)
      const root = payload as Record<string, unknown>
      root.unknown = 1
      compare('/unknown', 1)
    }
    assert.ok(judged > 1000, `only ${judged} comparisons`)
  })
}

test('every declared difference between the two sources shows', () => {
  assert.deepEqual([...seenLonger].sort(), [...longerHere].sort())
})
