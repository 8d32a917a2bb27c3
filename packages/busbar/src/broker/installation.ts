// What an installation has been told besides its file, and must not forget: accounts and routes made through the API, and
// the verdicts of backends about stations. Small documents in the same database as the journal, written in the same
// transaction as the entry that tells of the change.

import type { Entry } from '@busbar/core/journal/entry.ts'
import type { Journal } from '../storage/journal.ts'
import type { Clock } from '../system/clock.ts'

const FOLD = 'installation'
const VERSION = 1

/** How often the place is renewed up to which these documents stand, so that they hold nothing back from retention. */
const RENEW_MS = 30_000

export class Installation {
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #documents = new Map<string, string>()
  #stopRenewing: () => void

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal
    this.#clock = clock
    journal.foldPosition(FOLD)
    for (const { key, body } of journal.documents(FOLD, {})) this.#documents.set(key, body)
    this.#stopRenewing = this.#renew()
  }

  /** A document's JSON text; null when there is none. */
  get(key: string): string | null {
    return this.#documents.get(key) ?? null
  }

  /** Keys and texts of all documents whose key begins so. */
  *under(prefix: string): Generator<readonly [key: string, body: string]> {
    for (const [key, body] of this.#documents) if (key.startsWith(prefix)) yield [key, body]
  }

  /**
   * Writes and removes documents together with the entries that tell of it. In force at once, durable with the next
   * commit: `journal.flush()` says when.
   */
  write(put: ReadonlyMap<string, string>, remove: readonly string[], entries: readonly Entry[]): void {
    if (entries.length > 0) this.#journal.append(entries)
    for (const [key, body] of put) this.#documents.set(key, body)
    for (const key of remove) this.#documents.delete(key)
    const at = this.#clock.now()
    this.#journal.snapshot({
      fold: FOLD,
      position: this.#journal.next - 1,
      version: VERSION,
      put: [...put].map(([key, body]) => ({ key, station: null, from: at, to: null, body })),
      remove,
    })
  }

  stop(): void {
    this.#stopRenewing()
  }

  #renew(): () => void {
    let cancel = () => {}
    const again = () => {
      cancel = this.#clock.after(RENEW_MS, () => {
        this.write(new Map(), [], [])
        again()
      })
    }
    again()
    return () => cancel()
  }
}
