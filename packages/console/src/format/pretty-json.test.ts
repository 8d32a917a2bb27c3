import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { layOutJson } from './pretty-json.ts'

const textOf = (raw: string) =>
  layOutJson(raw)
    ?.map((token) => token.text)
    .join('')

test('lays out with two spaces', () => {
  assert.equal(
    textOf('[2,"a",{"b":[],"c":{}, "d":[1 ,{"e":null}]}]'),
    '[\n  2,\n  "a",\n  {\n    "b": [],\n    "c": {},\n    "d": [\n      1,\n      {\n        "e": null\n      }\n    ]\n  }\n]',
  )
})

test('changes no token: numbers, escapes and keys that stand twice stay as they were', () => {
  const raw = '{"a":1.0,"a":1e400,"b":"\\u00e9\\"x","c":12345678901234567890}'
  for (const part of ['1.0', '1e400', '"\\u00e9\\"x"', '12345678901234567890']) {
    assert.ok(textOf(raw)?.includes(part), part)
  }
  assert.equal(textOf(raw)?.match(/"a":/g)?.length, 2)
})

test('without the space between tokens, any JSON text is what it was', () => {
  fc.assert(
    fc.property(fc.json(), fc.integer({ min: 0, max: 4 }), (json, indent) => {
      const raw = JSON.stringify(JSON.parse(json), null, indent)
      const tokens = layOutJson(raw)
      assert.ok(tokens !== null)
      const kept = tokens.filter((token) => token.kind !== 'space').map((token) => token.text)
      assert.equal(kept.join(''), JSON.stringify(JSON.parse(json)))
    }),
  )
})

test('tells keys from texts', () => {
  const kinds = layOutJson('{"k":"v","n":-1,"t":true}')?.filter((token) => !['mark', 'space'].includes(token.kind))
  assert.deepEqual(
    kinds?.map((token) => token.kind),
    ['key', 'string', 'key', 'number', 'key', 'word'],
  )
})

test('gives nothing for a text that is no JSON', () => {
  assert.equal(layOutJson('[2,"x"'), null)
  assert.equal(layOutJson(''), null)
})
