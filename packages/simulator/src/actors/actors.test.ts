// The actors in virtual time, for every version: whole sessions, limits, outages, commands; and every frame they write
// is held against the official schemas.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { subprotocols } from '@busbar/ocpp/versions.ts'
import { callError } from '../backend-behaviours/call-error.ts'
import { silent } from '../backend-behaviours/silent.ts'
import { answeredActions } from './backend.ts'
import { ac22kW, dc50kW, familyCar } from './car.ts'
import { commandSamples } from './command-samples.ts'
import { createDuet, type Duet, type DuetOptions } from './duet.ts'
import { asList, asNumber, asObject, type Envelope, type Json, readEnvelope } from './envelope.ts'
import { actionsOf, faultsIn } from './official-schemas.contract.ts'

const minute = 60_000
const token = { id: 'CARD-1', type: 'ISO14443' }

function duet(ocpp: Subprotocol, options: Partial<DuetOptions> = {}): Duet {
  const made = createDuet({ ...options, station: { ocpp, outlets: [ac22kW, dc50kW], ...options.station } })
  made.tellStation({ kind: 'powerUp' })
  made.run(1000)
  return made
}

function envelopes(made: Duet, from: 'station' | 'backend'): Envelope[] {
  return made.frames.filter((frame) => frame.from === from).map((frame) => readEnvelope(frame.text))
}

function calls(made: Duet, from: 'station' | 'backend' = 'station'): { action: string; payload: Json }[] {
  return envelopes(made, from).flatMap((envelope) =>
    envelope.type === 'call' ? [{ action: envelope.action, payload: envelope.payload }] : [],
  )
}

function charge(made: Duet, connector: number, minutes: number): void {
  made.tellStation({ kind: 'plugIn', connector, car: familyCar })
  made.run(5_000)
  made.tellStation({ kind: 'present', connector, token })
  made.run(minutes * minute)
  made.tellStation({ kind: 'present', connector, token })
  made.run(10_000)
  made.tellStation({ kind: 'plugOut', connector })
  made.run(10_000)
}

function assertValid(made: Duet): void {
  assert.deepEqual(faultsIn(made.station.options.ocpp, made.frames), [])
}

/** Every metered value of one measurand, in the order sent. */
function metered(made: Duet, measurand: string): number[] {
  return calls(made).flatMap(({ payload }) =>
    [...asList(payload.meterValue), ...asList(payload.transactionData)].flatMap((value) =>
      asList(asObject(value).sampledValue)
        .map(asObject)
        .filter((sampled) => sampled.measurand === measurand)
        .map((sampled) => Number(sampled.value)),
    ),
  )
}

function result(made: Duet): Json {
  const last = envelopes(made, 'station').findLast((envelope) => envelope.type === 'result')
  return last?.type === 'result' ? last.payload : {}
}

for (const ocpp of subprotocols) {
  describe(`actors of ${ocpp}`, () => {
    it('boot, tell their statuses and beat at the interval they were given', () => {
      const made = duet(ocpp, { backend: { heartbeatSeconds: 60 } })
      made.run(10 * minute)
      const actions = calls(made).map((call) => call.action)
      assert.equal(actions[0], 'BootNotification')
      assert.equal(actions.filter((action) => action === 'StatusNotification').length, ocpp === 'ocpp1.6' ? 3 : 2)
      assert.equal(actions.filter((action) => action === 'Heartbeat').length, 10)
      assertValid(made)
    })

    it('carry a whole session whose energy is the integral of its power', () => {
      const made = duet(ocpp)
      charge(made, 1, 30)
      const [session] = [...made.backend.transactions.values()]
      assert.ok(session !== undefined && session.endedAt !== null)
      const wh = (session.meterStopWh ?? 0) - session.meterStartWh
      // Half an hour at 16 A on three phases of 230 V is 5,520 Wh, less what ramp and grid take.
      assert.ok(wh > 5_300 && wh <= 5_520, `${wh} Wh`)
      const registers = metered(made, 'Energy.Active.Import.Register')
      assert.ok(registers.length >= 30)
      assert.deepEqual(
        registers,
        [...registers].sort((a, b) => a - b),
      )
      assert.ok(Math.max(...metered(made, 'Power.Active.Import')) > 10_000)
      assert.equal(made.station.transactions.length, 0)
      assertValid(made)
    })

    it('taper and stop by themselves when the battery is full', () => {
      const made = duet(ocpp)
      made.tellStation({ kind: 'plugIn', connector: 2, car: { ...familyCar, soc: 85, targetSoc: 95 } })
      made.tellStation({ kind: 'present', connector: 2, token })
      made.run(60 * minute)
      const watts = metered(made, 'Power.Active.Import').filter((value) => value > 0)
      assert.ok(Math.max(...watts) > 30_000)
      assert.ok((watts.at(-1) ?? 0) < 20_000)
      assert.equal(made.station.connectors[1]?.status, 'SuspendedEV')
      assert.equal(metered(made, 'SoC').at(-1), 95)
      assertValid(made)
    })

    it('never meter more than the composite limit, whatever profiles come and go', () => {
      const made = duet(ocpp, { station: { sampleMs: 10_000 } })
      made.tellStation({ kind: 'plugIn', connector: 1, car: { ...familyCar, maxA: 32 } })
      made.tellStation({ kind: 'present', connector: 1, token })
      made.run(2 * minute)
      const limits = [
        { purpose: 'default', amps: 20 },
        { purpose: 'station', amps: 13.3 },
        { purpose: 'transaction', amps: 25 },
        { purpose: 'transaction', amps: 7.1 },
        { purpose: 'transaction', amps: 3 },
      ] as const
      for (const { purpose, amps } of limits) {
        made.tellBackend({
          kind: 'command',
          identity: 'DUET-1',
          command: { kind: 'limit', purpose, connector: 1, amps },
        })
        made.run(200)
        assert.equal(result(made).status, 'Accepted', `${purpose} ${amps}`)
        const before = metered(made, 'Current.Import').length
        const startWh = made.station.connectors[0]?.meterWh ?? 0
        made.run(2 * minute)
        made.tellBackend({ kind: 'command', identity: 'DUET-1', command: compositeQuestion(ocpp) })
        made.run(200)
        const allowed = compositeLimit(ocpp, result(made))
        const seen = metered(made, 'Current.Import').slice(before)
        assert.ok(seen.length > 0)
        assert.ok(Math.max(...seen) <= allowed, `${Math.max(...seen)} A under ${allowed} A`)
        if (allowed >= 6) assert.ok(Math.max(...seen) > allowed * 0.9, `${Math.max(...seen)} A of ${allowed} A`)
        else assert.equal(made.station.connectors[0]?.status, 'SuspendedEVSE')
        const wh = (made.station.connectors[0]?.meterWh ?? 0) - startWh
        assert.ok(wh <= (allowed * 690 * 2) / 60 + 1)
      }
      made.tellBackend({ kind: 'command', identity: 'DUET-1', command: { kind: 'clearLimits' } })
      made.run(minute)
      assert.ok((metered(made, 'Current.Import').at(-1) ?? 0) > 30)
      assertValid(made)
    })

    it('queue what happens while offline and tell it afterwards in order, with its own times', () => {
      const began = Date.parse('2026-03-02T08:00:00Z')
      const made = duet(ocpp, { startAt: began })
      made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
      made.tellStation({ kind: 'present', connector: 1, token })
      made.run(5 * minute)
      made.reachable(false)
      const lostAt = made.now()
      const before = made.frames.length
      made.run(10 * minute)
      made.tellStation({ kind: 'present', connector: 1, token })
      made.tellStation({ kind: 'plugOut', connector: 1 })
      const endedAt = made.now()
      made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
      made.tellStation({ kind: 'present', connector: 1, token })
      made.run(5 * minute)
      assert.equal(made.frames.length, before)
      made.reachable(true)
      made.run(10 * minute)
      const told = calls({ ...made, frames: made.frames.slice(before) })
      const about = told.filter(({ action }) =>
        ['StartTransaction', 'StopTransaction', 'MeterValues', 'TransactionEvent'].includes(action),
      )
      const times = about.map(({ payload }) => Date.parse(timeOf(payload)))
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      )
      assert.ok((times[0] ?? 0) - lostAt <= minute)
      assert.ok(times.includes(endedAt))
      if (ocpp !== 'ocpp1.6') {
        const accepted = made.frames.slice(before).find((frame) => frame.from === 'backend')
        const acceptedAt = began + (accepted?.at ?? 0)
        for (const [index, { payload }] of about.entries()) {
          const whileAway = (times[index] ?? 0) <= acceptedAt
          assert.equal(payload.offline === true, whileAway, JSON.stringify(payload))
        }
        const numbers = about.filter(({ payload }) => asObject(payload.transactionInfo).transactionId !== undefined)
        for (const [id, list] of Map.groupBy(
          numbers,
          ({ payload }) => asObject(payload.transactionInfo).transactionId,
        )) {
          const seqNos = list.map(({ payload }) => asNumber(payload.seqNo) ?? -1)
          const first = seqNos[0] ?? 0
          assert.deepEqual(
            seqNos,
            seqNos.map((_seqNo, index) => first + index),
            String(id),
          )
        }
      }
      assert.equal(made.backend.transactions.size, 2)
      assertValid(made)
    })

    it('answer every command of the version with what its schema allows', () => {
      const made = duet(ocpp)
      const samples = commandSamples(ocpp, made.now())
      const asked = Object.keys(samples)
      // Whatever the backend side does not answer is a command, apart from those that both sides may send.
      assert.deepEqual(asked.toSorted(), commandsOf(ocpp, made).toSorted())
      for (const [action, payload] of Object.entries(samples)) {
        made.tellBackend({ kind: 'command', identity: 'DUET-1', command: { kind: 'raw', action, payload } })
        made.run(15_000)
        const outcome = made.backend.outcomes.at(-1)
        assert.equal(outcome?.action, action)
        assert.equal(outcome?.outcome, 'answered', action)
      }
      made.run(5 * minute)
      assertValid(made)
    })

    it('answer an unknown command with NotImplemented', () => {
      const made = duet(ocpp)
      const command = { kind: 'raw', action: 'MakeCoffee', payload: {} } as const
      made.tellBackend({ kind: 'command', identity: 'DUET-1', command })
      made.run(1000)
      assert.equal(made.backend.outcomes.at(-1)?.outcome, 'NotImplemented')
    })

    it('start and stop by order of the backend', () => {
      const made = duet(ocpp)
      made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
      const remoteStart = { kind: 'remoteStart', connector: 1, token: 'REMOTE' } as const
      made.tellBackend({ kind: 'command', identity: 'DUET-1', command: remoteStart })
      made.run(5 * minute)
      assert.equal(made.backend.transactions.size, 1)
      made.tellBackend({ kind: 'command', identity: 'DUET-1', command: { kind: 'remoteStop', connector: 1 } })
      made.run(minute)
      assert.notEqual([...made.backend.transactions.values()][0]?.endedAt, null)
      assert.ok(!calls(made).some(({ action }) => action === 'Authorize'))
      assertValid(made)
    })

    it('end a session whose token is refused afterwards', () => {
      const made = duet(ocpp, { backend: { tokens: { kind: 'all', except: [token.id] } } })
      made.reachable(false)
      made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
      made.tellStation({ kind: 'present', connector: 1, token })
      made.run(minute)
      assert.equal(made.station.connectors[0]?.status, 'Charging')
      made.reachable(true)
      made.run(5 * minute)
      assert.equal(made.station.connectors[0]?.session, null)
      assert.match(made.notes.join('\n'), /deauthorised/)
      assertValid(made)
    })

    it('refuse a blocked token', () => {
      const made = duet(ocpp, { backend: { tokens: { kind: 'only', tokens: ['OTHER'] } } })
      made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
      made.tellStation({ kind: 'present', connector: 1, token })
      made.run(minute)
      assert.equal(made.backend.transactions.size, 0)
      assert.ok(made.notes.includes('token CARD-1 was refused'))
      assertValid(made)
    })

    it('have one call open at a time', () => {
      const made = duet(ocpp, { latencyMs: 700 })
      charge(made, 1, 5)
      charge(made, 2, 5)
      let open = 0
      for (const frame of made.frames) {
        const { type } = readEnvelope(frame.text)
        if (frame.from === 'station' && type === 'call') open += 1
        if (frame.from === 'backend' && type !== 'call') open -= 1
        assert.ok(open <= 1)
      }
    })

    it('repeat a transaction message that failed, and go on when it is hopeless', () => {
      const start = ocpp === 'ocpp1.6' ? 'StartTransaction' : 'TransactionEvent'
      const made = duet(ocpp, { backend: { behaviours: [callError(start, 2)] } })
      charge(made, 1, 10)
      assert.equal([...made.backend.transactions.values()][0]?.connector, 1)
      assert.equal(made.station.transactions.length, 0)
      const hopeless = duet(ocpp, { backend: { behaviours: [silent([start])] } })
      charge(hopeless, 1, 30)
      hopeless.run(60 * minute)
      const tries = calls(hopeless).filter(({ action, payload }) => action === start && isStart(payload))
      assert.equal(tries.length, 3)
      if (ocpp === 'ocpp1.6') {
        const stop = calls(hopeless).find(({ action }) => action === 'StopTransaction')
        assert.equal(stop?.payload.transactionId, -1)
      }
    })

    it('restart when they are reset and boot again with a reason', () => {
      const made = duet(ocpp)
      made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
      made.tellStation({ kind: 'present', connector: 1, token })
      made.run(minute)
      made.tellBackend({ kind: 'command', identity: 'DUET-1', command: { kind: 'reset', soft: false } })
      made.run(minute)
      const boots = calls(made).filter(({ action }) => action === 'BootNotification')
      assert.equal(boots.length, 2)
      if (ocpp !== 'ocpp1.6') assert.equal(boots[1]?.payload.reason, 'RemoteReset')
      assert.equal(made.station.transactions.length, 0)
      assert.notEqual([...made.backend.transactions.values()][0]?.endedAt, null)
      assertValid(made)
    })

    it('keep starts and ends when they run out of memory in a long outage, and drop readings', () => {
      const made = duet(ocpp, { station: { sampleMs: 1_000 } })
      made.reachable(false)
      charge(made, 1, 50)
      assert.equal(made.station.transactions.length, 2_000)
      made.reachable(true)
      made.run(10 * minute)
      const [session] = [...made.backend.transactions.values()]
      assert.ok(
        session !== undefined && session.endedAt !== null && session.endedAt - session.startedAt === 50 * minute,
      )
      assert.equal(made.station.transactions.length, 0)
    })

    it('wait with a reset on idle for the end of the session', () => {
      const made = duet(ocpp)
      made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
      made.tellStation({ kind: 'present', connector: 1, token })
      made.run(minute)
      made.tellBackend({ kind: 'command', identity: 'DUET-1', command: { kind: 'reset', soft: true } })
      made.run(minute)
      // 1.6 knows no waiting: a soft reset ends the session.
      const boots = () => calls(made).filter(({ action }) => action === 'BootNotification').length
      assert.equal(boots(), ocpp === 'ocpp1.6' ? 2 : 1)
      made.tellStation({ kind: 'plugOut', connector: 1 })
      made.run(minute)
      assert.equal(boots(), 2)
      assertValid(made)
    })

    it('do the same again under the same seed', () => {
      const history = () => {
        const made = duet(ocpp, { seed: 7, backend: { behaviours: [callError('Authorize', 1)] } })
        charge(made, 1, 7)
        made.reachable(false)
        made.run(minute)
        made.reachable(true)
        charge(made, 2, 7)
        return made.frames
      }
      assert.deepEqual(history(), history())
    })
  })
}

describe('actors of ocpp2.1', () => {
  it('stream readings with SEND when the backend opens the stream', () => {
    const made = duet('ocpp2.1', { station: { streamMs: 2_000 } })
    made.run(minute)
    const sends = envelopes(made, 'station').filter((envelope) => envelope.type === 'send')
    assert.equal(sends.length, 10)
    assert.equal(made.backend.counts.get('NotifyPeriodicEventStream'), 10)
    assertValid(made)
  })

  it('find fault with an answer they cannot use', () => {
    const made = createDuet({
      station: { ocpp: 'ocpp2.1', resultErrors: true },
      backend: {
        behaviours: [
          {
            name: 'odd boot',
            onCall: ({ action }, verdict) =>
              action === 'BootNotification' ? { kind: 'answer', payload: { status: 'Perhaps' }, afterMs: 0 } : verdict,
          },
        ],
      },
    })
    made.tellStation({ kind: 'powerUp' })
    made.run(1000)
    assert.equal(envelopes(made, 'station').at(-1)?.type, 'resultError')
  })

  it('obey a dynamic schedule and its updates', () => {
    const made = duet('ocpp2.1', { station: { sampleMs: 10_000 } })
    made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
    made.tellStation({ kind: 'present', connector: 1, token })
    const raw = (action: string, payload: Json) => {
      made.tellBackend({ kind: 'command', identity: 'DUET-1', command: { kind: 'raw', action, payload } })
      made.run(minute)
    }
    raw('SetChargingProfile', {
      evseId: 1,
      chargingProfile: {
        id: 9,
        stackLevel: 1,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Dynamic',
        chargingSchedule: [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 12 }] }],
      },
    })
    assert.ok((metered(made, 'Current.Import').at(-1) ?? 99) <= 12)
    raw('UpdateDynamicSchedule', { chargingProfileId: 9, scheduleUpdate: { limit: 8 } })
    assert.equal(result(made).status, 'Accepted')
    assert.ok((metered(made, 'Current.Import').at(-1) ?? 99) <= 8)
    assertValid(made)
  })
})

function isStart(payload: Json): boolean {
  return payload.eventType === undefined || payload.eventType === 'Started'
}

function timeOf(payload: Json): string {
  return String(payload.timestamp ?? asObject(asList(payload.meterValue)[0]).timestamp)
}

function compositeQuestion(ocpp: Subprotocol) {
  const place = ocpp === 'ocpp1.6' ? { connectorId: 1 } : { evseId: 1 }
  return { kind: 'raw', action: 'GetCompositeSchedule', payload: { ...place, duration: 600 } } as const
}

function compositeLimit(ocpp: Subprotocol, answer: Json): number {
  const schedule = asObject(ocpp === 'ocpp1.6' ? answer.chargingSchedule : answer.schedule)
  return Number(asObject(asList(schedule.chargingSchedulePeriod)[0]).limit)
}

/** Actions that a backend may send: those it does not answer itself, and the ones that go both ways. */
function commandsOf(ocpp: Subprotocol, made: Duet): string[] {
  const both = ['DataTransfer']
  const fromStation = new Set(answeredActions(ocpp))
  const all = actionsOf(ocpp).filter((action) => both.includes(action) || !fromStation.has(action))
  for (const action of all) assert.ok(Object.hasOwn(made.station.dialect.commands, action), `${action} is not answered`)
  return all
}
