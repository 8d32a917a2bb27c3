import assert from 'node:assert/strict'
import { test } from 'node:test'
import { locateAll, spliceId, spliceSpans } from './splice-frame.ts'

const odd =
  ' [2 ,"a\\u0062c", "StartTransaction",{"meterStart":32.0,"big":9223372036854775807,"x":1e2,"x":-0,"url":"a\\/b"} ] '

test('T25 replacing the id leaves every other character as it came', () => {
  assert.equal(spliceId(odd, '"new"'), odd.replace('"a\\u0062c"', '"new"'))
  assert.equal(spliceId('[3,7,{}]', '"7"'), '[3,"7",{}]')
  assert.equal(spliceId('[3,"1"]', '12345678901234567890'), '[3,12345678901234567890]')
})

test('T25 a text without an id comes back as it is', () => {
  for (const text of ['', '[', '[2', '[2]', '{"a":1}', 'null', '"x"', '[2,'])
    assert.equal(spliceId(text, '"new"'), text)
})

function read(text: string, path: readonly (string | number)[]): string[] {
  return locateAll(text, path).map((span) => text.slice(span.start, span.end))
}

test('T25 a value is found by its path', () => {
  const text = '[2,"1","MeterValues",{"meterValue":[{"sampledValue":[{"value":"1.0"},{"value" : 2.50 }]},{"a":[]}]}]'
  assert.deepEqual(read(text, [3, 'meterValue', 0, 'sampledValue', 1, 'value']), ['2.50'])
  assert.deepEqual(read(text, [3, 'meterValue', 1]), ['{"a":[]}'])
  assert.deepEqual(read(text, [2]), ['"MeterValues"'])
  assert.deepEqual(read(text, [3, 'meterValue', 1, 'a', 0]), [])
  assert.deepEqual(read(text, [3, 'meterValue', 'a']), [])
  assert.deepEqual(read(text, [3, 0]), [])
  assert.deepEqual(read(text, [4]), [])
  assert.deepEqual(read(text, []), [text])
})

test('T25 names are compared as they read, and a repeated name gives every value', () => {
  const text = '[2,"1","ChangeConfiguration",{"key":"a","\\u006bey":"b","k\\u0065y":{"key":1},"keys":0,"key":"d"}]'
  assert.deepEqual(read(text, [3, 'key']), ['"a"', '"b"', '{"key":1}', '"d"'])
  assert.deepEqual(read('[0,{"a":{"x":1},"a":{"x":2,"x":3}}]', [1, 'a', 'x']), ['1', '2', '3'])
})

test('T25 several spans are replaced at once, in any order', () => {
  const text = '[2,"1","X",{"p":"one","q":2,"p":"three"}]'
  const spans = locateAll(text, [3, 'p'])
  assert.equal(spliceSpans(text, spans.toReversed(), '"***"'), '[2,"1","X",{"p":"***","q":2,"p":"***"}]')
  assert.equal(spliceSpans(text, [], '"***"'), text)
  assert.equal(
    spliceSpans(
      'abcdef',
      [
        { start: 1, end: 5 },
        { start: 2, end: 3 },
      ],
      '-',
    ),
    'a-f',
  )
})

test('T25 nesting of 100,000 levels costs no stack', () => {
  const deep = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`
  const text = `[2,"1","X",${deep},{"b":true}]`
  assert.deepEqual(read(text, [4, 'b']), ['true'])
  assert.equal(spliceId(text, '"2"'), `[2,"2","X",${deep},{"b":true}]`)
  assert.deepEqual(read('['.repeat(100_000), [0, 0, 0, 'x']), [])
})

test('T25 a StopTransaction of 900 kB keeps its length but for the id', () => {
  const text = `[2,"id","StopTransaction",{"transactionData":"${'\\u0041\\/'.repeat(112_500)}"}]`
  assert.equal(spliceId(text, '"longer id"'), text.replace('"id"', '"longer id"'))
})
