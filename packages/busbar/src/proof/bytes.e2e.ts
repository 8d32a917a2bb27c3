// Bytes through the real binary. Raw sockets on both sides send what no library would write, in both directions, and what
// arrives is compared byte by byte; what may not pass is looked for in the timeline and must not arrive.

import assert from 'node:assert/strict'
import { createSign, createVerify, generateKeyPairSync } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Broker, type Item, openBroker } from './broker-rig.ts'
import {
  frameBytes,
  type Line,
  openBare,
  openWireBackend,
  pause,
  stationIn,
  until,
  upgradeText,
  type WireBackend,
} from './wire-rig.ts'

/** One broker and one backend for all tests; each test has a station of its own. */
let backend: WireBackend
let deflating: WireBackend
let world: Awaited<ReturnType<typeof openBroker>>
let broker: Broker
const linkOf = new Map<string, Line>()

before(async () => {
  backend = await openWireBackend()
  deflating = await openWireBackend({ deflate: true })
  for (const each of [backend, deflating]) each.onLink = (line, identity) => linkOf.set(identity, line)
  world = await openBroker(
    { billing: { url: backend.url, reconnect: { min: '50ms', max: '200ms' } }, deflating: { url: deflating.url } },
    {
      routes: [
        { stations: 'DEFLATE-*', primary: 'deflating' },
        { stations: '*', primary: 'billing' },
      ],
    },
  )
  broker = world.broker
})

after(async () => {
  await world?.[Symbol.asyncDispose]()
  await backend?.[Symbol.asyncDispose]()
  await deflating?.[Symbol.asyncDispose]()
})

async function pair(id: string, version = 'ocpp1.6'): Promise<{ station: Line; backendSide: Line }> {
  const station = await stationIn(broker.station, id, { offers: [version] })
  await until(() => linkOf.has(id), `the backend's link of ${id}`)
  return { station, backendSide: linkOf.get(id)! }
}

/** Sends one text and compares the bytes that arrive at the other end. */
async function carries(from: Line, to: Line, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const before = to.got.length
  from.send(bytes)
  await to.nth(before + 1)
  const arrived = to.got[before]!
  assert.ok(
    arrived.equals(bytes),
    `sent ${JSON.stringify(text.slice(0, 200))}, got ${JSON.stringify(String(arrived).slice(0, 200))}`,
  )
}

const frames = (items: readonly Item[]) => items.filter((item) => item.kind === 'frame')
const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`

/** Payloads that a parser and a writer would not leave alone. */
const oddPayloads: readonly string[] = [
  '{"n":[1e2,1E+2,230.0,-0,-0.0,0.1e-7,9223372036854775807,12345678901234567890.123456789,1E400]}',
  '{"a":1,"a":2,"__proto__":{"polluted":true},"constructor":{"prototype":{}},"":0}',
  '{"s":"\\/ \\u00e9 \\u0041 \\ud83d\\ude00 lone \\ud800 \\u0000 \\b\\f\\n\\r\\t \\" \\\\"}',
  '{"s":"Zähler 🔌 Ω \u2028\u2029 \u007f é é ﷽ 日本語"}',
  ' { \n\t"b" : 1 ,\r\n  "a" : [ ] } ',
  `{"deep":${deep}}`,
  '{"10":1,"9":2,"b":3,"a":4}',
  'null',
  '[]',
  '"text"',
  '17.50',
]

const envelopes: readonly ((payload: string, at: number) => { call: string; result: string })[] = [
  (payload, at) => ({ call: `[2,"odd-${at}","DataTransfer",${payload}]`, result: `[3,"odd-${at}",${payload}]` }),
  (payload, at) => ({
    call: ` [ 2 ,\n"odd-${at}"\t, "DataTransfer" , ${payload} ]\r\n `,
    result: `\n[3 , "odd-${at}" , ${payload}] \t`,
  }),
  (payload, at) => ({
    call: `[2.0,"odd-${at}","DataTransfer",${payload},"more",{}]`,
    result: `[3e0,"odd-${at}",${payload},1.0]`,
  }),
]

for (const version of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']) {
  test(`RL1 RL2 T25 odd JSON passes ${version} in both directions without one changed byte`, async () => {
    const id = `ODD-${version}`
    const { station, backendSide } = await pair(id, version)
    const said: string[] = []
    for (const [from, to] of [
      [station, backendSide],
      [backendSide, station],
    ] as const) {
      for (const [at, payload] of oddPayloads.entries()) {
        for (const envelope of envelopes) {
          const { call, result } = envelope(payload, at)
          await carries(from, to, call)
          await carries(to, from, result)
          said.push(call, result)
        }
      }
    }
    const items = await broker.awaitTimeline(id, (all) => frames(all).length >= said.length, 'every frame')
    assert.deepEqual(
      frames(items).map((item) => item.raw),
      said,
    )
    assert.ok(frames(items).every((item) => item.redacted === undefined))
    station.ws.close()
  })
}

test('RL1 RL9 errors, short and long envelopes pass as they are, with a finding', async () => {
  const { station, backendSide } = await pair('ENVELOPES')
  const answers = [
    '[4,"e","NotImplemented","",{}]',
    '[4,"e","NoSuchCode",null,null]',
    '[4,"e"]',
    `[4,"e","GenericError","${'x'.repeat(300)}",${JSON.stringify({ data: 'y'.repeat(100_000) })}]`,
    '[4,"e","GenericError",17,[],"more"]',
    '[3,"e"]',
    '[3,"e",{},{}]',
  ]
  const calls = [
    '[2,"e","Heartbeat"]',
    '[2,"e","Heartbeat",{}]',
    '[2,"e","heartbeat",{"x":1}]',
    '[2,"e","Vendor.Act",{}]',
  ]
  const said: string[] = []
  for (const [at, answer] of answers.entries()) {
    const call = calls[at % calls.length]!
    await carries(station, backendSide, call)
    await carries(backendSide, station, answer)
    await carries(backendSide, station, call)
    await carries(station, backendSide, answer)
    said.push(call, answer, call, answer)
  }
  const items = frames(
    await broker.awaitTimeline('ENVELOPES', (all) => frames(all).length >= said.length, 'every frame'),
  )
  assert.deepEqual(
    items.map((item) => item.raw),
    said,
  )
  const codesOf = (raw: string) =>
    items.find((item) => item.raw === raw)?.findings?.map((finding) => finding.code) ?? []
  assert.ok(codesOf('[2,"e","Heartbeat"]').includes('BB-FRAME-012'))
  assert.ok(codesOf('[4,"e"]').includes('BB-FRAME-012'))
  assert.ok(codesOf('[3,"e",{},{}]').includes('BB-FRAME-012'))
  assert.ok(codesOf('[2,"e","Vendor.Act",{}]').includes('BB-FRAME-011'))
  assert.deepEqual(codesOf('[2,"e","Heartbeat",{}]'), [])
})

test('RL1 T25 a StopTransaction of 900 kB and a signed meter value arrive whole, and the signature still fits', async () => {
  const { station, backendSide } = await pair('SIGNED')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const reading =
    '{"FV":"1.0","GI":"ACME","PG":"T1","RD":[{"TM":"2026-03-01T10:00:00,000+0000 S","TX":"B","RV":1000.00,"RI":"01-00:B2.08.00*FF","RU":"kWh","ST":"G"}]}'
  const signature = createSign('sha256').update(reading).sign(privateKey, 'hex')
  const ocmf = `OCMF|${reading}|{"SA":"ECDSA-secp256r1-SHA256","SD":"${signature}"}`
  // Written with escapes that a writer would not choose, as some stations do.
  const value = JSON.stringify(ocmf).replaceAll('/', '\\/').replace('OCMF', '\\u004fCMF')
  const sample = `{"value":${value},"format":"SignedData","context":"Transaction.End"}`
  const filler = Array.from(
    { length: 900_000 / 90 },
    (_, at) =>
      `{"timestamp":"2026-03-01T10:00:00Z","sampledValue":[{"value":"${(at / 7).toFixed(12).padStart(24, ' ')}"}]}`,
  )
  const stop = `[2,"big","StopTransaction",{"transactionId":9,"meterStop":1e3,"timestamp":"2026-03-01T10:00:00Z","transactionData":[{"timestamp":"2026-03-01T10:00:00Z","sampledValue":[${sample}]},${filler.join(',')}]}]`
  assert.ok(stop.length > 880_000 && stop.length < 1_048_576, `${stop.length}`)
  await carries(station, backendSide, stop)
  await carries(backendSide, station, '[3,"big",{}]')
  const [, , , payload] = JSON.parse(String(backendSide.got[0])) as [
    number,
    string,
    string,
    { transactionData: [{ sampledValue: [{ value: string }] }] },
  ]
  const [, signed, proof] = payload.transactionData[0].sampledValue[0].value.split('|')
  const { SD } = JSON.parse(proof!) as { SD: string }
  assert.ok(createVerify('sha256').update(signed!).verify(publicKey, SD, 'hex'))
  const items = await broker.awaitTimeline('SIGNED', (all) => frames(all).length === 2, 'both frames')
  assert.equal(frames(items)[0]?.raw, stop)
  assert.equal(frames(items)[1]?.ref, frames(items)[0]?.position)
})

describe('message ids', () => {
  const ids: readonly { readonly token: string; readonly findings: boolean }[] = [
    { token: '""', findings: false },
    { token: '"1"', findings: false },
    { token: JSON.stringify('x'.repeat(36)), findings: false },
    { token: JSON.stringify('x'.repeat(37)), findings: true },
    { token: JSON.stringify('x'.repeat(300)), findings: true },
    { token: '17', findings: true },
    { token: '1000001.50', findings: true },
    { token: '-1', findings: true },
    { token: '9223372036854775807', findings: true },
    { token: '"../../../../evil"', findings: false },
    { token: '"a/../../../../evil\\u0000"', findings: false },
    { token: '"\\"; DROP TABLE entries; --"', findings: false },
    { token: '"\\u0061\\/\\u00e9"', findings: false },
    { token: '"é🔌日本"', findings: false },
    { token: '"__proto__"', findings: false },
    { token: '"-1"', findings: false },
  ]

  test('RL7 T3 W12 ids of any form pass in both directions, are used again at once, and cross with the same id', async () => {
    const { station, backendSide } = await pair('IDS')
    const said: { text: string; finds: boolean }[] = []
    for (const { token, findings } of ids) {
      const call = `[2,${token},"DataTransfer",{"vendorId":"v"}]`
      const result = `[3,${token},{"status":"Accepted"}]`
      for (let again = 0; again < 2; again++) {
        // Both directions have a call of this id open at the same time.
        await carries(station, backendSide, call)
        await carries(backendSide, station, call)
        await carries(station, backendSide, result)
        await carries(backendSide, station, result)
        for (const text of [call, call, result, result]) said.push({ text, finds: findings })
      }
    }
    const items = frames(await broker.awaitTimeline('IDS', (all) => frames(all).length >= said.length, 'every frame'))
    assert.deepEqual(
      items.map((item) => item.raw),
      said.map((each) => each.text),
    )
    for (const [at, item] of items.entries()) {
      const about = item.findings?.some((finding) => finding.code === 'BB-FRAME-013') ?? false
      assert.equal(about, said[at]!.finds, item.raw)
    }
  })

  test('RL7 an answer that echoes the id in another form reaches its asker under the id as it was written', async () => {
    const { station, backendSide } = await pair('ECHO')
    const cases = [
      { asked: '17', echoed: '"17"' },
      { asked: '"17"', echoed: '17' },
      { asked: '"a\\/b\\u0063"', echoed: '"a/bc"' },
    ]
    for (const { asked, echoed } of cases) {
      for (const [from, to] of [
        [station, backendSide],
        [backendSide, station],
      ] as const) {
        await carries(from, to, `[2,${asked},"DataTransfer",{"vendorId":"v"}]`)
        const before = from.got.length
        to.send(` [3 , ${echoed} , { "n" : 1.0 } ] `)
        assert.equal(await from.nth(before + 1), ` [3 , ${asked} , { "n" : 1.0 } ] `)
      }
    }
  })

  test('RL4 RL8 W12 the same id on 100 calls in a row, some sent before the answer: 100 answers', async () => {
    const { station, backendSide } = await pair('METRON')
    backendSide.onText = () => backendSide.send('[3,"1000001",{"currentTime":"2026-03-01T10:00:00Z"}]')
    const call = '[2,"1000001","Heartbeat",{}]'
    for (let at = 0; at < 100; at++) {
      station.send(call)
      if (at % 10 < 7) await station.nth(at + 1)
    }
    await station.nth(100)
    await pause(50)
    assert.equal(station.got.length, 100)
    assert.deepEqual(new Set(backendSide.texts), new Set([call]))
    assert.equal(backendSide.got.length, 100)
  })

  test('RL8 T3 an id may be used again after a reconnect, and the old answer does not come with it', async () => {
    const first = await pair('AGAIN')
    first.station.send('[2,"1","Heartbeat",{}]')
    await first.backendSide.nth(1)
    linkOf.delete('AGAIN')
    first.station.ws.terminate()
    const second = await pair('AGAIN')
    await carries(second.station, second.backendSide, '[2,"1","Authorize",{"idTag":"T"}]')
    await carries(second.backendSide, second.station, '[3,"1",{"idTagInfo":{"status":"Accepted"}}]')
    await pause(50)
    assert.equal(second.station.got.length, 1)
  })
})

describe('2.1', () => {
  test('RL17 SEND passes while a call is open and is answered by nobody; complaints reach whoever made the answer', async () => {
    const { station, backendSide } = await pair('V21', 'ocpp2.1')
    const send =
      '[6,"s1","NotifyPeriodicEventStream",{"id":1,"pending":0,"basetime":"2026-03-01T10:00:00Z","data":[{"t":0,"v":"1.0"}]}]'
    await carries(station, backendSide, '[2,"c1","Heartbeat",{}]')
    await carries(station, backendSide, send)
    await carries(backendSide, station, '[6,"s2","NotifyPeriodicEventStream", {"id" : 2}]')
    await carries(backendSide, station, '[3,"c1",{"currentTime":1.50}]')
    await carries(station, backendSide, '[5,"c1","TypeConstraintViolation","currentTime is a number",{"n":1.0}]')
    await carries(backendSide, station, '[2,"c1","GetVariables",{"getVariableData":[]}]')
    await carries(station, backendSide, '[3,"c1",{"getVariableResult":0.10}]')
    await carries(backendSide, station, ' [5,"c1","FormatViolation","",{}]')
    const items = await broker.awaitTimeline('V21', (all) => frames(all).length >= 8, 'eight frames')
    assert.deepEqual(
      frames(items).map((item) => `${item.from} ${item.type}`),
      [
        'station call',
        'station send',
        'billing send',
        'billing result',
        'station resultError',
        'billing call',
        'station result',
        'billing resultError',
      ],
    )
    const at = (n: number) => frames(items)[n]!
    // A complaint is about an answer.
    assert.equal(at(4).ref, at(3).position)
    assert.equal(at(7).ref, at(6).position)
    assert.deepEqual(
      items.filter((item) => item.kind === 'fault'),
      [],
    )
  })

  for (const version of ['ocpp1.6', 'ocpp2.0.1']) {
    test(`RL10 T27 types 5 and 6 on ${version} are recorded and passed on to nobody`, async () => {
      const id = `OLD-${version}`
      const { station, backendSide } = await pair(id, version)
      station.send('[6,"s","NotifyPeriodicEventStream",{}]')
      station.send('[5,"s","FormatViolation","",{}]')
      backendSide.send('[6,"s","NotifyPeriodicEventStream",{}]')
      backendSide.send('[5,"s","FormatViolation","",{}]')
      const items = await broker.awaitTimeline(
        id,
        (all) => all.filter((item) => item.code === 'BB-FRAME-003').length === 4,
        'four faults',
      )
      assert.deepEqual(
        frames(items).map((item) => item.to),
        [null, null, null, null],
      )
      await carries(station, backendSide, '[2,"after","Heartbeat",{}]')
      assert.equal(backendSide.got.length, 1)
      assert.equal(station.got.length, 0)
    })
  }
})

describe('what may not pass', () => {
  const unreadable: readonly { readonly text: string; readonly code: string }[] = [
    { text: '', code: 'BB-FRAME-001' },
    { text: 'x', code: 'BB-FRAME-001' },
    { text: '{"a":1}', code: 'BB-FRAME-001' },
    { text: '[]', code: 'BB-FRAME-001' },
    { text: '[2]', code: 'BB-FRAME-001' },
    { text: '[2,"a"]', code: 'BB-FRAME-001' },
    { text: '[2,"a",17,{}]', code: 'BB-FRAME-001' },
    { text: '[2,null,"Heartbeat",{}]', code: 'BB-FRAME-001' },
    { text: '[2,{"id":1},"Heartbeat",{}]', code: 'BB-FRAME-001' },
    { text: '[2,"a","Heartbeat",{},]', code: 'BB-FRAME-001' },
    { text: "[2,'a','Heartbeat',{}]", code: 'BB-FRAME-001' },
    { text: '[2,"a","Heartbeat",{}]]', code: 'BB-FRAME-001' },
    { text: '\ufeff[2,"a","Heartbeat",{}]', code: 'BB-FRAME-001' },
    { text: '['.repeat(10_000), code: 'BB-FRAME-001' },
    { text: '[1,"a","Heartbeat",{}]', code: 'BB-FRAME-002' },
    { text: '[7,"a","Heartbeat",{}]', code: 'BB-FRAME-002' },
    { text: '["2","a","Heartbeat",{}]', code: 'BB-FRAME-002' },
    { text: '[true,"a","Heartbeat",{}]', code: 'BB-FRAME-002' },
    { text: '[-2,"a",{}]', code: 'BB-FRAME-002' },
    { text: '[3,"nobody asked",{}]', code: 'BB-FRAME-004' },
    { text: '[4,"nobody asked","InternalError","",{}]', code: 'BB-FRAME-004' },
  ]

  for (const side of ['station', 'backend'] as const) {
    test(`RL10 T27 W5 texts of a ${side} without a readable envelope, or that answer nothing, are recorded as they came and reach nobody`, async () => {
      const id = `BAD-${side}`
      const { station, backendSide } = await pair(id)
      const [from, to] = side === 'station' ? [station, backendSide] : [backendSide, station]
      for (const { text } of unreadable) from.send(text)
      const items = await broker.awaitTimeline(
        id,
        (all) => all.filter((item) => item.kind === 'fault').length >= unreadable.length,
        'every fault',
      )
      assert.deepEqual(
        frames(items).map((item) => item.raw),
        unreadable.map((each) => each.text),
      )
      for (const frame of frames(items)) {
        assert.equal(frame.to, null)
        assert.equal(frame.from, side === 'station' ? 'station' : 'billing')
        const fault = items.find((item) => item.kind === 'fault' && item.ref === frame.position)
        assert.equal(fault?.code, unreadable.find((each) => each.text === frame.raw)?.code, frame.raw)
      }
      // The link lives, and nothing of it has arrived.
      await carries(from, to, '[2,"after","DataTransfer",{"vendorId":"v"}]')
      assert.equal(to.got.length, 1)
      assert.equal(from.got.length, 0)
    })

    test(`RL10 LK18 T27 a binary frame of a ${side} is noted and the link stays; invalid UTF-8 ends the link with 1007`, async () => {
      const id = `NOTEXT-${side}`
      const { station, backendSide } = await pair(id)
      const [from, to] = side === 'station' ? [station, backendSide] : [backendSide, station]
      from.ws.send(Buffer.from('[2,"bin","Heartbeat",{}]'), { binary: true })
      await carries(from, to, '[2,"after","DataTransfer",{"vendorId":"v"}]')
      from.send(Buffer.from([0x5b, 0x32, 0x2c, 0x22, 0xc3, 0x28, 0x22, 0x5d]))
      assert.equal((await from.closed).code, 1007)
      const items = await broker.awaitTimeline(
        id,
        (all) => all.filter((item) => item.code === 'BB-FRAME-005').length === 2,
        'two losses',
      )
      const faults = items.filter((item) => item.code === 'BB-FRAME-005')
      assert.deepEqual(
        faults.map((item) => item.detail?.['what']),
        ['binary', 'invalidUtf8'],
      )
      for (const fault of faults) {
        const frame = items.find((item) => item.position === fault.ref)
        assert.deepEqual([frame?.kind, frame?.raw, frame?.to], ['frame', undefined, null])
      }
      const end = items.find((item) => item.kind === 'link' && item.state === 'down')
      assert.deepEqual([end?.peer, end?.code], [side === 'station' ? 'station' : 'billing', 1007])
      // T20: what a backend does wrong does not cost the station its link.
      if (side === 'backend') assert.equal(station.isClosed, false)
    })
  }

  test('LK18 T27 a frame above the limit ends the link with 1009 and is noted; the neighbour notices nothing', async () => {
    const { station, backendSide } = await pair('HUGE')
    const neighbour = await pair('HUGE-NEIGHBOUR')
    station.send(`[2,"huge","DataTransfer",{"vendorId":"${'v'.repeat(1_048_576)}"}]`)
    assert.equal((await station.closed).code, 1009)
    await backendSide.closed
    assert.equal(backendSide.got.length, 0)
    const items = await broker.awaitTimeline(
      'HUGE',
      (all) => all.some((item) => item.code === 'BB-FRAME-005'),
      'the loss',
    )
    assert.equal(items.find((item) => item.code === 'BB-FRAME-005')?.detail?.['what'], 'tooLarge')
    await carries(neighbour.station, neighbour.backendSide, '[2,"n","Heartbeat",{}]')
  })

  test('T26 LK18 reserved bits without compression end the link with 1002 and are noted', async () => {
    using bare = openBare(broker.station)
    bare.socket.write(upgradeText('/RSV'))
    assert.equal(await bare.status(), 101)
    bare.socket.write(frameBytes(1, '[2,"r","Heartbeat",{}]', { bits: 0xc0 }))
    await until(() => bare.closeCode() !== null, 'a close frame')
    assert.equal(bare.closeCode(), 1002)
    const items = await broker.awaitTimeline(
      'RSV',
      (all) => all.some((item) => item.code === 'BB-FRAME-005'),
      'the loss',
    )
    assert.equal(items.find((item) => item.code === 'BB-FRAME-005')?.detail?.['what'], 'reservedBits')
  })

  test('RL1 a message in many fragments, with pings between, arrives as one frame', async () => {
    const call = '[2,"frag","DataTransfer",{"vendorId":"é🔌","n":1.00}]'
    using bare = openBare(broker.station)
    const bytes = Buffer.from(call)
    // The first frames come in one piece with the handshake (T1).
    bare.socket.write(
      Buffer.concat([Buffer.from(upgradeText('/FRAGMENTS')), frameBytes(1, bytes.subarray(0, 5), { bits: 0 })]),
    )
    for (let at = 5; at < bytes.length; at += 3) {
      bare.socket.write(frameBytes(9, 'ping'))
      bare.socket.write(frameBytes(0, bytes.subarray(at, at + 3), { bits: at + 3 >= bytes.length ? 0x80 : 0 }))
    }
    await until(() => linkOf.has('FRAGMENTS'), 'the link')
    assert.equal(await linkOf.get('FRAGMENTS')!.nth(1), call)
  })
})

describe('compression', () => {
  const offer = { perMessageDeflate: { threshold: 0 } }
  const heavy = `[2,"z","DataTransfer",{"vendorId":"v","data":"${'abc \\u00e9 '.repeat(5_000)}"}]`

  for (const [station, deflate] of [
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ] as const) {
    for (const version of ['ocpp1.6', 'ocpp2.0.1']) {
      test(`LK17 T26 W8 ${version}, station ${station ? 'offers' : 'does not offer'}, backend ${deflate ? 'accepts' : 'declines'}: bytes stay`, async () => {
        const id = `${deflate ? 'DEFLATE' : 'PLAIN'}-${station}-${version}`
        const line = await stationIn(broker.station, id, { offers: [version], ...(station ? offer : {}) })
        await until(() => linkOf.has(id), 'the link')
        const other = linkOf.get(id)!
        const isOn = version !== 'ocpp1.6'
        assert.equal(line.ws.extensions.includes('permessage-deflate'), station && isOn)
        assert.equal(other.ws.extensions.includes('permessage-deflate'), deflate && isOn)
        await carries(line, other, heavy)
        await carries(other, line, '[3,"z",{"status":"Accepted","n":1.0}]')
        await carries(other, line, heavy)
        await carries(line, other, '[3,"z",{"status":"Accepted","n":1.0}]')
      })
    }
  }

  test('LK17 T26 W8 a station with windows of 12 bits, as one library offers them', async () => {
    const line = await stationIn(broker.station, 'PLAIN-12', {
      offers: ['ocpp2.0.1'],
      perMessageDeflate: { serverMaxWindowBits: 12, clientMaxWindowBits: 12, threshold: 0 },
    })
    await until(() => linkOf.has('PLAIN-12'), 'the link')
    await carries(line, linkOf.get('PLAIN-12')!, heavy)
  })

  test('LK17 T26 a compressed bomb is refused by its inflated size', async () => {
    const line = await stationIn(broker.station, 'PLAIN-BOMB', { offers: ['ocpp2.0.1'], ...offer })
    const before = broker.rssKiB()
    line.send(`[2,"b","DataTransfer",{"vendorId":"${'0'.repeat(100_000_000)}"}]`)
    const { code } = await line.closed
    assert.equal(code, 1009)
    const grown = broker.rssKiB() - before
    assert.ok(grown < 60_000, `${grown} KiB more`)
    await broker.awaitTimeline('PLAIN-BOMB', (all) => all.some((item) => item.code === 'BB-FRAME-005'), 'the loss')
  })
})
