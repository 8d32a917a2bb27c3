import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { defaultWaterMarks, judgePressure } from './pressure.ts'

const marks = { highBytes: 100, lowBytes: 20, limitBytes: 1000 }

describe('judging what waits to be written', () => {
  const rows: readonly (readonly [isHigh: boolean, waiting: number, verdict: string])[] = [
    [false, 0, 'none'],
    [false, 100, 'none'],
    [false, 101, 'high'],
    [true, 101, 'none'],
    [true, 21, 'none'],
    [true, 20, 'low'],
    [true, 0, 'low'],
    [false, 1000, 'high'],
    [false, 1001, 'terminate'],
    [true, 1001, 'terminate'],
  ]
  for (const [isHigh, waiting, verdict] of rows) {
    test(`LK21 ${waiting} bytes while ${isHigh ? 'high' : 'low'}: ${verdict}`, () => {
      assert.equal(judgePressure(isHigh, waiting, marks), verdict)
    })
  }

  test('LK21 high and low alternate, whatever the amounts', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), (amounts) => {
        let isHigh = false
        for (const amount of amounts) {
          const verdict = judgePressure(isHigh, amount, marks)
          assert.ok(verdict === 'none' || verdict === (isHigh ? 'low' : 'high'))
          if (verdict !== 'none') isHigh = !isHigh
          if (amount > marks.highBytes) assert.ok(isHigh)
          if (amount <= marks.lowBytes) assert.ok(!isHigh)
        }
      }),
    )
  })

  test('LK21 a frame of the default limit does not count as pressure by itself', () => {
    assert.equal(judgePressure(false, 1024 * 1024, defaultWaterMarks), 'none')
  })
})
