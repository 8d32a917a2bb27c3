import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { packPositions, unpackPositions } from './position-list.ts'
import { CHUNK_POSITIONS, StationIndex, WALK_POSITIONS } from './station-index.ts'

describe('index of stations', () => {
  test('JN11 positions survive packing', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { minLength: 1 }),
        (positions) => {
          const sorted = positions.sort((one, other) => one - other)
          assert.deepEqual(unpackPositions(sorted[0]!, packPositions(sorted)), sorted)
        },
      ),
      { numRuns: 200 },
    )
    assert.throws(() => unpackPositions(1, Uint8Array.of(0x80)), { code: 'BB-STORE-011' })
  })

  test('JN11 sixty-four positions make a chunk; until it is durable they are found in memory', () => {
    const index = new StationIndex()
    for (let position = 1; position <= 130; position++) index.add('A', position, position, position % 2 === 0 ? 1 : 2)
    const chunks = index.take(130, false)
    assert.deepEqual(
      chunks.map(({ first, last, fromAt, toAt, kinds }) => [first, last, fromAt, toAt, kinds]),
      [
        [1, 64, 1, 64, 6],
        [65, 128, 65, 128, 6],
      ],
    )
    assert.equal(index.waiting('A').length, 130)
    index.landed(chunks.slice(0, 1))
    assert.deepEqual(index.waiting('A')[0], 65)
    index.landed(chunks.slice(1))
    assert.deepEqual(index.waiting('A'), [129, 130])
    assert.equal(index.indexedUpTo(130), 128)
  })

  test('JN11 a station that seldom speaks does not force a long walk', () => {
    const index = new StationIndex()
    index.add('seldom', 1, 1, 1)
    for (let position = 2; position <= WALK_POSITIONS; position++) index.add('busy', position, position, 1)
    assert.ok(index.take(WALK_POSITIONS, false).every(({ station }) => station === 'busy'))
    assert.equal(index.indexedUpTo(WALK_POSITIONS), 0)
    const later = WALK_POSITIONS + CHUNK_POSITIONS
    for (let position = WALK_POSITIONS + 1; position <= later; position++) index.add('busy', position, position, 1)
    assert.ok(index.take(later, false).some(({ station, last }) => station === 'seldom' && last === 1))
    assert.ok(index.indexedUpTo(later) > WALK_POSITIONS - CHUNK_POSITIONS)
  })

  test('JN11 when thousands of stations come due together, a batch takes some of them', () => {
    const index = new StationIndex()
    for (let position = 1; position <= 5000; position++) index.add(`S${position}`, position, 1, 1)
    const last = WALK_POSITIONS + 5000
    let taken = 0
    for (let batch = 0; batch < 100; batch++) {
      const chunks = index.take(last, false)
      assert.ok(chunks.length <= 64)
      taken += chunks.length
    }
    assert.equal(taken, 5000)
    assert.equal(index.indexedUpTo(last), last)
  })
})
