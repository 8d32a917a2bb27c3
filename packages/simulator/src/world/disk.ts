// The simulated disk under the journal: a commit takes its time, one is under way at a time, and what was not committed is
// lost with the process.

import type { Position } from '@busbar/core/base/moment.ts'
import type { Entry } from '@busbar/core/journal/entry.ts'
import type { Journal } from 'busbar/storage/journal.ts'
import { MemoryJournal } from 'busbar/storage/journal-memory.ts'
import type { VirtualClock } from './clock.ts'
import type { SeededRandom } from './random.ts'

export interface DiskHabits {
  /** A commit takes up to this long, milliseconds. */
  readonly slowestCommitMs: number
}

export class SimDisk {
  readonly #clock: VirtualClock
  readonly #random: SeededRandom
  readonly #habits: DiskHabits
  #journal = new MemoryJournal({ mode: 'manual' })
  #committing = false
  #generation = 0
  /** Texts of all frames that are on disk; what is durable stays durable. */
  readonly durableTexts = new Set<string>()

  constructor(habits: DiskHabits, clock: VirtualClock, random: SeededRandom) {
    this.#habits = habits
    this.#clock = clock
    this.#random = random
  }

  /** The journal as a process that starts now finds it. */
  open(): Journal {
    const journal = this.#journal
    const append = journal.append.bind(journal)
    journal.append = (entries: readonly Entry[]): Position => {
      const last = append(entries)
      this.#commitSoon()
      return last
    }
    journal.follow((entries) => {
      for (const { entry } of entries)
        if (entry.kind === 'frame' && entry.raw !== null) this.durableTexts.add(entry.raw)
    })
    return journal
  }

  /** The journal as it is, for checks. */
  get journal(): MemoryJournal {
    return this.#journal
  }

  /** The process died: what was not committed is gone. */
  crash(): void {
    this.#generation++
    this.#committing = false
    this.#journal = this.#journal.crash()
  }

  #commitSoon(): void {
    if (this.#committing) return
    this.#committing = true
    const generation = this.#generation
    const entries = this.#journal.next - 1 - this.#journal.synced
    this.#clock.after(this.#random.between(0, this.#habits.slowestCommitMs), () => {
      if (generation !== this.#generation) return
      this.#committing = false
      this.#journal.sync(entries)
      if (this.#journal.next - 1 > this.#journal.synced) this.#commitSoon()
    })
  }
}
