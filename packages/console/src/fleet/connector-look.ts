// How the status of a connector looks: a shape, a tone and a word. Statuses of all versions stand in one table; one that
// is not in it is shown by its own name.

import type { Connector } from '../api/stations.ts'
import type { Tone } from '../parts/tone.ts'

export type Glyph = 'free' | 'plugged' | 'charging' | 'paused' | 'reserved' | 'off' | 'fault' | 'unknown'

export interface ConnectorLook {
  readonly glyph: Glyph
  readonly tone: Tone
  readonly word: string
}

const looks: Readonly<Record<string, Omit<ConnectorLook, 'word'>>> = {
  Available: { glyph: 'free', tone: 'plain' },
  Preparing: { glyph: 'plugged', tone: 'notice' },
  Occupied: { glyph: 'plugged', tone: 'notice' },
  Charging: { glyph: 'charging', tone: 'good' },
  SuspendedEV: { glyph: 'paused', tone: 'notice' },
  SuspendedEVSE: { glyph: 'paused', tone: 'notice' },
  EVConnected: { glyph: 'plugged', tone: 'notice' },
  Finishing: { glyph: 'plugged', tone: 'notice' },
  Reserved: { glyph: 'reserved', tone: 'notice' },
  Unavailable: { glyph: 'off', tone: 'warning' },
  Faulted: { glyph: 'fault', tone: 'bad' },
}

const words: Readonly<Record<string, string>> = {
  EVConnected: 'Car connected',
  SuspendedEV: 'Paused by car',
  SuspendedEVSE: 'Paused by station',
}

/** What a connector does. 2.x says `Occupied` for everything with a plug in it, and tells the rest in its transactions. */
export function stateOf(connector: Pick<Connector, 'status' | 'chargingState'>): string | null {
  const { status, chargingState } = connector
  return status === 'Occupied' && chargingState != null && chargingState in looks ? chargingState : status
}

export function lookOf(connector: Pick<Connector, 'status' | 'chargingState' | 'errorCode'>): ConnectorLook {
  const { errorCode } = connector
  const status = stateOf(connector)
  if (status === null) return { glyph: 'unknown', tone: 'plain', word: 'Not reported' }
  const look = looks[status] ?? { glyph: 'unknown', tone: 'plain' }
  const hasError = errorCode !== null && errorCode !== '' && errorCode !== 'NoError'
  const word = words[status] ?? status
  return { ...look, tone: hasError ? 'bad' : look.tone, word: hasError ? `${word}, ${errorCode}` : word }
}

/** "1", or "2.1" for connector 1 of EVSE 2 where a station numbers both and they differ. */
export function connectorName(connector: Pick<Connector, 'evse' | 'connector'>): string {
  const { evse, connector: number } = connector
  if (evse === null || evse === number) return String(number ?? '?')
  if (number === null) return String(evse)
  return number === 1 ? String(evse) : `${evse}.${number}`
}

export interface LookCount {
  readonly look: ConnectorLook
  readonly count: number
}

const order: readonly Glyph[] = ['fault', 'charging', 'paused', 'plugged', 'reserved', 'off', 'free', 'unknown']

/** Connectors of a station with many, by status, what matters most first. */
export function countLooks(connectors: readonly Connector[]): readonly LookCount[] {
  const counts = new Map<string, { look: ConnectorLook; count: number }>()
  for (const connector of connectors) {
    const look = lookOf(connector)
    const present = counts.get(look.word)
    if (present === undefined) counts.set(look.word, { look, count: 1 })
    else present.count++
  }
  return [...counts.values()].sort((a, b) => order.indexOf(a.look.glyph) - order.indexOf(b.look.glyph))
}
