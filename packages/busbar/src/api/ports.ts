// What the HTTP interface asks of the rest of the product. It knows the broker, the folds and the store only by these, so
// that every route can be tried with a fake behind it. Views read; ports change something, and whoever implements them
// records the change in the journal under the name in `by`.

import type { Position } from '@busbar/core/base/moment.ts'
import type { Placed } from '@busbar/core/journal/entry.ts'
import type { AskOutcome } from '@busbar/core/station/effect.ts'
import type { TimelineEntry } from '@busbar/core/timeline/timeline-entry.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { TimelineFilter } from '../storage/journal.ts'
import type {
  AccountDocument,
  BackendDocument,
  BackupDocument,
  RoutesDocument,
  SessionDocument,
  StationDocument,
  StoreStatisticsDocument,
} from './documents.ts'

/** How a reader may see tokens: in clear, or as what `pseudonym` makes of them. */
export interface Reading {
  readonly pseudonym: ((token: string) => string) | undefined
}

/** The twins in the contract's shape. */
export interface StationsView {
  /** Every station there is something to tell of; any order. */
  ids(): Iterable<string>
  /** null when nothing is known of it. */
  get(id: string): StationDocument | null
}

export interface TimelineView {
  /** Everything up to here is durable and can be read. */
  readonly synced: Position
  /** One station's durable entries, as the journal's port has it. */
  timeline(filter: TimelineFilter): readonly Placed[]
  /** Durable entries of all stations from this position on, in order. */
  read(from: Position, limit: number): readonly Placed[]
  /** Entries as they become durable, in order. Gives a function that stops it. */
  follow(listener: (entries: readonly Placed[]) => void): () => void
  /** An entry as the timeline shows it. */
  render(placed: Placed, reading: Reading): TimelineEntry
}

export interface SessionFilter {
  readonly station?: string | undefined
  /** Wall time bounds in milliseconds. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly open?: boolean | undefined
  readonly limit: number
}

/** A session and the time by which sessions are listed (that of its stored document), in milliseconds. */
export interface FoundSession {
  readonly listedAt: number
  /** With the token in clear; the interface replaces it where the reader's role asks for it. */
  readonly session: SessionDocument
}

export interface SessionsView {
  /** Newest first by `listedAt`; those of one instant always in the same order. */
  find(filter: SessionFilter): readonly FoundSession[]
  get(id: string): SessionDocument | null
}

export interface BackendsView {
  list(): readonly BackendDocument[]
}

/** Something wrong in what a client sent, at a place of it. */
export interface FieldProblem {
  /** JSON pointer, or the name of a field or column. */
  readonly field: string
  readonly message: string
}

/** What became of a change: done, refused for reasons, or not possible because the store cannot be written. */
export type ChangeOutcome<Done = object> =
  | ({ readonly outcome: 'done' } & Done)
  | { readonly outcome: 'invalid'; readonly problems: readonly FieldProblem[] }
  | { readonly outcome: 'storeFailed'; readonly detail: string }

export interface RoutesPort {
  get(): RoutesDocument
  /** Takes routes in the shape of the configuration, all or none; resolves when the change is durable and in force. */
  put(routes: readonly unknown[], by: string): Promise<ChangeOutcome>
}

export interface CommandsPort {
  /**
   * Sends a command to a station.
   * @param payload JSON text, put into the frame as it stands
   */
  ask(station: string, action: string, payload: string, timeoutMs: number, by: string): Promise<AskOutcome>
}

/** An account to be written. */
export interface AccountDraft {
  readonly id: string
  /** undefined: keep the present one. null: it needs none. */
  readonly password: string | null | undefined
  readonly tags: readonly string[]
  readonly serial: string
  readonly assumeProtocol: Subprotocol | null
}

/** A problem of one of several drafts. */
export interface DraftProblem extends FieldProblem {
  /** Index of the draft. */
  readonly index: number
}

export type AccountsOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'invalid'; readonly problems: readonly DraftProblem[] }
  | { readonly outcome: 'storeFailed'; readonly detail: string }

export interface AccountsPort {
  list(): readonly AccountDocument[]
  get(id: string): AccountDocument | null
  /** Creates or replaces, all or none; resolves when it is durable and in force. */
  put(drafts: readonly AccountDraft[], by: string): Promise<AccountsOutcome>
  /** Removes an account; `removed` is false when there was none. */
  remove(id: string, by: string): Promise<ChangeOutcome<{ readonly removed: boolean }>>
}

export interface ConfigPort {
  /** Reads the configuration file again; an invalid one changes nothing. `field` of a problem is `file:line:column`. */
  reload(
    by: string,
  ): Promise<ChangeOutcome<{ readonly changed: readonly string[]; readonly needsRestart: readonly string[] }>>
}

export interface StorePort {
  statistics(): StoreStatisticsDocument
  /** Writes a verified copy into the folder of backups. `name`: a plain file name; null makes one from the time. */
  backup(name: string | null, by: string): Promise<BackupDocument>
}

export interface HealthView {
  /** Why the broker is not ready; empty when it is. Never about a backend. */
  notReady(): readonly { readonly name: string; readonly detail: string }[]
}

export interface MetricsView {
  /** In the text format of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

/** Everything the interface stands on. */
export interface ApiPorts {
  readonly stations: StationsView
  readonly timeline: TimelineView
  readonly sessions: SessionsView
  readonly backends: BackendsView
  readonly routes: RoutesPort
  readonly commands: CommandsPort
  readonly accounts: AccountsPort
  readonly config: ConfigPort
  readonly store: StorePort
  readonly health: HealthView
  readonly metrics: MetricsView
}
