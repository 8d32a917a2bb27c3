// Packs entries into buffers on the main thread: each buffer becomes one row of the store as it is. Buffers travel to the
// writer thread and back and are used again, so that a busy broker allocates nothing for its journal.

import type { Position } from '@busbar/core/base/moment.ts'
import type { Entry, Placed } from '@busbar/core/journal/entry.ts'
import { kindNumbers } from './entry-shape.ts'
import type { BatchPart } from './journal-protocol.ts'
import { recordBound, type Sheet, sheetOver, writeRecord } from './record-codec.ts'
import type { StationIndex } from './station-index.ts'

/**
 * A batch is closed at this size. SQLite hands out a row whole, so whoever wants one record of it reads all of it; and the
 * entries of one station lie in as many batches as there are.
 */
const BATCH_BYTES = 32 * 1024
/** Size of a buffer: a full batch and one record of a usual size behind it. */
const BUFFER_BYTES = BATCH_BYTES + 16 * 1024
/** Buffers kept for use again; more come and go only while the disk is behind. */
const SPARE_BUFFERS = 64

/** A closed batch and what was packed into it. */
export interface PackedBatch {
  readonly part: BatchPart
  readonly placed: readonly Placed[]
}

interface OpenBatch {
  readonly memory: ArrayBuffer
  readonly sheet: Sheet
  readonly first: Position
  last: Position
  toAt: number
  placed: Placed[]
}

/** Collects entries into batches, and their positions into the index of stations. */
export class BatchPacker {
  readonly #index: StationIndex
  readonly #spare: ArrayBuffer[] = []
  #open: OpenBatch | null = null
  #closed: PackedBatch[] = []

  constructor(index: StationIndex) {
    this.#index = index
  }

  /**
   * Takes an entry; positions follow one another without holes until `cut`.
   * @returns the bytes it takes in the store
   */
  add(position: Position, entry: Entry): number {
    let open = this.#open ?? this.#begin(position, BUFFER_BYTES)
    let bytes = open.sheet.used < BATCH_BYTES ? writeRecord(open.sheet, position, entry) : -1
    if (bytes < 0) {
      this.cut()
      open = this.#begin(position, Math.max(BUFFER_BYTES, recordBound(entry)))
      bytes = writeRecord(open.sheet, position, entry)
    }
    this.#open = open
    open.last = position
    if (entry.at > open.toAt) open.toAt = entry.at
    open.placed.push({ position, entry })
    if (entry.station !== null) this.#index.add(entry.station, position, entry.at, kindNumbers[entry.kind])
    return bytes
  }

  /** Closes the open batch, if there is one. */
  cut(): void {
    const open = this.#open
    if (open === null) return
    this.#open = null
    const { memory, sheet, first, last, toAt, placed } = open
    const chunks = this.#index.take(last, false)
    const indexed = this.#index.indexedUpTo(last)
    this.#closed.push({ part: { buffer: memory, used: sheet.used, first, last, indexed, toAt, chunks }, placed })
  }

  /**
   * Takes batches out, oldest first.
   * @param maxBytes records at most, but always one batch when there is one
   */
  take(maxBytes: number): PackedBatch[] {
    let bytes = 0
    let count = 0
    for (const { part } of this.#closed) {
      if (count > 0 && bytes + part.used > maxBytes) break
      bytes += part.used
      count++
    }
    if (count === this.#closed.length && (count === 0 || bytes < maxBytes)) {
      this.cut()
      count = this.#closed.length
    }
    if (count === this.#closed.length) {
      const all = this.#closed
      this.#closed = []
      return all
    }
    return this.#closed.splice(0, count)
  }

  /** Whether everything taken in was taken out. */
  get empty(): boolean {
    return this.#open === null && this.#closed.length === 0
  }

  /** Gives buffers back that came from the writer thread. */
  recycle(buffers: readonly ArrayBuffer[]): void {
    for (const buffer of buffers) {
      if (buffer.byteLength === BUFFER_BYTES && this.#spare.length < SPARE_BUFFERS) this.#spare.push(buffer)
    }
  }

  #begin(position: Position, bytes: number): OpenBatch {
    const memory = (bytes === BUFFER_BYTES ? this.#spare.pop() : undefined) ?? new ArrayBuffer(bytes)
    return { memory, sheet: sheetOver(memory), first: position, last: position, toAt: -Number.MAX_VALUE, placed: [] }
  }
}
