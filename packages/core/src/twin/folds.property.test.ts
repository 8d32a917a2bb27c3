// Properties of both folds together: they read the same entries and are stored as one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subprotocols } from '@busbar/ocpp/versions.ts'
import fc from 'fast-check'
import type { Entry, Placed } from '../journal/entry.ts'
import { sessionRecord } from '../session/record.ts'
import { foldSessions } from '../session/sessions.ts'
import { newStationSessions, type StationSessions } from '../session/station-sessions.ts'
import { timelineEntry } from '../timeline/timeline-entry.ts'
import { History } from './history-rig.ts'
import { randomHistory } from './random-history-rig.ts'
import { foldStation, newTwin, type StationTwin } from './twin.ts'

interface Folds {
  readonly twin: StationTwin
  readonly sessions: StationSessions
}

function nothing(): Folds {
  return { twin: newTwin('DEPOT-01'), sessions: newStationSessions('DEPOT-01') }
}

function fold(folds: Folds, entries: readonly Placed[]): Folds {
  for (const placed of entries) {
    foldStation(folds.twin, placed)
    foldSessions(folds.sessions, placed)
  }
  return folds
}

const version = fc.constantFrom(...subprotocols)
const choices = fc.array(fc.nat(1_000_000), { maxLength: 80 })

test('TW1 SE1 folding all, or a stored state at any point and the entries since or from before, is the same', () => {
  fc.assert(
    fc.property(version, choices, fc.nat(80), fc.nat(10), (ocpp, picked, cut, overlap) => {
      const { entries } = randomHistory(ocpp, picked)
      const whole = fold(nothing(), entries)
      const at = Math.min(cut, entries.length)
      const stored = JSON.parse(JSON.stringify(fold(nothing(), entries.slice(0, at)))) as Folds
      assert.deepEqual(fold(stored, entries.slice(Math.max(0, at - overlap))), whole)
    }),
    { numRuns: 300 },
  )
})

test('SE6 SE12 what ended stays ended, and memory is bounded, whatever comes', () => {
  fc.assert(
    fc.property(version, choices, (ocpp, picked) => {
      const folds = nothing()
      const ended = new Set<string>()
      for (const placed of randomHistory(ocpp, picked).entries) {
        fold(folds, [placed])
        for (const session of folds.sessions.open) assert.ok(!ended.has(session.id) && session.state === 'open')
        for (const session of folds.sessions.closed) if (session.state === 'ended') ended.add(session.id)
        for (const session of [...folds.sessions.open, ...folds.sessions.closed]) sessionRecord(session)
      }
      assert.ok(folds.sessions.open.length <= 64 && folds.sessions.closed.length <= 32)
    }),
    { numRuns: 100 },
  )
})

const actions = [
  'BootNotification',
  'StatusNotification',
  'MeterValues',
  'StartTransaction',
  'StopTransaction',
  'TransactionEvent',
  'NotifyEvent',
  'FirmwareStatusNotification',
  'SecurityEventNotification',
  'SetChargingProfile',
  '__proto__',
  'constructor',
]

/** Values that pass for real ones in some places, so that garbage gets deep. */
const lure = fc.constantFrom<unknown>(
  1,
  0,
  -1,
  '1',
  'Started',
  'Ended',
  'L1',
  true,
  null,
  '2026-03-01T00:00:00Z',
  [],
  {},
  Number.MAX_SAFE_INTEGER,
)
const names = fc.constantFrom(
  'connectorId',
  'evseId',
  'evse',
  'id',
  'meterValue',
  'sampledValue',
  'value',
  'timestamp',
  'transactionInfo',
  'transactionId',
  'eventType',
  'seqNo',
  'meterStart',
  'meterStop',
  'idTag',
  'idToken',
  'status',
  'eventData',
  'component',
  'variable',
  'name',
  'chargingStation',
  'transactionData',
  '__proto__',
  'toString',
)
const garbage = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    lure,
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 6 }),
  ),
})).value

test('TW2 TL1 no payload of any action stops a fold or the timeline', () => {
  const frame = fc.record({
    type: fc.constantFrom(
      'call' as const,
      'send' as const,
      'result' as const,
      'error' as const,
      'resultError' as const,
      null,
    ),
    action: fc.constantFrom(...actions, null),
    body: garbage,
    from: fc.constantFrom('station', 'billing', 'busbar', '__proto__'),
    to: fc.constantFrom('station', 'billing', 'busbar', '__proto__', null),
    ref: fc.constantFrom(null, null, null, 1, 2, 3),
    latencyMs: fc.constantFrom(null, 3),
  })
  fc.assert(
    fc.property(version, fc.array(frame, { maxLength: 12 }), (ocpp, frames) => {
      const history = new History(ocpp)
      for (const { type, ...rest } of frames) {
        if (type === null) history.put({ ...entryOf(history), type, raw: JSON.stringify(rest.body) } as Entry)
        else history.frame({ type, ...rest })
      }
      const folds = fold(nothing(), history.entries)
      assert.deepEqual(JSON.parse(JSON.stringify(folds)), folds, 'it can be stored')
      for (const placed of history.entries)
        assert.equal(typeof timelineEntry(placed, { pseudonym: () => 'tok' }).text, 'string')
    }),
    { numRuns: 500 },
  )
})

function entryOf(history: History): Entry {
  history.frame({ body: null })
  return history.entries.pop()!.entry
}
