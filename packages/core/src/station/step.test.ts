import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rig } from './rig.ts'

const heartbeat = (id: string) => `[2,"${id}","Heartbeat",{}]`
const call = (id: string, action: string, payload = '{}') => `[2,"${id}","${action}",${payload}]`
const result = (id: string, payload = '{}') => `[3,"${id}",${payload}]`

describe('relay', () => {
  it('RL1 a call and its answer leave as the bytes that came in', () => {
    const r = rig()
    r.connect()
    const odd = '[ 2 , "7" ,"MeterValues", {"a":1.0,"b":9223372036854775807,"a":"\\u0041\\/"} ]'
    r.fromStation(odd)
    assert.equal(r.toBackend()[0]?.text, odd)
    assert.notEqual(r.toBackend()[0]?.bytes, null)
    r.fromBackend('[3,"7",{"x":1e2}]')
    assert.equal(r.toStation()[0]?.text, '[3,"7",{"x":1e2}]')
    assert.notEqual(r.toStation()[0]?.bytes, null)
  })

  it('RL2 every frame has an entry with whom it is for, what it answers and how long that took', () => {
    const r = rig()
    r.connect()
    r.fromStation(heartbeat('1'))
    r.mono += 12
    r.fromBackend(result('1'))
    const frames = r.entries.filter((entry) => entry.kind === 'frame')
    const { from, to, ref, latencyMs, action, type } = frames[1]!
    assert.deepEqual(
      { from, to, ref, latencyMs, action, type },
      {
        from: 'billing',
        to: 'station',
        ref: r.entries.indexOf(frames[0]!) + 1,
        latencyMs: 12,
        action: 'Heartbeat',
        type: 'result',
      },
    )
  })

  it('RL3 the answer is held for the position of its call, the call is not held', () => {
    const r = rig()
    r.connect()
    r.fromStation(heartbeat('1'))
    const position = r.entries.findIndex((entry) => entry.kind === 'frame') + 1
    r.fromBackend(result('1'))
    assert.equal(r.toBackend()[0]?.hold, 0)
    assert.equal(r.toStation()[0]?.hold, position)
  })

  it('RL4 pipelined calls reach the backend one after the other, in order', () => {
    const r = rig()
    r.connect()
    for (const id of ['1', '2', '3']) r.fromStation(heartbeat(id))
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      [heartbeat('1')],
    )
    r.fromBackend(result('1'))
    r.fromBackend(result('2'))
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      ['1', '2', '3'].map(heartbeat),
    )
  })

  it('RL5 commands reach the station one at a time, and RL6 a crossing call of the station does not wait', () => {
    const r = rig()
    r.connect()
    r.fromBackend(call('a', 'Reset'))
    r.fromBackend(call('b', 'ClearCache'))
    r.fromStation(heartbeat('1'))
    assert.deepEqual(
      r.toStation().map((sent) => sent.text),
      [call('a', 'Reset')],
    )
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      [heartbeat('1')],
    )
    r.fromStation(result('a'))
    assert.deepEqual(
      r.toStation().map((sent) => sent.text),
      [call('a', 'Reset'), call('b', 'ClearCache')],
    )
    r.fromStation(result('b'))
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      [heartbeat('1'), result('a'), result('b')],
    )
  })

  it('RL5 a command that cannot be sent in time is answered to its backend with a CALLERROR', () => {
    const r = rig()
    r.connect()
    r.fromBackend(call('a', 'Reset'))
    r.mono += 10
    r.fromBackend(call('b', 'ClearCache'))
    r.fire('askOverdue')
    assert.match(r.toBackend()[0]?.text ?? '', /^\[4,"b","InternalError","Not sent: the station was busy",\{\}\]$/)
  })

  it('RL5 too many waiting commands are refused at once', () => {
    const r = rig()
    r.connect()
    for (let n = 0; n < 22; n++) r.fromBackend(call(`c${n}`, 'ClearCache'))
    assert.deepEqual(
      r.toBackend().map((sent) => JSON.parse(sent.text)[1]),
      ['c21'],
    )
  })

  it('RL7 a command whose id is still taken at the station gets another one, and its answer the old one back', () => {
    const r = rig()
    r.connect()
    r.fromBackend(call('1', 'Reset'))
    r.fire('askOverdue')
    r.fromBackend(call('1', 'ClearCache'))
    assert.equal(r.toStation()[1]?.text, call('fresh-1', 'ClearCache'))
    r.fromStation(result('fresh-1'))
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      [result('1')],
    )
    r.fromStation(result('1', '{"late":true}'))
    assert.equal(r.toBackend()[1]?.text, result('1', '{"late":true}'))
  })

  it('RL7 a numeric id is echoed as a number even when the backend answers with a string', () => {
    const r = rig()
    r.connect()
    r.fromStation('[2,12345678901234567890,"Heartbeat",{}]')
    r.fromBackend('[3,"12345678901234567890",{}]')
    assert.equal(r.toStation()[0]?.text, '[3,12345678901234567890,{}]')
  })

  it('RL8 RL10 a second answer to the same call goes nowhere', () => {
    const r = rig()
    r.connect()
    r.fromStation(heartbeat('1'))
    r.fromBackend(result('1'))
    r.fromBackend(result('1'))
    assert.equal(r.toStation().length, 1)
    assert.deepEqual(r.faults(), ['BB-FRAME-004'])
  })

  it('RL9 an invalid payload is passed on with its findings', () => {
    const finding = { code: 'BB-FRAME-010', path: '/x', detail: 'no' }
    const r = rig({ inspect: () => [finding], isCharging: () => false })
    r.connect()
    r.fromStation(heartbeat('1'))
    assert.equal(r.toBackend().length, 1)
    const frame = r.entries.find((entry) => entry.kind === 'frame')
    assert.deepEqual(frame?.kind === 'frame' && frame.findings, [finding])
  })

  for (const [text, code] of [
    ['not json', 'BB-FRAME-001'],
    ['{}', 'BB-FRAME-001'],
    ['[2]', 'BB-FRAME-001'],
    ['[2,null,"Heartbeat",{}]', 'BB-FRAME-001'],
    ['[9,"1","Heartbeat",{}]', 'BB-FRAME-002'],
    ['[6,"1","NotifyPeriodicEventStream",{}]', 'BB-FRAME-003'],
    ['[5,"1","InternalError","",{}]', 'BB-FRAME-003'],
    ['[3,"1",{}]', 'BB-FRAME-004'],
    ['[4,"1","GenericError","",{}]', 'BB-FRAME-004'],
  ] as const) {
    it(`RL10 ${text} is recorded and not passed on, from either side`, () => {
      const r = rig()
      r.connect()
      r.fromStation(text)
      r.fromBackend(text)
      assert.deepEqual(r.faults(), [code, code])
      assert.deepEqual([...r.toBackend(), ...r.toStation()], [])
      const raws = r.entries.flatMap((entry) => (entry.kind === 'frame' ? [entry.raw] : []))
      assert.deepEqual(raws, [text, text])
    })
  }

  it('RL11 what the station says before its backend is there reaches the backend, in order', () => {
    const r = rig()
    r.connect({ backendUp: false })
    r.fromStation(call('1', 'BootNotification'))
    r.fromStation(call('2', 'StatusNotification'))
    assert.equal(r.toBackend().length, 0)
    r.backendUp()
    r.fromBackend(result('1'))
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      [call('1', 'BootNotification'), call('2', 'StatusNotification')],
    )
  })

  it('RL12 a newer connection replaces the old one; its late frames and its late close touch nothing', () => {
    const r = rig()
    r.connect()
    r.fromBackend(call('a', 'Reset'))
    const again = {
      ocpp: 'ocpp1.6',
      offered: ['ocpp1.6'],
      route: { primary: 'billing', mode: 'resilient' },
      remote: null,
    } as const
    r.feed({ kind: 'stationUp', epoch: 2, ...again, profile: 0, certificateSerial: null, dialled: null })
    assert.deepEqual(
      r.of('closeStation').map((effect) => effect.epoch),
      [1],
    )
    assert.match(r.toBackend()[0]?.text ?? '', /^\[4,"a","InternalError"/)
    r.fromStation(heartbeat('late'), 1)
    r.feed({ kind: 'stationDown', epoch: 1, code: 1006, reason: '' })
    assert.equal(r.station.link.phase, 'up')
    r.backendUp()
    r.fromStation(heartbeat('new'), 2)
    assert.equal(r.toBackend().at(-1)?.text, heartbeat('new'))
    assert.deepEqual(r.faults(), ['BB-FRAME-004'])
  })

  it('RL13 resilient: the station stays, its calls wait, what was in flight is repeated first with its own id', () => {
    const r = rig()
    r.connect()
    r.fromStation(heartbeat('1'))
    r.feed({ kind: 'backendDown', backend: 'billing', attempt: 1, code: 1006, reason: '' })
    r.fromStation(heartbeat('2'))
    assert.deepEqual(r.of('closeStation'), [])
    assert.deepEqual(r.toStation(), [])
    r.fire('redial')
    r.backendUp()
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      [heartbeat('1'), heartbeat('1')],
    )
    r.fromBackend(result('1'))
    r.fromBackend(result('2'))
    assert.deepEqual(
      r.toStation().map((sent) => sent.text),
      [result('1'), result('2')],
    )
  })

  it('RL13 a call far behind lets go of its text and is read from the journal', () => {
    const r = rig()
    r.connect({ backendUp: false })
    for (let n = 0; n < 20; n++) r.fromStation(heartbeat(`${n}`))
    r.backendUp()
    for (let n = 0; n < 20; n++) r.fromBackend(result(`${n}`))
    assert.equal(r.toBackend().length, 16)
    assert.equal(r.of('toBackendFromJournal').length, 4)
    assert.equal(r.toStation().length, 20)
  })

  it('RL13 what does not fit any more stays with the station, and says so', () => {
    const r = rig()
    r.connect({ backendUp: false })
    for (let n = 0; n < 2_001; n++) r.fromStation(heartbeat(`${n}`))
    assert.deepEqual(r.faults(), ['BB-LINK-008'])
    const dropped = r.entries.filter((entry) => entry.kind === 'delivery')
    assert.deepEqual(
      dropped.map((entry) => entry.state),
      ['dropped'],
    )
  })

  it('RL14 transparent: the station falls with its backend', () => {
    const r = rig()
    r.connect({ mode: 'transparent' })
    r.feed({ kind: 'backendDown', backend: 'billing', attempt: 1, code: 1011, reason: 'gone' })
    assert.deepEqual(
      r.of('closeStation').map((effect) => effect.code),
      [1011],
    )
  })

  it('RL15 a station that goes away takes its backend link with it', () => {
    const r = rig()
    r.connect()
    r.fromStation(heartbeat('1'))
    r.feed({ kind: 'stationDown', epoch: 1, code: 1001, reason: 'bye' })
    assert.deepEqual(
      r.of('hangUp').map((effect) => effect.code),
      [1001],
    )
    const dropped = r.entries.filter((entry) => entry.kind === 'delivery')
    assert.equal(dropped.length, 1)
  })

  it('RL16 a call that is never answered lets the next ones go after 30 s, and its late answer still counts', () => {
    const r = rig()
    r.connect()
    r.fromStation(heartbeat('1'))
    r.fromStation(heartbeat('2'))
    r.fire('callOverdue')
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      [heartbeat('1'), heartbeat('2')],
    )
    r.fromBackend(result('1'))
    assert.deepEqual(
      r.toStation().map((sent) => sent.text),
      [result('1')],
    )
  })

  it('RL17 2.1: SEND passes an open call, a complaint finds whose answer it is about', () => {
    const r = rig()
    r.connect({ ocpp: 'ocpp2.1' })
    r.fromStation(heartbeat('1'))
    const send = '[6,"s1","NotifyPeriodicEventStream",{"id":1}]'
    r.fromStation(send)
    assert.deepEqual(
      r.toBackend().map((sent) => sent.text),
      [heartbeat('1'), send],
    )
    r.fromBackend(result('1'))
    const complaint = '[5,"1","FormatViolation","",{}]'
    r.fromStation(complaint)
    assert.equal(r.toBackend().at(-1)?.text, complaint)
    r.fromBackend(call('x', 'GetVariables'))
    r.fromStation(result('x'))
    r.fromBackend('[5,"x","FormatViolation","",{}]')
    assert.equal(r.toStation().at(-1)?.text, '[5,"x","FormatViolation","",{}]')
    r.fromStation(complaint)
    assert.deepEqual(r.faults(), ['BB-FRAME-004'])
  })

  it('RL18 a refusal is a fault and is tried again at the slowest pace', () => {
    const r = rig()
    r.connect({ backendUp: false })
    r.feed({
      kind: 'backendRefused',
      backend: 'billing',
      attempt: 1,
      cause: 'credentials',
      status: 401,
      reason: 'Unauthorized',
    })
    assert.deepEqual(r.faults(), ['BB-LINK-002'])
    assert.ok((r.of('wake').at(-1)?.afterMs ?? 0) >= 200_000)
  })

  it('RL18 a refused version closes a station that has another one, once it is idle', () => {
    const r = rig()
    r.connect({ backendUp: false, offered: ['ocpp2.0.1', 'ocpp1.6'], ocpp: 'ocpp2.0.1' })
    r.feed({
      kind: 'backendRefused',
      backend: 'billing',
      attempt: 1,
      cause: 'version',
      status: 101,
      reason: 'no subprotocol',
    })
    assert.deepEqual(
      r.of('closeStation').map((effect) => effect.code),
      [1012],
    )
  })

  it('RL18 a backend that takes the link and drops it at once is not dialled in a hot loop', () => {
    const r = rig()
    r.connect()
    const waits: number[] = []
    for (let n = 0; n < 5; n++) {
      r.feed({ kind: 'backendDown', backend: 'billing', attempt: r.station.lastAttempt, code: 1000, reason: '' })
      waits.push(r.of('wake').at(-1)!.afterMs)
      r.fire('redial')
      r.backendUp()
    }
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000])
  })

  it('B01.FR.12 a serial number that is not in the certificate ends the connection', () => {
    const r = rig()
    const route = { primary: 'billing', mode: 'resilient' } as const
    const head = {
      kind: 'stationUp',
      epoch: 1,
      ocpp: 'ocpp2.0.1',
      offered: ['ocpp2.0.1'],
      route,
      remote: null,
      profile: 3,
    } as const
    r.feed({ ...head, certificateSerial: 'S-1', dialled: null })
    r.backendUp()
    r.fromStation(call('1', 'BootNotification', '{"chargingStation":{"serialNumber":"S-2"}}'))
    assert.deepEqual(r.toBackend(), [])
    assert.deepEqual(
      r.of('closeStation').map((effect) => effect.code),
      [1008],
    )
    assert.deepEqual(r.faults(), ['BB-LINK-007'])
  })

  it('T17 a secret is passed on and never recorded', () => {
    const r = rig()
    r.connect()
    const text = call('k', 'ChangeConfiguration', '{"key":"AuthorizationKey","value":"73656372657431"}')
    r.fromBackend(text)
    assert.equal(r.toStation()[0]?.text, text)
    assert.equal(JSON.stringify(r.entries).includes('73656372657431'), false)
    const frame = r.entries.find((entry) => entry.kind === 'frame')
    assert.equal(frame?.kind === 'frame' && frame.redacted, true)
  })
})

describe('commands of the API', () => {
  const ask = (askId: string) =>
    ({ kind: 'ask', askId, action: 'Reset', payload: '{"type":"Soft"}', timeoutMs: 5_000, by: 'api:ops' }) as const

  it('T30 answered, refused, and uncertain are told apart', () => {
    const r = rig()
    r.connect()
    r.feed(ask('one'))
    assert.equal(r.toStation()[0]?.text, '[2,"fresh-1","Reset",{"type":"Soft"}]')
    r.fromStation(result('fresh-1', '{"status":"Accepted"}'))
    r.feed(ask('two'))
    r.fromStation('[4,"fresh-2","NotSupported","no",{}]')
    r.feed(ask('three'))
    r.fire('askOverdue')
    r.feed(ask('four'))
    assert.equal(r.toStation().length, 3, 'RL5 the station is not asked again while it may still answer')
    r.mono += 30_000
    r.feed({ kind: 'timer', timer: 'askOverdue', attempt: r.station.askTimer })
    r.feed(ask('five'))
    r.feed({ kind: 'stationDown', epoch: 1, code: 1006, reason: '' })
    r.feed(ask('six'))
    const ended = r.of('askEnded').map(({ askId, outcome }) => `${askId} ${outcome.outcome}`)
    assert.deepEqual(ended, [
      'one answered',
      'two refused',
      'three uncertain',
      'four notSent',
      'five uncertain',
      'six notSent',
    ])
    assert.equal(r.toBackend().length, 0)
  })
})
