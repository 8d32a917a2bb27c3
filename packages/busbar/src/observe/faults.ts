// One way to say that something is wrong: an entry in the timeline, a metric, a line in the log and a notice to the
// webhook. What goes wrong often goes wrong a thousand times a minute, so the same fault of the same thing is told once
// per minute with the number of times it was not told; the metric counts every one (rules MO3, MO4).

import { describeFault, type FaultCode } from '@busbar/core/base/fault.ts'
import type { Position } from '@busbar/core/base/moment.ts'
import { formatTimestamp } from '@busbar/core/base/timestamp.ts'
import type { FaultEntry } from '@busbar/core/journal/entry.ts'
import type { Clock } from '../system/clock.ts'
import type { FaultNotice } from './webhook.ts'

/** How long the same fault stays untold after it was told. */
export const QUIET_MS = 60_000

/** Different faults remembered at one time; beyond, the oldest are told again early. */
const MAX_REMEMBERED = 10_000

/** What a fault is about. */
export interface FaultAbout {
  /** Identity of the station; absent for the installation as a whole. */
  readonly station?: string | null
  /** Position of the entry that caused it. */
  readonly ref?: Position | null
  /** What tells it from others of its code, such as a file or a backend's name; the station does anyway. */
  readonly subject?: string
  /** A sentence that says more than the catalogue does. */
  readonly text?: string
}

export interface FaultsOptions {
  readonly site: string
  readonly clock: Clock
  /** Records the entry. */
  readonly append: (entry: FaultEntry) => void
  readonly count: (code: string) => void
  readonly log: { warn(detail: object, text: string): void }
  readonly notify: (notice: FaultNotice) => void
}

interface Told {
  readonly untilMono: number
  untold: number
}

export class Faults {
  readonly #options: FaultsOptions
  /** Oldest first. */
  readonly #told = new Map<string, Told>()

  constructor(options: FaultsOptions) {
    this.#options = options
  }

  /**
   * Says that something is wrong.
   * @param code from the catalogue
   * @param detail facts, never a secret
   */
  raise(code: FaultCode, detail: Readonly<Record<string, unknown>> = {}, about: FaultAbout = {}): void {
    this.#options.count(code)
    const station = about.station ?? null
    const untold = this.#untoldBefore(JSON.stringify([code, station, about.subject ?? null]))
    if (untold === null) return
    this.#tell(code, untold === 0 ? detail : { ...detail, untold }, station, about)
  }

  /** How often it happened untold since it was told last; null when it is to stay untold now. */
  #untoldBefore(key: string): number | null {
    const now = this.#options.clock.mono()
    const told = this.#told.get(key)
    if (told !== undefined && now < told.untilMono) {
      told.untold++
      return null
    }
    this.#told.delete(key)
    this.#told.set(key, { untilMono: now + QUIET_MS, untold: 0 })
    const [oldest] = this.#told.keys()
    if (this.#told.size > MAX_REMEMBERED && oldest !== undefined) this.#told.delete(oldest)
    return told?.untold ?? 0
  }

  #tell(code: FaultCode, detail: Readonly<Record<string, unknown>>, station: string | null, about: FaultAbout): void {
    const { site, clock, append, log, notify } = this.#options
    const description = describeFault(code)
    const text = about.text ?? description?.sentence ?? code
    const at = clock.now()
    append({ kind: 'fault', at, station, code, text, detail, ref: about.ref ?? null })
    log.warn({ code, station: station ?? undefined, detail }, text)
    notify({
      site,
      at: formatTimestamp(at),
      code,
      station,
      text,
      cause: description?.cause ?? '',
      remedy: description?.remedy ?? '',
      detail,
    })
  }
}
