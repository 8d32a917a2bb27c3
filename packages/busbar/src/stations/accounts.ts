// The accounts of stations, from the configuration file and from the API, as the door looks them up: by identity, and by
// the serial number that stands in a client certificate. No clear password is kept here, only its keyed hash.

import type { PasswordForm } from '@busbar/core/connection/basic.ts'
import { foldIdentity } from '@busbar/core/connection/identity.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { StationAccount } from '../config/settings.ts'
import type { PasswordHashes } from './credentials.ts'

/** An account without its clear password: what the API's store keeps and the door needs. */
export interface AccountRecord {
  readonly id: string
  /** Keyed hash of the password (`PasswordHashes.ofAccount`); null: it needs none. */
  readonly passwordHash: Uint8Array | null
  readonly tags: readonly string[]
  /** Common name of its client certificate. */
  readonly serial: string
  readonly assumeProtocol: Subprotocol | null
}

/** The record of an account of the file or of an API call. */
export function recordOf(account: StationAccount, hashes: PasswordHashes): AccountRecord {
  return {
    id: account.id,
    passwordHash:
      account.password === null ? null : hashes.ofAccount(account.id, Buffer.from(account.password, 'utf8')),
    tags: account.tags,
    serial: account.serial,
    assumeProtocol: account.assumeProtocol,
  }
}

export type AccountSource = 'file' | 'api'

export interface AccountBook {
  /** Puts all accounts of one source in place of those it had. Where both have one identity, the API's counts. */
  replace(source: AccountSource, records: readonly AccountRecord[]): void
  /**
   * @param anyCase also find a spelling in another case: 2.x identities have none, 1.6 identities do
   */
  find(identity: string, anyCase: boolean): AccountRecord | null
  findBySerial(serial: string): AccountRecord | null
  /** How a station was last seen to spell its password; null before its first login. */
  formOf(id: string): PasswordForm | null
  rememberForm(id: string, form: PasswordForm): void
  readonly size: number
}

/** An empty book. */
export function createAccountBook(): AccountBook {
  const sources: Record<AccountSource, readonly AccountRecord[]> = { file: [], api: [] }
  const forms = new Map<string, PasswordForm>()
  let byId = new Map<string, AccountRecord>()
  let byFold = new Map<string, AccountRecord>()
  let bySerial = new Map<string, AccountRecord>()

  return {
    replace(source, records) {
      sources[source] = records
      byId = new Map([...sources.file, ...sources.api].map((record) => [record.id, record]))
      const all = [...byId.values()]
      byFold = new Map(all.map((record) => [foldIdentity(record.id), record]))
      bySerial = new Map(all.map((record) => [record.serial, record]))
      for (const id of forms.keys()) if (!byId.has(id)) forms.delete(id)
    },
    find: (identity, anyCase) => byId.get(identity) ?? (anyCase ? (byFold.get(foldIdentity(identity)) ?? null) : null),
    findBySerial: (serial) => bySerial.get(serial) ?? null,
    formOf: (id) => forms.get(id) ?? null,
    rememberForm: (id, form) => void forms.set(id, form),
    get size() {
      return byId.size
    },
  }
}
