// The journal port: the one record everything else reads. Two promises are made here and kept by every implementation
// (`journal.contract.ts` is the suite they share): a position is given at once and in order, and `synced` is said only
// of what survives kill -9 and a power cut on a disk that honours sync.

import type { Position } from '@busbar/core/base/moment.ts'
import type { Entry, EntryKind, Placed } from '@busbar/core/journal/entry.ts'

export interface TimelineFilter {
  readonly station: string
  /** Wall time bounds in milliseconds, both inclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Only entries after (ascending) or before (descending) this position. */
  readonly after?: Position | undefined
  readonly kinds?: ReadonlySet<EntryKind> | undefined
  readonly order: 'asc' | 'desc'
  readonly limit: number
}

/** A document of a fold: what the fold knows about one thing, found again by key, station or time. */
export interface FoldDocument {
  /** Unique within its fold. */
  readonly key: string
  readonly station: string | null
  /** Wall time in milliseconds by which it is found. */
  readonly from: number
  /** End of the thing it tells of; null while it goes on. */
  readonly to: number | null
  /** JSON text. */
  readonly body: string
}

export interface DocumentFilter {
  readonly key?: string | undefined
  readonly station?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** true: only those with `to` null; false: only those with an end. */
  readonly open?: boolean | undefined
  readonly order?: 'asc' | 'desc' | undefined
  readonly limit?: number | undefined
}

/** What a fold hands over to be stored: its documents as they stand at `position`. Rows of other keys stay. */
export interface FoldSnapshot {
  readonly fold: string
  /** Every entry up to and including this position is folded in. */
  readonly position: Position
  /** Version of the documents' shape; a fold that finds another one starts again from the first entry. */
  readonly version: number
  readonly put: readonly FoldDocument[]
  readonly remove: readonly string[]
}

export type JournalFailure = {
  /** full: no room, recovers by itself. io: the handle is dropped and reopened after a check. */
  readonly kind: 'full' | 'io'
  readonly detail: string
}

export interface JournalStatistics {
  readonly first: Position
  readonly last: Position
  readonly synced: Position
  /** Bytes on disk, write-ahead log included. */
  readonly bytes: number
  readonly writable: boolean
}

export interface Journal {
  /** The position the next entry will get. */
  readonly next: Position
  /** Everything up to here survives kill -9 and power loss. */
  readonly synced: Position

  /** Takes entries at once, in order; they are not durable yet. Gives the position of the last one. */
  append(entries: readonly Entry[]): Position
  /** Called after each commit, with the position up to which everything is durable. */
  onSynced(listener: (upTo: Position) => void): void
  /** Called when writing fails, and with null when it works again. */
  onFailed(listener: (failure: JournalFailure | null) => void): void
  /** 0 idle to 1 full: near 1 stop reading from the sockets (trap T32). */
  pressure(): number

  /** Stores the documents of a fold in the same transaction as the entries they cover. */
  snapshot(snapshot: FoldSnapshot): void
  /** Position and version of a fold's last durable snapshot; position 0 when there is none. */
  foldPosition(fold: string): { readonly position: Position; readonly version: number }
  documents(fold: string, filter: DocumentFilter): FoldDocument[]

  /**
   * Called after each commit with the entries that became durable, in order; what it is given may carry the parsed
   * payload. Gives a function that stops it.
   */
  follow(listener: (entries: readonly Placed[]) => void): () => void
  /** Durable entries from a position on, in order. */
  read(from: Position, limit: number): Placed[]
  /** One station's durable entries. */
  timeline(filter: TimelineFilter): Placed[]

  /** Removes entries up to a position, never past what every fold has a snapshot of; works in small steps. */
  prune(upTo: Position): void
  statistics(): JournalStatistics
  /** Resolves when all that was appended so far is durable; rejects when it cannot be made so. */
  flush(): Promise<void>
  close(): Promise<void>
}
