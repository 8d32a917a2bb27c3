import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subprotocols } from '@busbar/ocpp/versions.ts'
import fc from 'fast-check'
import { type Entry, STATION } from '../journal/entry.ts'
import { History } from '../twin/history-rig.ts'
import { randomHistory } from '../twin/random-history-rig.ts'
import { timelineEntry } from './timeline-entry.ts'

function sentence(write: (history: History) => unknown, ocpp: (typeof subprotocols)[number] = 'ocpp1.6'): string {
  const history = new History(ocpp)
  write(history)
  return timelineEntry(history.entries.at(-1)!).text
}

const answerOf = (h: History, action: string, body: unknown, more: object = {}) =>
  h.frame({ type: 'result', action, body, from: 'billing', to: STATION, ref: 1, latencyMs: 12.4, ...more })

const sentences: readonly (readonly [string, (history: History) => unknown])[] = [
  [
    'DEPOT-01 asked billing: StartTransaction on connector 1 with a token, meter at 500 Wh',
    (h) => h.call('StartTransaction', { connectorId: 1, idTag: 'S3CRET', meterStart: 500 }),
  ],
  ['DEPOT-01 asked billing: Heartbeat', (h) => h.call('Heartbeat', {})],
  [
    'DEPOT-01 told billing: StatusNotification on connector 2: Faulted (GroundFailure)',
    (h) => h.call('StatusNotification', { connectorId: 2, status: 'Faulted', errorCode: 'GroundFailure' }),
  ],
  [
    'DEPOT-01 told billing: StatusNotification on EVSE 1 connector 2: Occupied',
    (h) => h.call('StatusNotification', { evseId: 1, connectorId: 2, connectorStatus: 'Occupied' }),
  ],
  [
    'DEPOT-01 told billing: MeterValues on connector 1: 7180 W, meter at 1500 Wh',
    (h) =>
      h.call('MeterValues', {
        connectorId: 1,
        meterValue: [
          {
            sampledValue: [
              { value: '1.5', unit: 'kWh' },
              { value: '7180', measurand: 'Power.Active.Import' },
            ],
          },
        ],
      }),
  ],
  [
    'DEPOT-01 told billing: TransactionEvent Ended on EVSE 1 because of EVDeparted, stopped: EVDisconnected, recorded offline',
    (h) =>
      h.call('TransactionEvent', {
        eventType: 'Ended',
        evse: { id: 1 },
        triggerReason: 'EVDeparted',
        offline: true,
        transactionInfo: { transactionId: 't', stoppedReason: 'EVDisconnected' },
      }),
  ],
  ['DEPOT-01 sent Nonsense; it was passed on to nobody', (h) => h.call('Nonsense', {}, null)],
  [
    'billing asked DEPOT-01: SetChargingProfile on connector 1: TxProfile at 16 A',
    (h) =>
      h.frame({
        from: 'billing',
        to: STATION,
        action: 'SetChargingProfile',
        body: {
          connectorId: 1,
          csChargingProfiles: {
            chargingProfilePurpose: 'TxProfile',
            chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
          },
        },
      }),
  ],
  [
    'Busbar asked DEPOT-01: Reset: Soft',
    (h) => h.frame({ from: 'busbar', to: STATION, action: 'Reset', body: { type: 'Soft' } }),
  ],
  ['billing answered Heartbeat after 12 ms', (h) => answerOf(h, 'Heartbeat', { currentTime: 'x' })],
  [
    'billing answered StartTransaction after 12 ms: Accepted, transaction 17',
    (h) => answerOf(h, 'StartTransaction', { transactionId: 17, idTagInfo: { status: 'Accepted' } }),
  ],
  ['billing answered Heartbeat after 31 s', (h) => answerOf(h, 'Heartbeat', {}, { latencyMs: 31_200 })],
  [
    'The answer of billing to Heartbeat went to DEPOT-01 in another form',
    (h) => answerOf(h, 'Heartbeat', {}, { latencyMs: null }),
  ],
  [
    'StartTransaction of DEPOT-01 went to billing in another form',
    (h) => h.frame({ action: 'StartTransaction', body: {}, ref: 3 }),
  ],
  [
    'billing refused BootNotification after 12 ms: FormationViolation',
    (h) =>
      answerOf(h, 'BootNotification', {}, { type: 'error', raw: '[4,"1","FormationViolation","bad tag S3CRET",{}]' }),
  ],
  [
    'DEPOT-01 sent a text that is no OCPP message; it was passed on to nobody',
    (h) => h.put({ ...frameOf(h), type: null, to: null, raw: 'S3CRET' } as Entry),
  ],
  [
    'DEPOT-01 sent a frame whose text could not be read',
    (h) => h.put({ ...frameOf(h), type: null, to: null, raw: null } as Entry),
  ],
  [
    'DEPOT-01 connected with OCPP 1.6 from 10.0.0.4, security profile 1',
    (h) => h.link(STATION, 'up', { remote: '10.0.0.4' }),
  ],
  ['The connection of DEPOT-01 ended (1006)', (h) => h.link(STATION, 'down', { code: 1006 })],
  ['The link to billing went down (1006)', (h) => h.link('billing', 'down', { code: 1006 })],
  ['The link to billing came up with OCPP 1.6', (h) => h.link('billing', 'up')],
  ['billing refused DEPOT-01 with OCPP 1.6 (403)', (h) => h.link('billing', 'refused', { code: 403 })],
  [
    'Message 7 will not be delivered to billing: the queue is full',
    (h) =>
      h.put({
        kind: 'delivery',
        at: h.at,
        station: h.station,
        backend: 'billing',
        ref: 7,
        state: 'dropped',
        reason: 'the queue is full',
      }),
  ],
  [
    'api:ops changed routes',
    (h) =>
      h.put({
        kind: 'change',
        at: h.at,
        station: null,
        by: 'api:ops',
        what: 'routes',
        before: null,
        after: [],
        ref: null,
      }),
  ],
  [
    'Busbar decided to accept: the token is known',
    (h) =>
      h.put({
        kind: 'decision',
        at: h.at,
        station: h.station,
        what: 'to accept',
        why: 'the token is known',
        inputs: {},
        rule: null,
        ref: null,
      }),
  ],
]

function frameOf(history: History): Entry {
  history.frame({ body: null })
  return history.entries.pop()!.entry
}

for (const [expected, write] of sentences) {
  test(`TL1 TL4 "${expected}"`, () => assert.equal(sentence(write), expected))
}

test('TL1 a frame has the fields of the contract', () => {
  const h = new History('ocpp1.6')
  const call = h.call('Heartbeat', {})
  h.answer(call, { currentTime: 'x' })
  assert.deepEqual(timelineEntry(h.entries[1]!, { session: 'S' }), {
    position: 2,
    at: '2026-03-01T12:00:01.000Z',
    station: 'DEPOT-01',
    session: 'S',
    kind: 'frame',
    text: 'billing answered Heartbeat after 12 ms',
    from: 'billing',
    to: 'station',
    type: 'result',
    messageId: 'm1',
    action: 'Heartbeat',
    ocpp: 'ocpp1.6',
    raw: '[3,"m1",{"currentTime":"x"}]',
    latencyMs: 12,
    ref: 1,
  })
})

test('TL1 raw is absent where there was no text', () => {
  const h = new History('ocpp1.6')
  h.put({ ...frameOf(h), raw: null } as Entry)
  assert.ok(!('raw' in timelineEntry(h.entries[0]!)))
})

test('TL2 tokens are shown to operators and replaced for others, in frames and in every other kind', () => {
  const h = new History('ocpp1.6')
  h.call('Authorize', { idTag: 'S3CRET' })
  h.put({
    kind: 'decision',
    at: h.at,
    station: h.station,
    what: 'x',
    why: 'y',
    inputs: { idTag: 'S3CRET' },
    rule: null,
    ref: 1,
  })
  h.put({
    kind: 'change',
    at: h.at,
    station: h.station,
    by: 'fix',
    what: 'frame',
    before: '[2,"1","Authorize",{"idTag":"S3CRET"}]',
    after: { idTag: 'S3CRET' },
    ref: 1,
  })
  h.put({
    kind: 'fault',
    at: h.at,
    station: h.station,
    code: 'BB-X-001',
    text: 'x',
    detail: { idTag: 'S3CRET' },
    ref: 1,
  })
  for (const placed of h.entries) {
    assert.ok(JSON.stringify(timelineEntry(placed)).includes('S3CRET'))
    const shown = timelineEntry(placed, { pseudonym: () => 'tok-1' })
    assert.ok(!JSON.stringify(shown).includes('S3CRET') && JSON.stringify(shown).includes('tok-1'))
    assert.equal('redacted' in shown && shown.redacted, true)
  }
})

test('TL1 every entry of any history has a sentence', () => {
  fc.assert(
    fc.property(fc.constantFrom(...subprotocols), fc.array(fc.nat(1_000_000), { maxLength: 40 }), (ocpp, choices) => {
      for (const placed of randomHistory(ocpp, choices).entries) {
        const { text } = timelineEntry(placed)
        assert.ok(text.length > 5 && !/undefined|null|NaN|\[object/.test(text), text)
      }
    }),
    { numRuns: 100 },
  )
})
