// The configuration as the running product sees it: defaults filled in, secrets resolved, durations in milliseconds,
// sizes in bytes. `schema.ts` reads the file's form (docs/guides/configuration.md) and `load.ts` makes this of it.

import type { RouteRule } from '@busbar/core/routing/route.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'

export type Role = 'viewer' | 'support' | 'operator' | 'admin'

export interface TlsFiles {
  /** Paths of PEM files; several for RSA beside ECDSA, in the same order as `key`. */
  readonly cert: readonly string[]
  readonly key: readonly string[]
}

export interface StationListener {
  /** ws: or wss: URL; port 0 takes a free one. The path is the base under which identities stand. */
  readonly url: string
  readonly tls: TlsFiles | null
  /** PEM file of the authorities of station certificates: security profile 3. */
  readonly clientCa: string | null
  /** Expected organisation (O) of station certificates. */
  readonly cpoName: string | null
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[]
}

export interface ApiToken {
  readonly name: string
  readonly token: string
  readonly role: Role
}

export interface BackendSettings {
  readonly name: string
  readonly url: string
  /** null: none. 'station': hand on what the station presented. */
  readonly password: { readonly kind: 'station' } | { readonly kind: 'own'; readonly password: string } | null
  /** User name of Basic authentication; null: the identity. */
  readonly username: string | null
  /** Versions it speaks; null: whatever the station speaks. */
  readonly ocpp: readonly Subprotocol[] | null
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  /** Template of the identity towards it; `{id}` stands for the station's. */
  readonly identity: string
  readonly pingEveryMs: number
  readonly connectTimeoutMs: number
  readonly reconnect: { readonly minMs: number; readonly maxMs: number }
}

export interface StationAccount {
  readonly id: string
  /** Clear password from the file; null: the station needs none. */
  readonly password: string | null
  readonly tags: readonly string[]
  /** Common name of its certificate; default the id. */
  readonly serial: string
  readonly assumeProtocol: Subprotocol | null
}

export interface StationSettings {
  readonly authenticate: 'accounts' | 'backend'
  readonly unknown: 'reject' | 'accept'
  /** Written out as 0 when unauthenticated stations may come in from outside this machine. */
  readonly profile: number | null
  readonly pingEveryMs: number
  readonly maxFrameBytes: number
  /** Frames per second of one station above which reading from it pauses. */
  readonly maxFramesPerSecond: number
  readonly accounts: readonly StationAccount[]
}

export interface Settings {
  readonly site: string
  /** Folder of the embedded store, absolute. */
  readonly data: string
  readonly listen: {
    readonly stations: readonly StationListener[]
    readonly api: { readonly url: string; readonly tls: TlsFiles | null }
  }
  readonly api: {
    readonly tokens: readonly ApiToken[]
    readonly trustProxy: readonly string[]
  }
  readonly backends: ReadonlyMap<string, BackendSettings>
  readonly routes: readonly RouteRule[]
  readonly stations: StationSettings
  readonly journal: { readonly keepMs: number; readonly maxBytes: number; readonly windowMs: number }
  readonly faults: {
    /** Where faults are posted as JSON; null: nowhere. */
    readonly webhook: string | null
  }
  /** How many stations are expected, for the descriptor check; null: the number of accounts. */
  readonly expectStations: number | null
  /** The file it came from; null: built-in defaults. */
  readonly file: string | null
}
