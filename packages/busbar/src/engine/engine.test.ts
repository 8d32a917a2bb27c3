import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RawFrame } from '@busbar/core/station/input.ts'
import type { BackendSettings } from '../config/settings.ts'
import type { BackendSocket, StationSocket } from '../links.ts'
import { MemoryJournal } from '../storage/journal-memory.ts'
import { Engine, type EngineParts } from './engine.ts'

const frame = (text: string): RawFrame => ({ text, bytes: Buffer.from(text) })

/** A socket that remembers what was done to it. */
function socketRig() {
  const sent: string[] = []
  const rig = {
    sent,
    paused: false,
    closed: null as number | null,
    epoch: 1,
    attempt: 1,
    bufferedBytes: 0,
    send: (given: RawFrame) => void sent.push(given.text),
    close: (code: number) => {
      rig.closed = code
    },
    terminate: () => {},
    pause: () => {
      rig.paused = true
    },
    resume: () => {
      rig.paused = false
    },
    hold: () => {
      throw new Error('not in these tests')
    },
  }
  return rig as typeof rig & StationSocket & BackendSocket
}

function engineRig(over: Partial<EngineParts> = {}) {
  const journal = new MemoryJournal({ mode: 'manual', bound: 10 })
  const later: (() => void)[] = []
  const remember = (_ms: number, call: () => void) => {
    later.push(call)
    return () => {}
  }
  let now = 1_000
  let id = 0
  const engine = new Engine({
    journal,
    clock: { now: () => now, mono: () => now, after: remember },
    ids: { messageId: () => `own-${id++}`, ordered: () => `ask-${id++}` },
    random: () => 0.5,
    dialler: { dial: () => () => {}, underWay: 0, waiting: 0, stop: () => {} },
    around: { inspect: () => null, isCharging: () => false },
    resolve: () => ({
      route: { primary: 'billing', mode: 'resilient' },
      backend: { name: 'billing' } as BackendSettings,
      asStation: false,
    }),
    watch: { entryAppended: () => {}, refused: () => {} },
    ...over,
  })
  const station = socketRig()
  const backend = socketRig()
  const arrival = { remote: null, profile: 0, certificateSerial: null, credentials: null, dialled: null }
  engine.stationUp({ id: 'CP', epoch: 1, ocpp: 'ocpp1.6', offered: ['ocpp1.6'], ...arrival }, station)
  engine.backendUp('CP', 'billing', 1, 'ocpp1.6', backend)
  journal.sync()
  return {
    engine,
    journal,
    station,
    backend,
    runTimers: () => {
      now += 1_000
      for (const call of later.splice(0)) call()
    },
  }
}

describe('engine', () => {
  it('RL3 EN2 an answer leaves when its call is durable, and what follows it does not overtake it', () => {
    const { engine, journal, station } = engineRig()
    engine.stationFrame('CP', 1, frame('[2,"1","Heartbeat",{}]'))
    engine.backendFrame('CP', 'billing', 1, frame('[3,"1",{}]'))
    engine.backendFrame('CP', 'billing', 1, frame('[2,"a","Reset",{}]'))
    assert.deepEqual(station.sent, [])
    journal.sync()
    assert.deepEqual(station.sent, ['[3,"1",{}]', '[2,"a","Reset",{}]'])
  })

  it('RL3 while the store cannot be written nothing is held back', () => {
    const { engine, journal, station } = engineRig()
    engine.stationFrame('CP', 1, frame('[2,"1","Heartbeat",{}]'))
    engine.backendFrame('CP', 'billing', 1, frame('[3,"1",{}]'))
    journal.fail({ kind: 'full', detail: 'no room' })
    assert.deepEqual(station.sent, ['[3,"1",{}]'])
  })

  it('RL19 a slow backend stops the reading of its station only, and a disk that comes along does not undo it', () => {
    const { engine, journal, station, backend, runTimers } = engineRig()
    engine.backendPressure('CP', 'billing', 1, 'high')
    assert.deepEqual([station.paused, backend.paused], [true, false])
    for (let n = 0; n < 10; n++) engine.stationFrame('CP', 1, frame(`[2,"${n}","Heartbeat",{}]`))
    assert.deepEqual([station.paused, backend.paused], [true, true], 'the journal is under pressure')
    journal.sync()
    runTimers()
    assert.deepEqual([station.paused, backend.paused], [true, false])
    engine.backendPressure('CP', 'billing', 1, 'low')
    assert.deepEqual([station.paused, backend.paused], [false, false])
  })

  it('RL19 what was paused for a backend goes on when that backend is gone', () => {
    const { engine, station } = engineRig()
    engine.backendPressure('CP', 'billing', 1, 'high')
    engine.backendDown('CP', 'billing', 1, 1006, '')
    assert.equal(station.paused, false)
  })

  it('RL19 a slow station stops the reading of its backend only', () => {
    const { engine, station, backend } = engineRig()
    engine.stationPressure('CP', 1, 'high')
    assert.deepEqual([station.paused, backend.paused], [false, true])
    engine.stationPressure('CP', 1, 'low')
    assert.deepEqual([station.paused, backend.paused], [false, false])
  })

  it('EN3 a machine that fails loses one input: it is on record, and the station goes on', () => {
    let fails = true
    const around: EngineParts['around'] = {
      inspect: () => {
        if (fails) throw new Error('a defect')
        return null
      },
      isCharging: () => false,
    }
    const { engine, journal, backend } = engineRig({ around })
    engine.stationFrame('CP', 1, frame('[2,"1","Heartbeat",{}]'))
    fails = false
    engine.stationFrame('CP', 1, frame('[2,"2","Heartbeat",{}]'))
    journal.sync()
    assert.deepEqual(backend.sent, ['[2,"2","Heartbeat",{}]'])
    const faults = journal.read(1, 100).flatMap(({ entry }) => (entry.kind === 'fault' ? [entry.code] : []))
    assert.deepEqual(faults, ['BB-CORE-001'])
  })
})
