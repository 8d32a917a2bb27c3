import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selfTimes } from './cpu-profile.ts'

test('self time is summed over the places a function was called from, idle time is left out', () => {
  const frame = (functionName: string, url = '', lineNumber = -1) => ({ functionName, url, lineNumber })
  const times = selfTimes(
    {
      nodes: [
        { id: 1, callFrame: frame('(root)') },
        { id: 2, callFrame: frame('(idle)') },
        { id: 3, callFrame: frame('step', 'file:///repo/core/step.ts', 9) },
        { id: 4, callFrame: frame('step', 'file:///repo/core/step.ts', 9) },
        { id: 5, callFrame: frame('', 'node:net', 0) },
        { id: 6, callFrame: frame('never', 'node:net', 1) },
      ],
      samples: [2, 3, 4, 5, 3],
      timeDeltas: [9_000, 1_000, 2_000, 500, 1_000],
    },
    '/repo/',
  )
  assert.deepEqual(times, [
    { name: 'step', where: 'core/step.ts:10', selfMs: 4 },
    { name: '(anonymous)', where: 'node:net:1', selfMs: 0.5 },
  ])
})
