import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Entry, type Placed, STATION } from '@busbar/core/journal/entry.ts'
import { sessionRecord } from '@busbar/core/session/record.ts'
import { foldSessions } from '@busbar/core/session/sessions.ts'
import { newStationSessions } from '@busbar/core/session/station-sessions.ts'
import { History } from '@busbar/core/twin/history-rig.ts'
import { randomHistory } from '@busbar/core/twin/random-history-rig.ts'
import { foldStation, newTwin } from '@busbar/core/twin/twin.ts'
import fc from 'fast-check'
import type { FoldSnapshot } from '../storage/journal.ts'
import { MemoryJournal } from '../storage/journal-memory.ts'
import type { Clock } from '../system/clock.ts'
import { FoldRunner, type FoldRunnerParts } from './fold-runner.ts'

/** A clock whose timers fire when the test says so. */
class HandClock implements Clock {
  #timers: { readonly due: number; readonly call: () => void }[] = []
  #now = 0
  now = () => 1_772_366_400_000 + this.#now
  mono = () => this.#now

  after(ms: number, call: () => void): () => void {
    const timer = { due: this.#now + ms, call }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const [next] = this.#timers.filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.due)
      this.#timers = this.#timers.filter((other) => other !== next)
      next.call()
    }
    this.#now = until
  }

  get waiting(): number {
    return this.#timers.length
  }
}

function runner(journal: MemoryJournal, clock: Clock, more: Partial<FoldRunnerParts> = {}): FoldRunner {
  return new FoldRunner({
    journal,
    clock,
    onDefect: (error) => {
      throw error
    },
    ...more,
  })
}

function put(journal: MemoryJournal, entries: readonly Placed[]): void {
  journal.append(entries.map((placed) => placed.entry))
}

function everything(folds: FoldRunner) {
  const twins = [...folds.stations()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const sessions = folds.sessions({ limit: 10_000 })
  return JSON.parse(
    JSON.stringify({ twins, sessions, charging: twins.map((twin) => folds.isCharging(twin.id)) }),
  ) as unknown
}

/** Histories of several stations, woven together as one journal; references follow their entries. */
function weave(histories: readonly History[]): Placed[] {
  const woven: Placed[] = []
  const places = histories.map((): number[] => [0])
  const longest = Math.max(0, ...histories.map((history) => history.entries.length))
  for (let i = 0; i < longest; i++) {
    for (const [index, { entries }] of histories.entries()) {
      const entry = entries[i]?.entry
      if (entry === undefined) continue
      const position = woven.length + 1
      const own = places[index]!
      own.push(position)
      const ref = 'ref' in entry && entry.ref !== null ? (own[entry.ref] ?? 1) : null
      woven.push({ position, entry: ref === null ? entry : ({ ...entry, ref } as Entry) })
    }
  }
  return woven
}

const choices = fc.array(fc.nat(1_000_000), { minLength: 10, maxLength: 60 })
const stories = fc
  .tuple(choices, choices, choices)
  .map(([a, b, c]) =>
    weave([randomHistory('ocpp1.6', a, 'A'), randomHistory('ocpp2.0.1', b, 'B'), randomHistory('ocpp2.1', c, 'C')]),
  )

test('TW1 SE1 whatever is stored when, and wherever the process dies: the folds are what the journal says', () => {
  const happening = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('live' as const), count: fc.integer({ min: 1, max: 20 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sync' as const), count: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('store' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('minute' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), survivors: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const) }) },
  )
  fc.assert(
    fc.property(stories, fc.array(happening, { minLength: 5, maxLength: 40 }), (entries, happenings) => {
      let journal = new MemoryJournal({ mode: 'manual' })
      let clock = new HandClock()
      let folds = runner(journal, clock)
      let rest = entries
      const write = (count: number) => {
        put(journal, rest.slice(0, count))
        rest = rest.slice(count)
      }
      const restart = (next: MemoryJournal) => {
        journal = next
        clock = new HandClock()
        rest = entries.slice(journal.synced)
        folds = runner(journal, clock)
      }
      for (const it of happenings) {
        if (it.kind === 'live') {
          write(it.count)
          journal.sync()
        } else if (it.kind === 'append') write(it.count)
        else if (it.kind === 'sync') journal.sync(it.count)
        else if (it.kind === 'store') folds.store()
        else if (it.kind === 'minute') clock.advance(60_000)
        else if (it.kind === 'crash') restart(journal.crash(it.survivors))
        else {
          folds.close()
          journal.sync()
          assert.equal(clock.waiting, 0, 'no timer is left behind')
          restart(journal.reopen())
        }
      }
      put(journal, rest)
      journal.sync()
      const fresh = new MemoryJournal({ mode: 'manual' })
      put(fresh, entries)
      fresh.sync()
      assert.equal(folds.position, entries.length)
      assert.deepEqual(everything(folds), everything(runner(fresh, new HandClock())))
    }),
    { numRuns: 200 },
  )
})

test('TW1 what the runner shows is what the pure folds make of the same entries', () => {
  fc.assert(
    fc.property(choices, (picked) => {
      const { entries } = randomHistory('ocpp1.6', [0, ...picked], 'A')
      const journal = new MemoryJournal({ mode: 'manual' })
      const folds = runner(journal, new HandClock())
      put(journal, entries)
      journal.sync()
      const twin = newTwin('A')
      const sessions = newStationSessions('A')
      for (const placed of entries) {
        foldStation(twin, placed)
        foldSessions(sessions, placed)
      }
      if (folds.station('A') !== null) assert.deepEqual(folds.station('A'), twin)
      for (const session of [...sessions.open, ...sessions.closed]) {
        assert.deepEqual(folds.session(session.id), sessionRecord(session))
      }
    }),
    { numRuns: 50 },
  )
})

/** A journal with `count` sessions of a station, each of them ended, an hour apart. */
function sessionsOf(count: number, station = 'A'): History {
  const h = new History('ocpp1.6', station)
  for (let i = 0; i < count; i++) {
    h.at += 3_600_000
    const start = h.call('StartTransaction', { connectorId: 1, idTag: `T${i}`, meterStart: i, timestamp: h.stamp() })
    h.answer(start, { idTagInfo: { status: 'Accepted' }, transactionId: i + 1 })
    h.call('StopTransaction', { transactionId: i + 1, meterStop: i + 10, timestamp: h.stamp() })
  }
  return h
}

test('SE12 sessions that left memory are found in the store, newest first, by station, time and openness', () => {
  const journal = new MemoryJournal({ mode: 'manual' })
  const clock = new HandClock()
  const folds = runner(journal, clock, { storeEveryEntries: 20 })
  const h = sessionsOf(60)
  const going = h.call('StartTransaction', { connectorId: 1, idTag: 'X', meterStart: 0, timestamp: h.stamp() })
  for (const placed of h.entries) {
    put(journal, [placed])
    journal.sync()
  }
  const all = folds.sessions({ limit: 1000 })
  assert.equal(all.length, 61)
  assert.equal(all[0]?.session.id, `A@${going}`)
  assert.ok(all.every((found, i) => i === 0 || found.listedAt <= all[i - 1]!.listedAt))
  assert.deepEqual(folds.sessions({ limit: 7 }), all.slice(0, 7))
  assert.deepEqual(
    folds.sessions({ limit: 1000, open: true }).map((found) => found.session.id),
    [`A@${going}`],
  )
  assert.equal(folds.sessions({ limit: 1000, open: false }).length, 60)
  assert.equal(folds.sessions({ limit: 1000, station: 'B' }).length, 0)
  const { listedAt } = all[30]!
  assert.equal(folds.sessions({ limit: 1000, from: listedAt, to: listedAt }).length, 1)
  assert.deepEqual(folds.session(all[60]!.session.id), all[60]?.session)
  assert.equal(folds.session('A@999999'), null)
  assert.equal(folds.isCharging('A'), true)
  assert.equal(folds.sessionAt('A', 1, 1), `A@${going}`)
  assert.equal(folds.sessionOf(h.entries.at(-1)!), `A@${going}`)
  assert.equal(folds.stationView('A')?.id, 'A')
  assert.equal(folds.stationView('B'), null)
})

test('TW1 many stations are stored in slices, and a start after a kill between slices is right', () => {
  const journal = new MemoryJournal({ mode: 'manual' })
  const clock = new HandClock()
  const folds = runner(journal, clock)
  const entries = weave(Array.from({ length: 450 }, (_, i) => sessionsOf(1, `S${i}`)))
  put(journal, entries)
  journal.sync()
  folds.store()
  clock.advance(10)
  journal.sync()
  assert.equal(journal.foldPosition('stations').position, 0, 'two of three slices: not done')
  assert.equal(journal.documents('stations', {}).length, 400)
  const again = runner(journal.crash(), new HandClock())
  assert.deepEqual(everything(again), everything(folds))
})

test('TW1 the folds are stored by time and by number of entries, and only what changed', () => {
  const journal = new MemoryJournal({ mode: 'manual' })
  const clock = new HandClock()
  runner(journal, clock, { storeEveryEntries: 100, storeEveryMs: 60_000 })
  put(journal, sessionsOf(2).entries)
  journal.sync()
  assert.equal(journal.foldPosition('stations').position, 0)
  clock.advance(60_000)
  journal.sync()
  assert.equal(journal.foldPosition('stations').position, 6)
  put(journal, sessionsOf(40, 'B').entries)
  journal.sync()
  journal.sync()
  assert.equal(journal.foldPosition('stations').position, 126)
  assert.equal(journal.foldPosition('sessions').position, 126)
})

test('SE12 sessions are listed as they are while their documents are on their way to the disk', () => {
  const journal = new MemoryJournal({ mode: 'manual' })
  const folds = runner(journal, new HandClock())
  put(journal, sessionsOf(3).entries)
  journal.sync()
  folds.store()
  assert.equal(journal.documents('sessions', {}).length, 0)
  assert.equal(folds.sessions({ limit: 10 }).length, 3)
  assert.notEqual(folds.session('A@1'), null)
})

test('SE12 a page is full even when memory knows that the newest stored ones do not belong in it', () => {
  const journal = new MemoryJournal({ mode: 'manual' })
  const folds = runner(journal, new HandClock())
  const h = new History('ocpp1.6', 'A')
  const write = (write: () => void) => {
    const from = h.entries.length
    write()
    put(journal, h.entries.slice(from))
    journal.sync()
  }
  write(() => {
    for (const connectorId of [1, 2, 3]) {
      const start = h.call('StartTransaction', { connectorId, idTag: 'T', meterStart: 0, timestamp: h.stamp() })
      h.answer(start, { idTagInfo: { status: 'Accepted' }, transactionId: connectorId })
    }
  })
  folds.store()
  journal.sync()
  // The next round finds the first one kept, and lets go of it.
  write(() => h.call('Heartbeat', {}))
  folds.store()
  journal.sync()
  write(() => {
    for (const transactionId of [2, 3]) h.call('StopTransaction', { transactionId, meterStop: 5, timestamp: h.stamp() })
  })
  assert.deepEqual(
    folds.sessions({ limit: 1, open: true }).map((found) => found.session.id),
    ['A@1'],
  )
})

/** A journal that loses what the test says: snapshots that could not be written, deliveries that did not come. */
class LossyJournal extends MemoryJournal {
  losesSnapshots = false
  losesDeliveries = false

  override snapshot(snapshot: FoldSnapshot): void {
    if (!this.losesSnapshots) super.snapshot(snapshot)
  }

  override follow(listener: (entries: readonly Placed[]) => void): () => void {
    return super.follow((entries) => {
      if (!this.losesDeliveries) listener(entries)
    })
  }
}

test('TW1 a round that the store did not keep is handed over again', () => {
  const journal = new LossyJournal({ mode: 'manual' })
  const folds = runner(journal, new HandClock())
  put(journal, sessionsOf(3).entries)
  journal.sync()
  journal.losesSnapshots = true
  folds.store()
  journal.losesSnapshots = false
  put(journal, sessionsOf(1, 'B').entries)
  journal.sync()
  folds.store()
  journal.sync()
  assert.equal(journal.foldPosition('stations').position, 12)
  assert.deepEqual(everything(runner(journal.crash(), new HandClock())), everything(folds))
})

test('TW1 entries between two deliveries are read from the journal', () => {
  const journal = new LossyJournal({ mode: 'manual' })
  const folds = runner(journal, new HandClock())
  const { entries } = sessionsOf(3)
  journal.losesDeliveries = true
  put(journal, entries.slice(0, 5))
  journal.sync()
  journal.losesDeliveries = false
  put(journal, entries.slice(5))
  journal.sync()
  assert.deepEqual([folds.position, folds.sessions({ limit: 10 }).length], [9, 3])
})

test('TW1 folds stored by another version begin again from the first entry', () => {
  const journal = new MemoryJournal({ mode: 'manual' })
  put(journal, sessionsOf(3).entries)
  journal.sync()
  const put9 = [{ key: 'A', station: 'A', from: 0, to: null, body: '{"other":"shape"}' }]
  journal.snapshot({ fold: 'stations', position: 5, version: 999, put: put9, remove: [] })
  journal.sync()
  const folds = runner(journal, new HandClock())
  assert.equal(folds.sessions({ limit: 10 }).length, 3)
  folds.close()
  journal.sync()
  assert.equal(runner(journal.reopen(), new HandClock()).sessions({ limit: 10 }).length, 3)
})

test('TW12 links that a killed process left open are ended in the journal, once', () => {
  const journal = new MemoryJournal({ mode: 'manual' })
  const h = new History('ocpp1.6', 'A')
  h.link(STATION, 'up')
  h.link('billing', 'up')
  put(journal, h.entries)
  journal.sync()
  const next = journal.crash()
  const folds = runner(next, new HandClock())
  assert.equal(folds.station('A')?.connected, true)
  assert.equal(folds.closeLeftOpen(), 2)
  next.sync()
  assert.equal(folds.station('A')?.connected, false)
  assert.equal(folds.closeLeftOpen(), 0)
  assert.equal(folds.agreedVersion('A', 'billing'), 'ocpp1.6')
  assert.deepEqual(folds.refusedVersions('A', 'billing'), [])
  assert.equal(folds.agreedVersion('A', 'next'), null)
})

test('TW13 a refused handshake begins no twin', () => {
  const journal = new MemoryJournal({ mode: 'manual' })
  const folds = runner(journal, new HandClock())
  const h = new History('ocpp1.6', 'nobody')
  h.link(STATION, 'refused', { code: 404 })
  put(journal, h.entries)
  journal.sync()
  assert.deepEqual([folds.position, folds.station('nobody')], [1, null])
})
