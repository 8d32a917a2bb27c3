// Test bench of the folds: writes journal entries the way the path does, without a broker. Nothing in the product imports
// it.

import type { FrameType, Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Position } from '../base/moment.ts'
import { formatTimestamp } from '../base/timestamp.ts'
import { type Entry, type FrameEntry, type Party, type Placed, STATION } from '../journal/entry.ts'

const typeNumbers: Readonly<Record<FrameType, number>> = { call: 2, result: 3, error: 4, resultError: 5, send: 6 }

/** One station's entries, in order. */
export class History {
  readonly entries: Placed[] = []
  readonly station: string
  readonly ocpp: Subprotocol
  /** Wall clock of the next entry. */
  at: number

  constructor(ocpp: Subprotocol, station = 'DEPOT-01', at = 1_772_366_400_000) {
    this.ocpp = ocpp
    this.station = station
    this.at = at
  }

  /** Appends any entry and moves the clock on by a second. */
  put(entry: Entry): Position {
    const position = (this.entries.at(-1)?.position ?? 0) + 1
    this.entries.push({ position, entry })
    this.at += 1000
    return position
  }

  frame(fields: Partial<FrameEntry> & { readonly body: unknown }): Position {
    const { body, ...rest } = fields
    const type = rest.type ?? 'call'
    const id = `m${this.entries.length}`
    const envelope =
      type === 'call' || type === 'send'
        ? [typeNumbers[type], id, rest.action ?? '', body]
        : [typeNumbers[type], id, body]
    const entry: FrameEntry = {
      kind: 'frame',
      at: this.at,
      station: this.station,
      from: STATION,
      to: 'billing',
      type,
      messageId: id,
      action: null,
      ocpp: this.ocpp,
      raw: JSON.stringify(envelope),
      redacted: false,
      ref: null,
      latencyMs: null,
      findings: null,
      ...rest,
    }
    return this.put(entry)
  }

  /** A call of the station. */
  call(action: string, body: unknown, to: Party | null = 'billing'): Position {
    return this.frame({ action, body, to })
  }

  /** A backend's result for a call of the station. */
  answer(ref: Position, body: unknown, from: Party = 'billing'): Position {
    const of = this.entries.find((placed) => placed.position === ref)?.entry
    const action = of?.kind === 'frame' ? of.action : null
    return this.frame({ type: 'result', action, body, from, to: STATION, ref, latencyMs: 12 })
  }

  link(
    peer: Party,
    state: 'up' | 'down' | 'refused',
    more: { readonly remote?: string | null; readonly code?: number | null } = {},
  ): Position {
    return this.put({
      kind: 'link',
      at: this.at,
      station: this.station,
      peer,
      state,
      code: more.code ?? null,
      reason: null,
      ocpp: this.ocpp,
      remote: more.remote ?? null,
      profile: peer === STATION && state === 'up' ? 1 : null,
    })
  }

  /** The clock of the history as a station writes it, `behindMs` ago. */
  stamp(behindMs = 0): string {
    return formatTimestamp(this.at - behindMs)
  }
}
