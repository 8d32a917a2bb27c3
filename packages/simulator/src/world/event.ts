// What can be seen from outside the broker, in the order in which it happens. Checks look at nothing else, so they judge
// what a station and a backend experience and not what Busbar thinks of itself.

export type WorldEvent =
  /** A station has a connection. `connection` numbers all connections of the world. */
  | { readonly kind: 'stationConnected'; readonly station: string; readonly connection: number }
  | { readonly kind: 'stationSent'; readonly station: string; readonly connection: number; readonly text: string }
  | { readonly kind: 'stationGot'; readonly station: string; readonly connection: number; readonly text: string }
  | {
      readonly kind: 'stationLost'
      readonly station: string
      readonly connection: number
      readonly code: number
      readonly byBroker: boolean
    }
  | { readonly kind: 'backendConnected'; readonly backend: string; readonly station: string; readonly link: number }
  | {
      readonly kind: 'backendGot'
      readonly backend: string
      readonly station: string
      readonly link: number
      readonly text: string
    }
  | {
      readonly kind: 'backendSent'
      readonly backend: string
      readonly station: string
      readonly link: number
      readonly text: string
    }
  | {
      readonly kind: 'backendLost'
      readonly backend: string
      readonly station: string
      readonly link: number
      readonly byBroker: boolean
    }
  | { readonly kind: 'brokerKilled' }
  | { readonly kind: 'brokerStarted' }
  /** The journal's durable entries at the end of the world. */
  | { readonly kind: 'end' }

/** A message as the actors write it: an envelope whose payload carries a mark that exists once in the world. */
export interface Marked {
  readonly type: number
  readonly id: string | number
  readonly action: string | null
  readonly mark: string | null
}

/** Reads an actor's message; null when it is none. */
export function readMarked(text: string): Marked | null {
  try {
    const envelope: unknown = JSON.parse(text)
    if (!Array.isArray(envelope)) return null
    const [type, id, third, fourth] = envelope as unknown[]
    if (typeof type !== 'number' || (typeof id !== 'string' && typeof id !== 'number')) return null
    const isCall = type === 2 || type === 6
    const payload = isCall ? fourth : third
    const mark = typeof payload === 'object' && payload !== null ? (payload as { mark?: unknown }).mark : null
    return { type, id, action: isCall ? String(third) : null, mark: typeof mark === 'string' ? mark : null }
  } catch {
    return null
  }
}
