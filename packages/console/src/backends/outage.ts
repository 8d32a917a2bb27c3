// Which backends cannot be reached, and what Busbar holds for them meanwhile.

import type { Backend } from '../api/backends.ts'
import { millisecondsOf } from '../format/age.ts'

/** away: no link works. partial: some links work. up: all do. idle: no station needs it at the moment. */
export type BackendHealth = 'away' | 'partial' | 'up' | 'idle'

export function healthOf(backend: Pick<Backend, 'links'>): BackendHealth {
  const { up, down } = backend.links
  if (up === 0) return down === 0 ? 'idle' : 'away'
  return down === 0 ? 'up' : 'partial'
}

export interface Outage {
  readonly backend: string
  /** Stations without a link to it. */
  readonly stations: number
  readonly held: number
  /** Since when the oldest held message waits, in milliseconds; null when none does. */
  readonly oldestAt: number | null
}

/** Backends that no station reaches, those that most is held for first. */
export function outagesOf(backends: readonly Backend[]): readonly Outage[] {
  return backends
    .filter((backend) => healthOf(backend) === 'away')
    .map((backend) => ({
      backend: backend.name,
      stations: backend.links.down,
      held: backend.pending,
      oldestAt: millisecondsOf(backend.oldestPendingAt),
    }))
    .sort((a, b) => b.held - a.held)
}
