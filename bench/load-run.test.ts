import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doubtsAbout, foldRuns, type Load, type LoadRun } from './load-run.ts'
import type { LoadReport } from './orders.ts'

const load: Load = { stations: 1_000, perSecond: 5_000, warmUpMs: 0, windowMs: 10_000 }

const good: LoadReport = {
  answered: 50_000,
  seconds: 10,
  turns: 50_000,
  skipped: 100,
  errors: 0,
  unanswered: 0,
  lostConnections: 0,
  latency: { p50Ms: 1, p99Ms: 2, p999Ms: 3, maxMs: 4 },
  cpuNs: 1,
  threadsEnded: 0,
  rssKiB: 1,
}

function run(of: Partial<LoadRun>): LoadRun {
  return {
    broker: 'x',
    cpuUsPerMessage: 10,
    perSecond: 100,
    latency: { p50Ms: 1, p99Ms: 2, p999Ms: 3, maxMs: 4 },
    rssMiB: 50,
    skippedShare: 0,
    doubts: [],
    ...of,
  }
}

test('a good run raises no doubt', () => assert.deepEqual(doubtsAbout(load, good), []))

for (const [what, change] of Object.entries<Partial<LoadReport>>({
  'skipped turns above one in a hundred': { skipped: 600 },
  'errors as answers': { errors: 1 },
  'calls without an answer': { unanswered: 1 },
  'lost connections': { lostConnections: 1 },
  'threads that ended': { threadsEnded: 1 },
  'a rate that was not reached': { answered: 40_000 },
  'no answers at all': { answered: 0 },
})) {
  test(`a run is doubted for ${what}`, () => assert.notDeepEqual(doubtsAbout(load, { ...good, ...change }), []))
}

test('the figures of a broker are the minimum of its usable runs', () => {
  const figures = foldRuns([
    run({ cpuUsPerMessage: 12, perSecond: 90 }),
    run({ cpuUsPerMessage: 11, perSecond: 110, latency: { p50Ms: 0.5, p99Ms: 9, p999Ms: 9, maxMs: 9 } }),
    run({ cpuUsPerMessage: 1, doubts: ['10 connections were lost'] }),
  ])
  assert.equal(figures?.runs, 2)
  assert.equal(figures?.cpuUsPerMessage, 11)
  assert.equal(figures?.perSecond, 110)
  assert.equal(figures?.p50Ms, 0.5)
  assert.equal(figures?.p99Ms, 2)
  assert.equal(foldRuns([run({ doubts: ['x'] })]), null)
})

test('a broker without a process has no CPU figure', () => {
  assert.equal(foldRuns([run({ cpuUsPerMessage: Number.NaN, rssMiB: null })])?.cpuUsPerMessage, null)
})
