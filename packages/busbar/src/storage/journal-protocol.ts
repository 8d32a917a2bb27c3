// What the journal on the main thread and its writer thread say to each other. Records travel as whole buffers that are
// handed over, never as objects; a buffer comes back with the commit it was part of and is used again.

import type { FaultCode } from '@busbar/core/base/fault.ts'
import type { Position } from '@busbar/core/base/moment.ts'
import type { FoldSnapshot, JournalFailure } from './journal.ts'
import type { Chunk } from './station-index.ts'

/** Records of neighbouring positions in one buffer: one row. */
export interface BatchPart {
  readonly buffer: ArrayBuffer
  readonly used: number
  readonly first: Position
  readonly last: Position
  readonly indexed: Position
  readonly toAt: number
  readonly chunks: readonly Chunk[]
}

/** Positions that hold no entry. */
export interface LostRange {
  readonly first: Position
  readonly last: Position
  readonly reason: string
}

/** What makes up one transaction. */
export interface Commit {
  readonly parts: readonly BatchPart[]
  readonly snapshots: readonly FoldSnapshot[]
  readonly lost: readonly LostRange[]
  /** At closing: the chunk rows of everything that still waited, and that the index now reaches to the end. */
  readonly sealed: readonly Chunk[] | null
}

/** How much is kept: by age, by size on disk, and never past a position that somebody is still owed. */
export interface RetentionPolicy {
  /** Entries older than this many milliseconds go. */
  readonly keepMs: number
  /** Oldest entries go while the store is larger than this many bytes. */
  readonly maxBytes: number
  /** Wall time now, in milliseconds. */
  readonly now: number
  /** The first position that must stay whatever its age, because a backend is owed it; null: none. */
  readonly owedFrom: Position | null
}

/** Failures made on purpose, for tests of what happens then. */
export interface Rehearsal {
  /** The database may not grow beyond this many pages; null lifts the bound. */
  readonly maxPages?: number | null
  /** So many commits from now on fail with an I/O error before they are made durable. */
  readonly failCommits?: number
  /** The writer thread ends with an error. */
  readonly crash?: boolean
}

export interface WriterSettings {
  readonly file: string
  /** Path of the file that is given up when the disk is full. */
  readonly reserve: string
  readonly retryMs: number
  /** Positions per compaction window. */
  readonly windowPositions: number
  /** false: no compaction, for tests that look at batches. */
  readonly compact: boolean
  readonly rehearsal: Rehearsal
}

export type ToWriter =
  | { readonly kind: 'commit'; readonly commit: Commit }
  | { readonly kind: 'prune'; readonly upTo: Position; readonly folds: readonly string[] }
  | {
      readonly kind: 'retain'
      readonly policy: RetentionPolicy
      readonly folds: readonly string[]
      readonly id: number
    }
  | { readonly kind: 'backup'; readonly toFile: string; readonly id: number }
  | { readonly kind: 'settle'; readonly id: number }
  | { readonly kind: 'rehearse'; readonly rehearsal: Rehearsal }
  | { readonly kind: 'forgetFold'; readonly fold: string }
  | { readonly kind: 'close' }

export type FromWriter =
  | { readonly kind: 'opened'; readonly last: Position }
  | { readonly kind: 'refused'; readonly code: string | null; readonly detail: string; readonly damage: boolean }
  | {
      readonly kind: 'committed'
      readonly buffers: readonly ArrayBuffer[]
      /** Milliseconds the commit took in the writer. */
      readonly tookMs: number
    }
  | { readonly kind: 'failed'; readonly failure: JournalFailure }
  | { readonly kind: 'recovered'; readonly reopened: boolean }
  /** Something is wrong with what is stored; writing goes on. */
  | { readonly kind: 'fault'; readonly code: FaultCode; readonly detail: string }
  | { readonly kind: 'done'; readonly id: number; readonly error: string | null }
  | { readonly kind: 'closed'; readonly error: string | null }
