import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { frame, journalContract } from './journal.contract.ts'
import { MemoryJournal } from './journal-memory.ts'

journalContract('memory, automatic', {
  open: async () => new MemoryJournal(),
  reopen: async (journal) => {
    await journal.close()
    return (journal as MemoryJournal).reopen()
  },
  clear: (journal) => journal.close(),
})

describe('the journal in memory', () => {
  test('JN2 nothing is durable before sync is called', () => {
    const journal = new MemoryJournal({ mode: 'manual' })
    const heard: number[] = []
    journal.onSynced((upTo) => heard.push(upTo))
    journal.append([frame(), frame(), frame()])
    assert.equal(journal.synced, 0)
    journal.sync(2)
    assert.equal(journal.synced, 2)
    journal.sync()
    assert.deepEqual(heard, [2, 3])
  })

  test('JN10 a crash loses what was not synced, or keeps any part of it', () => {
    for (let survivors = 0; survivors <= 3; survivors++) {
      const journal = new MemoryJournal({ mode: 'manual' })
      journal.append([frame({ at: 1 })])
      journal.sync()
      journal.append([frame({ at: 2 })])
      journal.snapshot({ fold: 'twin', position: 2, version: 1, put: [], remove: [] })
      journal.append([frame({ at: 3 }), frame({ at: 4 })])
      const next = journal.crash(survivors)
      assert.equal(next.synced, 1 + survivors)
      assert.equal(next.next, 2 + survivors)
      assert.equal(next.foldPosition('twin').position, survivors >= 1 ? 2 : 0)
      assert.throws(() => journal.append([frame()]), { code: 'BB-STORE-016' })
    }
  })

  test('JN16 failing writes keep what waits and are told, recovering makes it durable', async () => {
    const journal = new MemoryJournal({ mode: 'manual', bound: 10 })
    const told: unknown[] = []
    journal.onFailed((failure) => told.push(failure?.kind ?? null))
    journal.append([frame()])
    const flushed = journal.flush()
    journal.fail({ kind: 'full', detail: 'no room' })
    await assert.rejects(flushed, { code: 'BB-STORE-005' })
    journal.append([frame(), frame(), frame(), frame()])
    journal.sync()
    assert.equal(journal.synced, 0)
    assert.equal(journal.pressure(), 0.5)
    assert.equal(journal.statistics().writable, false)
    await assert.rejects(journal.flush(), { code: 'BB-STORE-005' })
    journal.fail(null)
    journal.sync()
    assert.equal(journal.synced, 5)
    assert.deepEqual(told, ['full', null])
  })
})
