// How a broker comes to its journal at start: as it is, or, when it is damaged, what could be saved of it.

import { join } from 'node:path'
import { type Rescue, rescueJournal } from './journal-rescue.ts'
import { JOURNAL_FILE } from './journal-schema.ts'
import { SqliteJournal } from './journal-sqlite.ts'
import type { JournalOptions } from './start-writer.ts'
import { isDamage, reasonOf } from './store-fault.ts'

export interface OpenJournalOptions extends JournalOptions {
  /** true: a damaged store is refused, not replaced by what can be saved of it. */
  readonly strict: boolean
  /** Wall time in milliseconds. */
  readonly now: number
}

export interface OpenedJournal {
  readonly journal: SqliteJournal
  /** Set when the store was damaged: the caller records fault BB-STORE-004 with it. */
  readonly rescue: Rescue | null
}

/**
 * Opens the journal of a data folder that this process holds.
 * @throws StoreError BB-STORE-002 for a newer format, -003 and -008 to -010 for damage in strict mode, -014 otherwise
 */
export async function openJournal(options: OpenJournalOptions): Promise<OpenedJournal> {
  try {
    return { journal: await SqliteJournal.open(options), rescue: null }
  } catch (error) {
    if (!isDamage(error) || options.strict) throw error
    const rescue = rescueJournal(join(options.folder, JOURNAL_FILE), options.now, reasonOf(error))
    return { journal: await SqliteJournal.open(options), rescue }
  }
}
