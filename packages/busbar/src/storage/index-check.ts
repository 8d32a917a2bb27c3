// Holds the index of stations against the records: what the timeline would find must be what is there.

import type { DatabaseSync } from 'node:sqlite'
import type { Position } from '@busbar/core/base/moment.ts'
import { unpackPositions } from './position-list.ts'
import { recordAt, recordKind, recordStation } from './record-codec.ts'
import type { RecordRow } from './row-cache.ts'
import { Finding } from './verify-finding.ts'

type Row = Record<string, unknown>

interface Seen {
  readonly station: string
  readonly at: number
  readonly kind: number
  indexed: boolean
}

/** Compares chunk rows and the heads of blocks with the records. */
export class IndexCheck {
  /** Records in batches that belong to a station. */
  readonly #seen = new Map<Position, Seen>()
  #indexed: Position = 0

  /** Compares the head of a block with what it holds. */
  block(row: Row, { bytes, view, positions, offsets }: RecordRow): void {
    const first = positions[0] ?? 0
    const last = positions.at(-1) ?? 0
    let fromAt = Number.MAX_VALUE
    let toAt = -Number.MAX_VALUE
    let kinds = 0
    for (const offset of offsets) {
      const at = recordAt(view, offset)
      fromAt = Math.min(fromAt, at)
      toAt = Math.max(toAt, at)
      kinds |= 1 << recordKind(view, offset)
      if (recordStation(bytes, view, offset) !== row['station']) {
        throw new Finding('BB-STORE-011', first, last, 'A block holds an entry of another station.')
      }
    }
    const fits =
      row['first'] === first &&
      row['last'] === last &&
      row['from_at'] === fromAt &&
      row['to_at'] === toAt &&
      row['kinds'] === kinds
    if (!fits) throw new Finding('BB-STORE-011', first, last, 'The head of a block does not fit what it holds.')
  }

  /** Takes a record of a batch. */
  record({ bytes, view }: RecordRow, offset: number, position: Position): void {
    const station = recordStation(bytes, view, offset)
    if (station === null) return
    const [at, kind] = [recordAt(view, offset), recordKind(view, offset)]
    this.#seen.set(position, { station, at, kind, indexed: false })
  }

  /** Takes how far the index reached when a batch was written. */
  batchEnds(row: Row): void {
    const indexed = row['indexed'] as Position
    if (indexed < this.#indexed || indexed > (row['last'] as Position)) {
      throw new Finding('BB-STORE-011', row['first'] as Position, row['last'] as Position, 'The index claims too much.')
    }
    this.#indexed = indexed
  }

  /**
   * Compares the chunk rows with the records of batches.
   * @param kept first position that is not pruned; rows of pruned ones may be gone before their entries are
   * @param compacted positions up to this one are in blocks
   */
  finish(db: DatabaseSync, kept: Position, compacted: Position): void {
    const rows = db.prepare('SELECT * FROM chunk WHERE last > ?').iterate(compacted) as Iterable<Row>
    for (const row of rows) this.#chunk(row, compacted)
    for (const [position, { indexed, station }] of this.#seen) {
      if (!indexed && position >= kept && position <= this.#indexed) {
        throw new Finding('BB-STORE-011', position, position, `It is not found under station ${station}.`)
      }
    }
  }

  #chunk(row: Row, compacted: Position): void {
    const first = row['first'] as Position
    const last = row['last'] as Position
    const positions = unpackPositions(first, row['positions'] as Uint8Array)
    const lowest = this.#seen.keys().next().value ?? Number.MAX_SAFE_INTEGER
    if (positions.at(-1) !== last) throw new Finding('BB-STORE-011', first, last, 'A chunk does not end where it says.')
    for (const position of positions) {
      // Positions that are in blocks by now, or pruned, do not count here.
      if (position <= compacted || position < lowest) continue
      const seen = this.#seen.get(position)
      const fits =
        seen !== undefined &&
        !seen.indexed &&
        seen.station === row['station'] &&
        seen.at >= (row['from_at'] as number) &&
        seen.at <= (row['to_at'] as number) &&
        ((row['kinds'] as number) & (1 << seen.kind)) !== 0
      if (!fits) throw new Finding('BB-STORE-011', position, position, 'A chunk does not fit the entry it points to.')
      seen.indexed = true
    }
  }
}
