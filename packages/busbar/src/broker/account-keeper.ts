// Accounts of stations from two hands: the file and the API. What the API changed stays in force across restarts until the
// accounts of the file change; then the file wins, and an entry says what it replaced. Passwords are kept as keyed hashes.

import type { ChangeEntry } from '@busbar/core/journal/entry.ts'
import type { AccountDocument } from '../api/documents.ts'
import type { AccountDraft, AccountsOutcome, AccountsPort, ChangeOutcome } from '../api/ports.ts'
import type { StationSettings } from '../config/settings.ts'
import { type AccountRecord, recordOf } from '../stations/accounts.ts'
import type { PasswordHashes } from '../stations/credentials.ts'
import type { Journal } from '../storage/journal.ts'
import type { Clock } from '../system/clock.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Installation } from './installation.ts'

const ACCOUNT = 'account:'
const REMOVED = 'account-removed:'
const FILE_MARK = 'section:stations.accounts'

export interface AccountKeeperParts {
  readonly installation: Installation
  readonly journal: Journal
  readonly clock: Clock
  readonly hashes: PasswordHashes
  /** Told after each change: the accounts of the file still in force, and those of the API. */
  readonly inForce: (file: StationSettings['accounts'], api: readonly AccountRecord[]) => void
}

export class AccountKeeper implements AccountsPort {
  readonly #parts: AccountKeeperParts
  #file: StationSettings['accounts'] = []

  constructor(parts: AccountKeeperParts) {
    this.#parts = parts
  }

  /** Takes the accounts of the file; what the API had changed falls when they are not the ones it changed. */
  takeFile(accounts: StationSettings['accounts']): void {
    const { installation, clock } = this.#parts
    this.#file = accounts
    const mark = fingerprintOf(accounts)
    const before = installation.get(FILE_MARK)
    const overridden = [...installation.under(ACCOUNT), ...installation.under(REMOVED)]
    if (overridden.length > 0 && before !== null && before !== JSON.stringify(mark)) {
      const replaced = this.#api().map(({ id, tags, serial }) => ({ id, tags, serial }))
      const removed = [...installation.under(REMOVED)].map(([key]) => key.slice(REMOVED.length))
      const entry: ChangeEntry = {
        kind: 'change',
        at: clock.now(),
        station: null,
        by: 'file',
        what: 'stations.accounts',
        before: { accounts: replaced, removed },
        after: { accounts: accounts.map(({ id }) => id) },
        ref: null,
      }
      const keys = overridden.map(([key]) => key)
      installation.write(new Map([[FILE_MARK, JSON.stringify(mark)]]), keys, [entry])
    } else if (before !== JSON.stringify(mark)) {
      installation.write(new Map([[FILE_MARK, JSON.stringify(mark)]]), [], [])
    }
    this.#apply()
  }

  list(): readonly AccountDocument[] {
    const api = this.#api()
    const own = new Set(api.map(({ id }) => id))
    return [
      ...this.#fileInForce()
        .filter(({ id }) => !own.has(id))
        .map(({ id, tags, serial, assumeProtocol, password }) => ({
          id,
          tags: [...tags],
          serial,
          assumeProtocol,
          hasPassword: password !== null,
          source: 'file' as const,
        })),
      ...api.map((record) => documentOf(record)),
    ]
  }

  get(id: string): AccountDocument | null {
    return this.list().find((account) => account.id === id) ?? null
  }

  /** Tags of a station's account. */
  tagsOf(id: string): readonly string[] {
    return this.get(id)?.tags ?? []
  }

  async put(drafts: readonly AccountDraft[], by: string): Promise<AccountsOutcome> {
    const { installation, clock, hashes } = this.#parts
    const put = new Map<string, string>()
    const remove: string[] = []
    const entries: ChangeEntry[] = []
    for (const draft of drafts) {
      const before = this.get(draft.id)
      const record = this.#recordOf(draft, hashes)
      put.set(`${ACCOUNT}${draft.id}`, JSON.stringify(toJson(record)))
      if (installation.get(`${REMOVED}${draft.id}`) !== null) remove.push(`${REMOVED}${draft.id}`)
      entries.push({
        kind: 'change',
        at: clock.now(),
        station: draft.id,
        by,
        what: 'stations.accounts',
        before,
        after: documentOf(record),
        ref: null,
      })
    }
    installation.write(put, remove, entries)
    this.#apply()
    return this.#durable()
  }

  async remove(id: string, by: string): Promise<ChangeOutcome<{ readonly removed: boolean }>> {
    const { installation, clock } = this.#parts
    const before = this.get(id)
    if (before === null) return { outcome: 'done', removed: false }
    const put = new Map<string, string>()
    if (this.#file.some((account) => account.id === id)) put.set(`${REMOVED}${id}`, 'true')
    const head = { kind: 'change', at: clock.now(), station: id, by, what: 'stations.accounts' } as const
    installation.write(put, [`${ACCOUNT}${id}`], [{ ...head, before, after: null, ref: null }])
    this.#apply()
    const durable = await this.#durable()
    return durable.outcome === 'done' ? { outcome: 'done', removed: true } : durable
  }

  #recordOf(draft: AccountDraft, hashes: PasswordHashes): AccountRecord {
    const { id, tags, serial, assumeProtocol, password } = draft
    if (password !== undefined) return recordOf({ id, tags, serial, assumeProtocol, password }, hashes)
    const present = this.#api().find((record) => record.id === id)
    const file = this.#file.find((account) => account.id === id)
    const kept = present?.passwordHash ?? (file === undefined ? null : recordOf(file, hashes).passwordHash)
    return { id, tags, serial, assumeProtocol, passwordHash: kept }
  }

  #fileInForce(): StationSettings['accounts'] {
    return this.#file.filter(({ id }) => this.#parts.installation.get(`${REMOVED}${id}`) === null)
  }

  #api(): AccountRecord[] {
    return [...this.#parts.installation.under(ACCOUNT)].map(([, body]) => fromJson(JSON.parse(body) as StoredAccount))
  }

  #apply(): void {
    this.#parts.inForce(this.#fileInForce(), this.#api())
  }

  async #durable(): Promise<
    { readonly outcome: 'done' } | { readonly outcome: 'storeFailed'; readonly detail: string }
  > {
    try {
      await this.#parts.journal.flush()
      return { outcome: 'done' }
    } catch (error) {
      return { outcome: 'storeFailed', detail: error instanceof Error ? error.message : String(error) }
    }
  }
}

interface StoredAccount extends Omit<AccountRecord, 'passwordHash'> {
  readonly passwordHash: string | null
}

function toJson(record: AccountRecord): StoredAccount {
  const { passwordHash } = record
  return { ...record, passwordHash: passwordHash === null ? null : Buffer.from(passwordHash).toString('base64') }
}

function fromJson(stored: StoredAccount): AccountRecord {
  const { passwordHash } = stored
  return { ...stored, passwordHash: passwordHash === null ? null : Buffer.from(passwordHash, 'base64') }
}

function documentOf(record: AccountRecord): AccountDocument {
  const { id, tags, serial, assumeProtocol, passwordHash } = record
  return { id, tags: [...tags], serial, assumeProtocol, hasPassword: passwordHash !== null, source: 'api' }
}
