// What the console knows about its own connection to the broker: how data comes, and when it last heard anything. A page
// that shows old data as if it were new is worse than one that shows nothing, so every part that talks to the broker
// reports here, and the shell shows it.

/**
 * live: entries arrive as they are written. connecting: the first attempt of a stream. reconnecting: the stream broke, or
 * the broker does not answer. polling: pages are asked for in intervals. paused: the tab is hidden.
 */
export type ConnectionMode = 'live' | 'connecting' | 'reconnecting' | 'polling' | 'paused'

export interface ConnectionView {
  readonly mode: ConnectionMode
  /** Wall clock of the last byte from the broker; null before the first. */
  readonly heardAt: number | null
  /** Why it is not live, where that is known. */
  readonly why: string | null
}

/** Data older than this is shown as old. The broker's stream speaks at least every 15 s, polls every 5 s. */
export const STALE_AFTER_MS = 20_000

/** Age of what the page shows, in milliseconds; null while it is fresh or nothing came yet. */
export function staleAge(view: ConnectionView, now: number): number | null {
  if (view.heardAt === null || view.mode === 'paused') return null
  const age = now - view.heardAt
  return age > STALE_AFTER_MS ? age : null
}

type Listener = () => void

/** Where it is reported and looked at. */
export class Connection {
  #view: ConnectionView = { mode: 'polling', heardAt: null, why: null }
  /** The open stream of the page, if it has one; without one it polls. */
  #hasStream = false
  readonly #listeners = new Set<Listener>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  readonly view = (): ConnectionView => this.#view

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Something came from the broker. */
  heard(): void {
    const mode = !this.#hasStream && this.#view.mode === 'reconnecting' ? 'polling' : this.#view.mode
    const heardAt = this.#now()
    const { heardAt: before } = this.#view
    // A busy stream reports often; readers need no more than a few updates a second.
    if (mode === this.#view.mode && before !== null && heardAt - before < 500) return
    this.#set({ mode, heardAt, why: mode === 'reconnecting' ? this.#view.why : null })
  }

  /** A request had no answer. */
  lost(why: string): void {
    this.#set({ ...this.#view, mode: 'reconnecting', why })
  }

  /** The page's stream is in this mode now; null: the page has none any more. */
  stream(mode: Exclude<ConnectionMode, 'polling'> | null, why: string | null = null): void {
    this.#hasStream = mode !== null
    this.#set({ ...this.#view, mode: mode ?? 'polling', why })
  }

  #set(view: ConnectionView): void {
    this.#view = view
    for (const listener of this.#listeners) listener()
  }
}

export const connection = new Connection(() => Date.now())
