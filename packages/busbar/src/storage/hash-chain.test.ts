import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { GENESIS, HashChain, RUN_POSITIONS, runEnd } from './hash-chain.ts'

const record = (position: number): Buffer => Buffer.from(`record ${position};`)

describe('chain of hashes', () => {
  test('JN9 a run is the hash of the run before and of its records', () => {
    const chain = new HashChain(GENESIS)
    const runs = Array.from({ length: RUN_POSITIONS * 2 }, (_, index) =>
      chain.add(record(index + 1), index + 1, index + 1),
    ).flat()
    assert.deepEqual(
      runs.map(({ first, last }) => [first, last]),
      [
        [1, 256],
        [257, 512],
      ],
    )
    const hash = createHash('sha256').update(GENESIS)
    for (let position = 1; position <= 256; position++) hash.update(record(position))
    const first = hash.digest()
    assert.deepEqual(Buffer.from(runs[0]!.hash), first)
    assert.deepEqual(Buffer.from(runs[1]!.prev), first)
    assert.deepEqual(Buffer.from(chain.running()), Buffer.from(runs[1]!.hash))
  })

  test('JN9 how the records were gathered into batches makes no difference, missing positions included', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 900 }), fc.nat(50), (present, size) => {
        const positions = present.flatMap((there, index) => (there || index % 3 === 0 ? [index + 1] : []))
        const single = new HashChain(GENESIS)
        const runs = positions.flatMap((position) => single.add(record(position), position, position))
        const gathered = new HashChain(GENESIS)
        const others = []
        for (let index = 0; index < positions.length; ) {
          // As the writer does: neighbours of one run, at most so many.
          let end = index
          while (
            end + 1 < positions.length &&
            positions[end + 1] === positions[end]! + 1 &&
            positions[end + 1]! <= runEnd(positions[index]!) &&
            end - index < size
          ) {
            end++
          }
          const bytes = Buffer.concat(positions.slice(index, end + 1).map(record))
          others.push(...gathered.add(bytes, positions[index]!, positions[end]!))
          index = end + 1
        }
        assert.deepEqual(others, runs)
        assert.deepEqual(gathered.running(), single.running())
      }),
      { numRuns: 60 },
    )
  })
})
