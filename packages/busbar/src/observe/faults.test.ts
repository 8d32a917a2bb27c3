import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultEntry } from '@busbar/core/journal/entry.ts'
import { Faults, QUIET_MS } from './faults.ts'
import { ManualClock } from './manual-clock.ts'
import type { FaultNotice } from './webhook.ts'

function rig() {
  const clock = new ManualClock()
  const entries: FaultEntry[] = []
  const counted: string[] = []
  const lines: string[] = []
  const notices: FaultNotice[] = []
  const faults = new Faults({
    site: 'depot',
    clock,
    append: (entry) => entries.push(entry),
    count: (code) => counted.push(code),
    log: { warn: (_detail, text) => lines.push(text) },
    notify: (notice) => notices.push(notice),
  })
  return { clock, entries, counted, lines, notices, faults }
}

test('MO3 a fault is an entry, a count, a line and a notice', () => {
  const { clock, entries, counted, lines, notices, faults } = rig()
  faults.raise('BB-LINK-001', { status: 400 }, { station: 'DEPOT-01', ref: 12, subject: 'billing' })
  const text = 'The backend refused the OCPP version of the station.'
  assert.deepEqual(entries, [
    {
      kind: 'fault',
      at: clock.now(),
      station: 'DEPOT-01',
      code: 'BB-LINK-001',
      text,
      detail: { status: 400 },
      ref: 12,
    },
  ])
  assert.deepEqual(counted, ['BB-LINK-001'])
  assert.deepEqual(lines, [text])
  assert.equal(notices[0]?.code, 'BB-LINK-001')
  assert.equal(notices[0]?.site, 'depot')
  assert.equal(notices[0]?.at, '2026-01-01T00:00:01.000Z')
  assert.match(notices[0]?.remedy ?? '', /ocpp/)
})

test('MO4 the same fault is told once a minute with the number of times it was not told, and counted each time', () => {
  const { clock, entries, counted, faults } = rig()
  for (let n = 0; n < 5; n++) faults.raise('BB-LINK-001', {}, { station: 'A' })
  assert.equal(entries.length, 1)
  assert.equal(counted.length, 5)
  clock.advance(QUIET_MS)
  faults.raise('BB-LINK-001', { again: true }, { station: 'A' })
  assert.deepEqual(entries[1]?.detail, { again: true, untold: 4 })
})

test('MO4 another station, subject or code is another fault', () => {
  const { entries, faults } = rig()
  faults.raise('BB-LINK-001', {}, { station: 'A' })
  faults.raise('BB-LINK-001', {}, { station: 'B' })
  faults.raise('BB-LINK-001', {}, { station: 'A', subject: 'billing' })
  faults.raise('BB-LINK-002', {}, { station: 'A' })
  faults.raise('BB-LINK-002')
  assert.equal(entries.length, 5)
  assert.equal(entries[4]?.station, null)
})

test('MO4 what is remembered is bounded; the oldest is told again early', () => {
  const { entries, faults } = rig()
  for (let n = 0; n <= 10_000; n++) faults.raise('BB-LINK-001', {}, { station: `S${n}` })
  const told = entries.length
  faults.raise('BB-LINK-001', {}, { station: 'S10000' })
  assert.equal(entries.length, told)
  faults.raise('BB-LINK-001', {}, { station: 'S0' })
  assert.equal(entries.length, told + 1)
})
