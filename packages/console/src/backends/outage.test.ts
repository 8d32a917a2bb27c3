import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Backend } from '../api/backends.ts'
import { healthOf, outagesOf } from './outage.ts'

const backend = (name: string, up: number, down: number, pending = 0): Backend => ({
  name,
  url: 'ws://b',
  links: { up, down },
  pending,
  oldestPendingAt: pending === 0 ? null : '2026-03-01T00:00:00.000Z',
  acknowledged: 0,
  quarantined: 0,
  latencyMs: null,
})

test('a backend is away when no station reaches it, and idle when none wants to', () => {
  assert.deepEqual([backend('a', 3, 0), backend('a', 3, 1), backend('a', 0, 2), backend('a', 0, 0)].map(healthOf), [
    'up',
    'partial',
    'away',
    'idle',
  ])
})

test('outages say how much is held and since when, the largest first', () => {
  const outages = outagesOf([backend('a', 0, 1), backend('b', 0, 4, 348), backend('c', 1, 1, 9)])
  assert.deepEqual(outages, [
    { backend: 'b', stations: 4, held: 348, oldestAt: Date.parse('2026-03-01T00:00:00Z') },
    { backend: 'a', stations: 1, held: 0, oldestAt: null },
  ])
})
