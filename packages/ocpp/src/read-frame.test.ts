import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FrameFaultKind } from './frame.ts'
import { readFrame } from './read-frame.ts'

test('T27 a call, a result, an error, a result error and a send are read', () => {
  const id = { key: '19223201', token: '"19223201"' }
  assert.deepEqual(readFrame('[2,"19223201","Heartbeat",{}]'), {
    type: 'call',
    id,
    action: 'Heartbeat',
    payload: {},
    elements: 4,
  })
  assert.deepEqual(readFrame('[3,"19223201",{"a":1}]'), { type: 'result', id, payload: { a: 1 }, elements: 3 })
  const error = { id, code: 'GenericError', description: '', details: {}, elements: 5 }
  assert.deepEqual(readFrame('[4,"19223201","GenericError","",{}]'), { type: 'error', ...error })
  assert.deepEqual(readFrame('[5,"19223201","GenericError","",{}]'), { type: 'resultError', ...error })
  assert.deepEqual(readFrame('[6,"19223201","NotifyPeriodicEventStream",{}]'), {
    type: 'send',
    id,
    action: 'NotifyPeriodicEventStream',
    payload: {},
    elements: 4,
  })
})

const unreadable: readonly (readonly [text: string, fault: FrameFaultKind])[] = [
  ['', 'notJson'],
  ['[2,"1","Heartbeat",{}', 'notJson'],
  ["[2,'1','Heartbeat',{}]", 'notJson'],
  ['\ufeff[2,"1","Heartbeat",{}]', 'notJson'],
  ['[2,"1","Heartbeat",{}] ]', 'notJson'],
  ['{}', 'notArray'],
  ['null', 'notArray'],
  ['2', 'notArray'],
  ['"[2]"', 'notArray'],
  ['[]', 'tooShort'],
  ['[2]', 'tooShort'],
  ['[2,"1"]', 'tooShort'],
  ['[6,"1"]', 'tooShort'],
  ['[3]', 'tooShort'],
  ['["2","1","Heartbeat",{}]', 'unknownType'],
  ['[1,"1","Heartbeat",{}]', 'unknownType'],
  ['[7,"1",{}]', 'unknownType'],
  ['[2.5,"1","Heartbeat",{}]', 'unknownType'],
  ['[-2,"1","Heartbeat",{}]', 'unknownType'],
  ['[[2],"1","Heartbeat",{}]', 'unknownType'],
  ['[null,"1"]', 'unknownType'],
  ['[2,null,"Heartbeat",{}]', 'badId'],
  ['[2,{"a":1},"Heartbeat",{}]', 'badId'],
  ['[3,["1"],{}]', 'badId'],
  ['[4,true,"GenericError","",{}]', 'badId'],
  ['[2,"1",3,{}]', 'badAction'],
  ['[2,"1","",{}]', 'badAction'],
  ['[6,"1",{},{}]', 'badAction'],
]

for (const [text, fault] of unreadable) {
  test(`T27 ${JSON.stringify(text)} is ${fault}`, () => {
    const frame = readFrame(text)
    assert.equal(frame.type === 'unreadable' ? frame.fault : frame.type, fault)
  })
}

test('T27 the detail of a fault names the type number and never repeats the text', () => {
  const unknown = readFrame('[9,"1","X",{}]')
  assert.equal(unknown.type === 'unreadable' && unknown.detail, 'The message type is the number 9.')
  for (const text of [
    '[2,"1","Heartbeat",{"password":"secret"',
    '["secret","1"]',
    '[2,{"secret":1},"A"]',
    '"secret"',
  ]) {
    const frame = readFrame(text)
    assert.ok(frame.type === 'unreadable' && !frame.detail.includes('secret'))
  }
})

test('T27 a missing payload and extra elements are readable, and elements tells of them', () => {
  const short = readFrame('[2,"1","Heartbeat"]')
  assert.ok(short.type === 'call' && short.payload === undefined && short.elements === 3)
  const bare = readFrame('[3,"1"]')
  assert.ok(bare.type === 'result' && bare.payload === undefined && bare.elements === 2)
  const error = readFrame('[4,"1","GenericError"]')
  assert.ok(error.type === 'error' && error.description === undefined && error.elements === 3)
  const long = readFrame('[2,"1","Heartbeat",{},"more",7]')
  assert.ok(long.type === 'call' && long.elements === 6)
})

const ids: readonly (readonly [token: string, key: string])[] = [
  ['""', ''],
  ['"a/../../../../evil"', 'a/../../../../evil'],
  ['"a\\/b"', 'a/b'],
  ['"\\u0041"', 'A'],
  ['"\\u005Cu0041"', '\\u0041'],
  ['"\\\\"', '\\'],
  ['"\\\\\\\\"', '\\\\'],
  ['"\\""', '"'],
  ['"\\\\\\""', '\\"'],
  ['"é😀\\ud83d\\ude00"', 'é😀😀'],
  [`"${'x'.repeat(300)}"`, 'x'.repeat(300)],
  ['7', '7'],
  ['-0', '-0'],
  ['1.0', '1.0'],
  ['1e2', '1e2'],
  ['12345678901234567890', '12345678901234567890'],
]

for (const [token, key] of ids) {
  test(`T3 the id ${token.slice(0, 40)} keeps its token and reads as its key`, () => {
    for (const text of [`[2,${token},"A",{}]`, `[3,${token}]`, ` [ 4 ,\n\t${token} , "x" ]\r`]) {
      const frame = readFrame(text)
      assert.ok(frame.type !== 'unreadable')
      assert.deepEqual(frame.id, { key, token })
    }
  })
}

test('T3 the string "7" and the number 7 have the same key and different tokens', () => {
  const text = readFrame('[3,"7",{}]')
  const number = readFrame('[3,7,{}]')
  assert.ok(text.type === 'result' && number.type === 'result')
  assert.equal(text.id.key, number.id.key)
  assert.notEqual(text.id.token, number.id.token)
})

test('T27 nesting of 100,000 levels is read or refused, never thrown', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  assert.ok(['call', 'unreadable'].includes(readFrame(`[2,"1","A",${deep}]`).type))
  assert.equal(readFrame(deep).type, 'unreadable')
  assert.equal(readFrame('['.repeat(100_000)).type, 'unreadable')
  assert.equal(readFrame(`[2,"1","A",${'{"a":'.repeat(100_000)}`).type, 'unreadable')
})
