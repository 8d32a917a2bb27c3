import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CommitWindow } from './commit-window.ts'

describe('commit window', () => {
  test('a lone entry waits for nobody', () => {
    const window = new CommitWindow(5)
    assert.equal(window.delay(1000), 0)
    window.committed(1, 1000)
    assert.ok(window.delay(1001) < 0.1)
  })

  test('it grows with the rate, up to the bound, and is gone soon after a burst', () => {
    const window = new CommitWindow(5)
    let mono = 0
    for (; mono < 500; mono += 10) window.committed(10, mono)
    const atOnePerMs = window.delay(mono)
    assert.ok(atOnePerMs > 1.5 && atOnePerMs < 3.5, String(atOnePerMs))
    for (; mono < 1000; mono += 10) window.committed(200, mono)
    assert.equal(window.delay(mono), 5)
    assert.ok(window.delay(mono + 500) < 0.1)
  })

  test('a bound of 0 never waits', () => {
    const window = new CommitWindow(0)
    window.committed(1000, 1)
    assert.equal(window.delay(1), 0)
  })
})
