// Each behaviour makes a station deviate in the one way its name says, and in no other.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ac22kW, familyCar } from '../actors/car.ts'
import { createDuet, type Duet } from '../actors/duet.ts'
import { readEnvelope } from '../actors/envelope.ts'
import { faultsIn } from '../actors/official-schemas.contract.ts'
import type { StationBehaviour, StationOptions } from '../actors/station-state.ts'
import { refusesSecondCall } from '../backend-behaviours/one-call.ts'
import { exitsOnUnknown } from './exits-on-unknown.ts'
import { numericIds, sameBootId } from './message-ids.ts'
import { neverPongs } from './never-pongs.ts'
import { neverStops } from './never-stops.ts'
import { hugeNumbers, oddJson } from './odd-json.ts'
import { pipelinesCalls } from './pipelines-calls.ts'
import { reconnectsWithoutBoot } from './reconnects-without-boot.ts'

function live(behaviours: StationBehaviour[], station: Partial<StationOptions> = {}, backend = {}): Duet {
  const made = createDuet({ station: { outlets: [ac22kW], ...station, behaviours }, backend })
  made.tellStation({ kind: 'powerUp' })
  made.run(1000)
  const token = { id: 'CARD-1', type: 'ISO14443' }
  made.tellStation({ kind: 'plugIn', connector: 1, car: familyCar })
  made.tellStation({ kind: 'present', connector: 1, token })
  made.run(180_000)
  made.reachable(false)
  made.run(1000)
  made.reachable(true)
  made.run(60_000)
  made.tellStation({ kind: 'present', connector: 1, token })
  made.tellStation({ kind: 'plugOut', connector: 1 })
  made.run(60_000)
  return made
}

function countOf(made: Duet, action: string): number {
  return made.backend.counts.get(action) ?? 0
}

it('pipelinesCalls sends calls while others are open, and a backend that refuses that says so', () => {
  const made = live([pipelinesCalls(4)], { ocpp: 'ocpp2.0.1' }, { behaviours: [] })
  let open = 0
  let most = 0
  for (const frame of made.frames) {
    const { type } = readEnvelope(frame.text)
    if (frame.from === 'station' && type === 'call') open += 1
    if (frame.from === 'backend' && type === 'result') open -= 1
    most = Math.max(most, open)
  }
  assert.ok(most > 1)
  assert.equal(made.backend.breaches.length, 0)
  assert.deepEqual(faultsIn('ocpp2.0.1', made.frames), [])
})

it('refusesSecondCall has nothing to refuse when calls are answered at once', () => {
  assert.deepEqual(live([], {}, { behaviours: [refusesSecondCall] }).backend.breaches, [])
})

it('sameBootId gives every boot the same id', () => {
  const made = live([sameBootId('B')])
  const ids = made.backend.received.filter((each) => each.action === 'BootNotification').map((each) => each.id)
  assert.deepEqual(ids, ['B', 'B'])
})

it('numericIds writes ids as numbers', () => {
  const made = live([numericIds(100)])
  assert.ok(made.frames.every((frame) => frame.from === 'backend' || /^\[[234],\d+,/.test(frame.text)))
  assert.equal(countOf(made, 'StopTransaction'), 1)
})

it('exitsOnUnknown ends the station on an unknown action and on an answer to no call', () => {
  const command = { kind: 'raw', action: 'MakeCoffee', payload: {} } as const
  const made = live([exitsOnUnknown])
  assert.equal(made.station.phase, 'on')
  made.tellBackend({ kind: 'command', identity: 'DUET-1', command })
  made.run(1000)
  assert.equal(made.station.phase, 'crashed')
  const other = live([exitsOnUnknown])
  other.tellStation({ kind: 'frame', link: other.station.linkNumber, text: '[3,"nobody",{}]' })
  assert.equal(other.station.phase, 'crashed')
})

it('neverPongs is a trait for the socket', () => {
  assert.equal(live([neverPongs]).station.traits.pongs, false)
})

it('neverStops tells no end of a session', () => {
  const made = live([neverStops])
  assert.equal(countOf(made, 'StartTransaction'), 1)
  assert.equal(countOf(made, 'StopTransaction'), 0)
  assert.equal(made.station.transactions.length, 0)
})

it('reconnectsWithoutBoot boots once and goes on', () => {
  const made = live([reconnectsWithoutBoot])
  assert.equal(countOf(made, 'BootNotification'), 1)
  assert.equal(countOf(made, 'StopTransaction'), 1)
  assert.equal(countOf(live([]), 'BootNotification'), 2)
})

for (const ocpp of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
  it(`oddJson means the same in ${ocpp}`, () => {
    const plain = live([], { ocpp }).frames.filter((frame) => frame.from === 'station')
    const odd = live([oddJson], { ocpp }).frames.filter((frame) => frame.from === 'station')
    assert.deepEqual(
      odd.map((frame) => JSON.parse(frame.text)),
      plain.map((frame) => JSON.parse(frame.text)),
    )
    assert.ok(odd.every((frame) => JSON.stringify(JSON.parse(frame.text)) !== frame.text))
    assert.ok(odd.some((frame) => frame.text.includes('\\u00')) && odd.some((frame) => /\d\.0[,\s}]/.test(frame.text)))
  })
}

it('hugeNumbers carries an integer that no double can hold, and stays valid', () => {
  const made = live([hugeNumbers], { ocpp: 'ocpp2.0.1' })
  assert.ok(made.frames.some((frame) => frame.text.includes('"counter":9223372036854775807')))
  assert.deepEqual(faultsIn('ocpp2.0.1', made.frames), [])
})
