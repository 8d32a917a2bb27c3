// The suite that every implementation of the journal port passes. It is called from the tests of each with a way to open
// a journal and to open it again; titles name the rules of docs/spec/journal.md.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Entry, FrameEntry, Placed } from '@busbar/core/journal/entry.ts'
import type { FoldDocument, FoldSnapshot, Journal } from './journal.ts'

/** How the suite gets at an implementation. */
export interface JournalUnderTest {
  /** Opens an empty journal. */
  open(): Promise<Journal>
  /** Closes it in order and opens it again. */
  reopen(journal: Journal): Promise<Journal>
  /** Clears away after a test. */
  clear(journal: Journal): Promise<void>
}

/** A frame entry with everything filled in, changed where the caller says. */
export function frame(change: Partial<FrameEntry> = {}): FrameEntry {
  return {
    kind: 'frame',
    at: 1_760_000_000_000,
    station: 'CS-1',
    from: 'station',
    to: 'cloud',
    type: 'call',
    messageId: '8f0c2d4e-0000-4000-8000-000000000001',
    action: 'Heartbeat',
    ocpp: 'ocpp1.6',
    raw: '[2,"8f0c2d4e-0000-4000-8000-000000000001","Heartbeat",{}]',
    redacted: false,
    ref: null,
    latencyMs: null,
    findings: null,
    ...change,
  }
}

/** One entry of each kind but frames. */
export const otherEntries: readonly Entry[] = [
  {
    kind: 'link',
    at: 1.5,
    station: 'CS-1',
    peer: 'cloud',
    state: 'up',
    code: null,
    reason: null,
    ocpp: 'ocpp2.0.1',
    remote: 'wss://cloud.example/ocpp',
    profile: null,
  },
  { kind: 'delivery', at: 2, station: 'CS-1', backend: 'cloud', ref: 1, state: 'owed', reason: null },
  {
    kind: 'decision',
    at: 3,
    station: null,
    what: 'limit',
    why: 'grid',
    inputs: { amps: [1, 2.5], deep: { ok: true } },
    rule: null,
    ref: null,
  },
  {
    kind: 'change',
    at: 4,
    station: 'CS-2',
    by: 'api:ops',
    what: 'stations.accounts',
    before: null,
    after: { a: 'ü' },
    ref: 1,
  },
  { kind: 'fault', at: 5, station: null, code: 'BB-STORE-005', text: 'full', detail: { path: '/x' }, ref: null },
]

const positionsOf = (placed: readonly Placed[]): number[] => placed.map(({ position }) => position)

const document = (key: string, change: Partial<FoldDocument> = {}): FoldDocument => ({
  key,
  station: 'CS-1',
  from: 10,
  to: null,
  body: `{"key":"${key}"}`,
  ...change,
})

const snapshotOf = (position: number, put: FoldDocument[], change: Partial<FoldSnapshot> = {}): FoldSnapshot => ({
  fold: 'sessions',
  position,
  version: 1,
  put,
  remove: [],
  ...change,
})

/** Waits until something holds that an implementation may do a little later. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (holds()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.fail(`It did not come to pass: ${what}`)
}

/** Runs the suite. */
export function journalContract(name: string, subject: JournalUnderTest): void {
  describe(`journal contract: ${name}`, () => {
    let journal: Journal

    beforeEach(async () => {
      journal = await subject.open()
    })
    afterEach(async () => {
      await subject.clear(journal)
    })

    test('JN1 positions begin at 1, are given at once and go on after opening again', async () => {
      assert.equal(journal.next, 1)
      assert.equal(journal.append([frame(), frame()]), 2)
      assert.equal(journal.append([]), 2)
      assert.equal(journal.append([frame()]), 3)
      assert.equal(journal.next, 4)
      await journal.flush()
      journal = await subject.reopen(journal)
      assert.equal(journal.next, 4)
      assert.equal(journal.synced, 3)
      assert.equal(journal.append([frame()]), 4)
      await journal.flush()
      assert.deepEqual(positionsOf(journal.read(1, 10)), [1, 2, 3, 4])
    })

    test('JN2 synced follows the commits, never ahead of what was appended', async () => {
      const heard: number[] = []
      journal.onSynced((upTo) => {
        heard.push(upTo)
        assert.equal(journal.synced, upTo)
        assert.ok(upTo < journal.next)
        assert.equal(positionsOf(journal.read(upTo, 1))[0], upTo)
      })
      for (let round = 0; round < 5; round++) {
        const last = journal.append([frame(), frame(), frame()])
        assert.ok(journal.synced < last)
        await journal.flush()
        assert.equal(journal.synced, last)
      }
      assert.deepEqual(
        heard,
        heard.toSorted((one, other) => one - other),
      )
      assert.equal(heard.at(-1), 15)
    })

    test('JN3 followers get the very objects in order, each once, after the synced listeners', async () => {
      const order: string[] = []
      const followed: Placed[] = []
      journal.onSynced(() => order.push('synced'))
      const stop = journal.follow((entries) => {
        order.push('followed')
        followed.push(...entries)
      })
      const entries = Array.from({ length: 300 }, (_, index) => frame({ at: index, payload: { index } }))
      for (const entry of entries) journal.append([entry])
      await journal.flush()
      assert.deepEqual(
        positionsOf(followed),
        Array.from({ length: 300 }, (_, index) => index + 1),
      )
      assert.ok(followed.every(({ entry }, index) => entry === entries[index]))
      assert.equal(order[0], 'synced')
      stop()
      journal.append([frame()])
      await journal.flush()
      assert.equal(followed.length, 300)
    })

    test('JN3 what is appended while a listener runs is kept too', async () => {
      let more = 20
      journal.follow(() => {
        if (more-- > 0) journal.append([frame()])
      })
      journal.append([frame()])
      for (let round = 0; round < 25; round++) await journal.flush()
      assert.equal(journal.synced, 21)
    })

    test('JN4 reading shows durable entries only', async () => {
      journal.append([frame()])
      assert.deepEqual(journal.read(1, 10), [])
      assert.deepEqual(journal.timeline({ station: 'CS-1', order: 'asc', limit: 10 }), [])
      await journal.flush()
      assert.equal(journal.read(1, 10).length, 1)
      assert.equal(journal.timeline({ station: 'CS-1', order: 'asc', limit: 10 }).length, 1)
    })

    test('JN5 entries of every kind come back as they were, without bytes and payload', async () => {
      const raw = '[3,"7",{"text":"ü\u2028 \u0000 \\ud800", "n": 1.0e2}]'
      const full = frame({
        type: 'result',
        raw,
        redacted: true,
        ref: 2 ** 40,
        latencyMs: 12.25,
        findings: [{ code: 'BB-FRAME-010', path: '/a', detail: 'd' }],
      })
      const bare = frame({ to: null, type: null, messageId: null, action: null, ocpp: null, raw: null, station: null })
      journal.append([{ ...full, bytes: Buffer.from(raw), payload: { n: 100 } }, bare, ...otherEntries])
      await journal.flush()
      const expected = [full, bare, ...otherEntries].map((entry, index) => ({ position: index + 1, entry }))
      assert.deepEqual(journal.read(1, 100), expected)
      journal = await subject.reopen(journal)
      assert.deepEqual(journal.read(1, 100), expected)
      assert.deepEqual(journal.read(3, 2), expected.slice(2, 4))
      assert.deepEqual(journal.read(100, 2), [])
      assert.deepEqual(journal.read(1, 0), [])
    })

    test('JN7 the timeline filters by station, time, position, kind and number, both ways', async () => {
      const entries: Entry[] = []
      for (let index = 0; index < 400; index++) {
        const station = `CS-${index % 3}`
        // The wall clock jumps back by a minute in the middle.
        const at = index < 200 ? index * 1000 : (index - 60) * 1000
        if (index % 10 === 0) entries.push({ ...otherEntries[0]!, at, station } as Entry)
        else entries.push(frame({ at, station }))
      }
      journal.append(entries)
      await journal.flush()
      const check = (): void => {
        for (const order of ['asc', 'desc'] as const) {
          for (const kinds of [undefined, new Set(['link'] as const), new Set(['frame', 'link'] as const)]) {
            for (const [from, to] of [
              [undefined, undefined],
              [100_000, 170_000],
              [150_000, 150_000],
              [undefined, 3000],
              [400_000, undefined],
            ]) {
              for (const after of [undefined, 0, 1, 63, 64, 200, 401]) {
                for (const limit of [0, 1, 7, 1000]) {
                  const filter = { station: 'CS-1', order, kinds, from, to, after, limit }
                  const expected = entries
                    .map((entry, index) => ({ position: index + 1, entry }))
                    .filter(({ position, entry }) => {
                      if (entry.station !== 'CS-1') return false
                      if (kinds !== undefined && !(kinds as ReadonlySet<string>).has(entry.kind)) return false
                      if (from !== undefined && entry.at < from) return false
                      if (to !== undefined && entry.at > to) return false
                      if (after === undefined) return true
                      return order === 'asc' ? position > after : position < after
                    })
                  if (order === 'desc') expected.reverse()
                  assert.deepEqual(positionsOf(journal.timeline(filter)), positionsOf(expected.slice(0, limit)))
                }
              }
            }
          }
        }
      }
      check()
      journal = await subject.reopen(journal)
      check()
      assert.deepEqual(journal.timeline({ station: 'nobody', order: 'asc', limit: 5 }), [])
    })

    test('JN8 documents are found by key, station, time and openness, in order of time', async () => {
      journal.append([frame()])
      journal.snapshot(
        snapshotOf(1, [
          document('c', { from: 30, to: 40 }),
          document('a', { from: 10 }),
          document('b', { from: 20, station: 'CS-2', to: 25 }),
          document('d', { from: 40, station: null }),
        ]),
      )
      await journal.flush()
      const keys = (filter: Parameters<Journal['documents']>[1]): string[] =>
        journal.documents('sessions', filter).map(({ key }) => key)
      const check = (): void => {
        assert.deepEqual(keys({}), ['a', 'b', 'c', 'd'])
        assert.deepEqual(keys({ order: 'desc', limit: 2 }), ['d', 'c'])
        assert.deepEqual(keys({ key: 'b' }), ['b'])
        assert.deepEqual(keys({ station: 'CS-1' }), ['a', 'c'])
        assert.deepEqual(keys({ from: 20, to: 30 }), ['b', 'c'])
        assert.deepEqual(keys({ open: true }), ['a', 'd'])
        assert.deepEqual(keys({ open: false, station: 'CS-1' }), ['c'])
        assert.deepEqual(journal.documents('sessions', { key: 'd' })[0], document('d', { from: 40, station: null }))
        assert.deepEqual(journal.documents('other', {}), [])
        assert.deepEqual(journal.foldPosition('sessions'), { position: 1, version: 1 })
        assert.deepEqual(journal.foldPosition('other'), { position: 0, version: 0 })
      }
      check()
      journal = await subject.reopen(journal)
      check()
    })

    test('JN8 a later snapshot changes its keys, removes others, and a new version begins anew', async () => {
      journal.append([frame(), frame(), frame()])
      journal.snapshot(snapshotOf(1, [document('a'), document('b')]))
      journal.snapshot(snapshotOf(2, [document('b', { to: 99 }), document('c')], { remove: ['a'] }))
      await journal.flush()
      assert.deepEqual(
        journal.documents('sessions', {}).map(({ key, to }) => [key, to]),
        [
          ['b', 99],
          ['c', null],
        ],
      )
      assert.deepEqual(journal.foldPosition('sessions'), { position: 2, version: 1 })
      journal.snapshot(snapshotOf(3, [document('z')], { version: 2 }))
      await journal.flush()
      assert.deepEqual(
        journal.documents('sessions', {}).map(({ key }) => key),
        ['z'],
      )
      assert.deepEqual(journal.foldPosition('sessions'), { position: 3, version: 2 })
    })

    test('JN8 a snapshot is never durable before the entries it covers', async () => {
      const seen: [number, number][] = []
      journal.onSynced((upTo) => seen.push([journal.foldPosition('twin').position, upTo]))
      for (let round = 0; round < 40; round++) {
        const last = journal.append(Array.from({ length: 10 }, () => frame({ raw: 'x'.repeat(20_000) })))
        journal.snapshot({ fold: 'twin', position: last, version: 1, put: [], remove: [] })
        if (round % 9 === 0) await journal.flush()
      }
      await journal.flush()
      assert.ok(seen.every(([fold, upTo]) => fold <= upTo))
      assert.equal(journal.foldPosition('twin').position, 400)
      assert.throws(
        () => journal.snapshot({ fold: 'twin', position: journal.next, version: 1, put: [], remove: [] }),
        RangeError,
      )
    })

    test('JN15 pruning removes from the front, never what a known fold needs', async () => {
      journal.append(Array.from({ length: 500 }, (_, index) => frame({ at: index })))
      await journal.flush()
      journal.foldPosition('twin')
      journal.prune(100)
      await new Promise((resolve) => setTimeout(resolve, 20))
      assert.equal(journal.statistics().first, 1)
      journal.snapshot({ fold: 'twin', position: 60, version: 1, put: [], remove: [] })
      await journal.flush()
      journal.prune(100)
      await eventually(() => journal.statistics().first === 61, 'pruned up to the snapshot')
      assert.deepEqual(positionsOf(journal.read(1, 2)), [61, 62])
      assert.deepEqual(positionsOf(journal.timeline({ station: 'CS-1', order: 'asc', limit: 1 })), [61])
      assert.equal(journal.timeline({ station: 'CS-1', order: 'desc', limit: 1000 }).length, 440)
      journal.snapshot({ fold: 'twin', position: 500, version: 1, put: [], remove: [] })
      await journal.flush()
      journal.prune(1_000_000)
      await eventually(() => journal.statistics().first === 501, 'pruned up to the end')
      assert.deepEqual(journal.read(1, 5), [])
      journal = await subject.reopen(journal)
      assert.equal(journal.append([frame()]), 501)
      await journal.flush()
      assert.deepEqual(positionsOf(journal.read(1, 5)), [501])
    })

    test('flush resolves at once when nothing waits, and closing makes everything durable', async () => {
      await journal.flush()
      for (let round = 0; round < 30; round++) journal.append(Array.from({ length: 50 }, () => frame()))
      journal = await subject.reopen(journal)
      assert.equal(journal.synced, 1500)
      assert.equal(journal.read(1, 2000).length, 1500)
    })

    test('statistics tell the bounds and that writing works', async () => {
      journal.append([frame(), frame()])
      await journal.flush()
      const { first, last, synced, bytes, writable } = journal.statistics()
      assert.deepEqual({ first, last, synced, writable }, { first: 1, last: 2, synced: 2, writable: true })
      assert.ok(bytes > 0)
      assert.ok(journal.pressure() >= 0 && journal.pressure() < 0.1)
    })
  })
}
