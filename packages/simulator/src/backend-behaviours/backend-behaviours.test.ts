// Each behaviour makes a backend deviate in the one way its name says; composed they add up.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createBackend, stepBackend, summarise } from '../actors/backend.ts'
import type { BackendBehaviour, BackendEffect, BackendInput } from '../actors/backend-state.ts'
import { createDuet } from '../actors/duet.ts'
import { readEnvelope, writeCall } from '../actors/envelope.ts'
import { pendingBoot, rejectBoot } from './boots.ts'
import { callError } from './call-error.ts'
import { closesAfter } from './closes-after.ts'
import { refusesSecondCall, strictOneCall } from './one-call.ts'
import { silent } from './silent.ts'
import { slow } from './slow.ts'

function listening(behaviours: BackendBehaviour[]) {
  const backend = createBackend({ behaviours })
  let mono = 0
  let ids = 0
  const tell = (input: BackendInput): BackendEffect[] => {
    const effects: BackendEffect[] = []
    const freshId = () => {
      ids += 1
      return `id-${ids}`
    }
    stepBackend(backend, input, { now: { at: mono, mono, random: () => 0.5, freshId }, effects })
    return effects.filter((effect) => effect.kind !== 'note')
  }
  tell({ kind: 'linkUp', link: 1, identity: 'S', ocpp: 'ocpp1.6' })
  return {
    backend,
    call: (action: string, payload = {}) => tell({ kind: 'frame', link: 1, text: writeCall('"1"', action, payload) }),
    later: (ms: number) => {
      mono += ms
      return tell({ kind: 'timer' })
    },
    tell,
  }
}

function sent(effects: readonly BackendEffect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [readEnvelope(effect.text).type] : []))
}

it('slow answers when the time has passed', () => {
  const { call, later } = listening([slow(5_000), slow(1_000, ['Heartbeat'])])
  assert.deepEqual(call('Heartbeat'), [{ kind: 'wake', afterMs: 6_000 }])
  assert.deepEqual(sent(later(5_999)), [])
  assert.deepEqual(sent(later(1)), ['result'])
})

it('slow answers are not sent on a connection that is gone', () => {
  const { call, later, tell } = listening([slow(5_000)])
  call('Heartbeat')
  tell({ kind: 'linkDown', link: 1 })
  assert.deepEqual(sent(later(6_000)), [])
})

it('silent never answers what it is told not to', () => {
  const { call, later, backend } = listening([silent(['MeterValues'])])
  assert.deepEqual(call('MeterValues'), [])
  assert.deepEqual(sent(call('Heartbeat')), ['result'])
  assert.deepEqual(later(3_600_000), [])
  assert.deepEqual(summarise(backend), ['      1 Heartbeat', '      1 MeterValues'])
})

it('callError fails as often as it says, and leaves no trace in the books', () => {
  const { call, backend } = listening([callError('StartTransaction', 1)])
  const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '2026-03-02T08:00:00Z' }
  assert.deepEqual(sent(call('StartTransaction', start)), ['error'])
  assert.equal(backend.transactions.size, 0)
  assert.deepEqual(sent(call('StartTransaction', start)), ['result'])
  assert.equal(backend.transactions.size, 1)
})

it('refusesSecondCall refuses a call that comes before the answer', () => {
  const { call, later, backend } = listening([slow(1_000), refusesSecondCall])
  assert.deepEqual(sent(call('Heartbeat')), [])
  const [refusal] = call('Heartbeat')
  assert.match(refusal?.kind === 'send' ? refusal.text : '', /Call already in progress/)
  assert.deepEqual(sent(later(1_000)), ['result'])
  assert.deepEqual(sent(call('Heartbeat')), [])
  assert.equal(backend.breaches.length, 1)
})

it('strictOneCall closes the connection instead', () => {
  const { call } = listening([slow(1_000), strictOneCall])
  call('Heartbeat')
  assert.deepEqual(call('Heartbeat'), [{ kind: 'close', link: 1, code: 1002, reason: 'one call at a time' }])
})

it('closesAfter closes on the n-th call', () => {
  const { call } = listening([closesAfter(2)])
  assert.deepEqual(sent(call('Heartbeat')), ['result'])
  assert.deepEqual(call('Heartbeat'), [{ kind: 'close', link: 1, code: 1001, reason: 'going away' }])
})

for (const ocpp of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
  it(`pendingBoot and rejectBoot keep a station of ${ocpp} quiet for the interval`, () => {
    const made = createDuet({ station: { ocpp }, backend: { behaviours: [rejectBoot(1, 30), pendingBoot(2, 60)] } })
    made.tellStation({ kind: 'powerUp' })
    made.run(25_000)
    assert.equal(made.station.registration, 'rejected')
    const frames = made.frames.length
    assert.equal(frames, 2)
    const trigger = { kind: 'trigger', message: 'StatusNotification', connector: 1 } as const
    made.tellBackend({ kind: 'command', identity: 'DUET-1', command: trigger })
    made.run(1_000)
    assert.equal(made.backend.outcomes.at(-1)?.outcome, 'SecurityError')
    made.run(6_000)
    assert.equal(made.station.registration, 'pending')
    made.tellBackend({ kind: 'command', identity: 'DUET-1', command: trigger })
    const remoteStart = { kind: 'remoteStart', connector: 1, token: 'A' } as const
    made.tellBackend({ kind: 'command', identity: 'DUET-1', command: remoteStart })
    made.run(5_000)
    assert.equal(made.backend.counts.get('StatusNotification'), 1)
    assert.equal(made.backend.outcomes.at(-1)?.payload.status, 'Rejected')
    made.run(120_000)
    assert.equal(made.station.registration, 'accepted')
  })
}

it('a script sends its commands after what it waits for', () => {
  const script = [
    { on: 'booted', afterMs: 1_000, stations: null, command: { kind: 'readSettings' } },
    {
      on: 'sessionStarted',
      afterMs: 5_000,
      stations: ['DUET-1'],
      command: { kind: 'limit', purpose: 'transaction', connector: 0, amps: 9 },
    },
    { on: 'sessionStarted', afterMs: 60_000, stations: null, command: { kind: 'remoteStop', connector: 0 } },
    { on: 'booted', afterMs: 1_000, stations: ['OTHER'], command: { kind: 'reset', soft: true } },
  ] as const
  for (const ocpp of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    const made = createDuet({ station: { ocpp }, backend: { script } })
    made.tellStation({ kind: 'powerUp' })
    made.run(10_000)
    made.tellBackend({
      kind: 'command',
      identity: 'DUET-1',
      command: { kind: 'remoteStart', connector: 1, token: 'A' },
    })
    made.tellStation({
      kind: 'plugIn',
      connector: 1,
      car: { capacityWh: 60_000, soc: 20, targetSoc: 90, maxA: 16, phases: 3, maxDcA: 0, tellsSoc: false },
    })
    made.run(30_000)
    assert.ok((made.station.connectors[0]?.amps ?? 99) <= 9)
    made.run(60_000)
    assert.equal(made.station.connectors[0]?.session, null)
    assert.ok(made.backend.outcomes.length >= 4)
    assert.ok(made.backend.outcomes.every((each) => each.outcome === 'answered'))
    assert.ok(!made.backend.outcomes.some((each) => each.action === 'Reset'))
  }
})
