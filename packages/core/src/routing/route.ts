// A route says which backends a station's messages reach and which of them is listened to. It is resolved once per
// connection from the configured rules (first match wins) and handed to the station's machine.

/** resilient: the station is kept while the primary is away. transparent: its link falls with the primary's. */
export type RouteMode = 'resilient' | 'transparent'

/** How a backend is dialled again: the first wait, and the longest one it doubles up to (milliseconds). */
export interface ReconnectPolicy {
  readonly minMs: number
  readonly maxMs: number
}

export interface Route {
  /** The backend whose answers reach the station. */
  readonly primary: string
  readonly mode: RouteMode
  /** Default: 1 s doubling to 5 min. */
  readonly reconnect?: ReconnectPolicy | undefined
}

/** One configured rule, as the contract writes it. */
export interface RouteRule {
  /** Identity globs; `*` stands for any run of characters, `?` for one. */
  readonly stations: readonly string[]
  readonly primary: string
  readonly mode: RouteMode
}
