// The routing in force: the file's, or what the API put in its place. As with accounts, a change through the API stays in
// force across restarts until the file's own section changes.

import type { ChangeEntry } from '@busbar/core/journal/entry.ts'
import { findRule } from '@busbar/core/routing/match.ts'
import type { RouteRule } from '@busbar/core/routing/route.ts'
import type { RoutesDocument } from '../api/documents.ts'
import type { ChangeOutcome, RoutesPort } from '../api/ports.ts'
import { readRoutes } from '../config/read-routes.ts'
import type { BackendSettings } from '../config/settings.ts'
import type { ResolvedRoute } from '../engine/engine.ts'
import type { Journal } from '../storage/journal.ts'
import type { Clock } from '../system/clock.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Installation } from './installation.ts'

const ROUTES = 'section:routes'

interface StoredRoutes {
  /** Of the file's section when it was overridden. */
  readonly file: string
  readonly routes: readonly RouteRule[]
}

export interface RouteKeeperParts {
  readonly installation: Installation
  readonly journal: Journal
  readonly clock: Clock
  /** Told after each change. */
  readonly changed: () => void
}

export class RouteKeeper implements RoutesPort {
  readonly #parts: RouteKeeperParts
  #file: readonly RouteRule[] = []
  #backends: ReadonlyMap<string, BackendSettings> = new Map()
  #asStation = false
  #override: readonly RouteRule[] | null = null

  constructor(parts: RouteKeeperParts) {
    this.#parts = parts
  }

  /** Takes what the file says; an override falls when it was made against another section, or names a lost backend. */
  takeFile(routes: readonly RouteRule[], backends: ReadonlyMap<string, BackendSettings>, asStation: boolean): void {
    const { installation, clock } = this.#parts
    this.#file = routes
    this.#backends = backends
    this.#asStation = asStation
    const stored = installation.get(ROUTES)
    this.#override = null
    if (stored === null) return
    const { file, routes: own } = JSON.parse(stored) as StoredRoutes
    const fits = file === fingerprintOf(routes) && own.every(({ primary }) => backends.has(primary))
    if (fits) {
      this.#override = own
      return
    }
    const entry: ChangeEntry = {
      kind: 'change',
      at: clock.now(),
      station: null,
      by: 'file',
      what: 'routes',
      before: { routes: own },
      after: { routes },
      ref: null,
    }
    installation.write(new Map(), [ROUTES], [entry])
  }

  get rules(): readonly RouteRule[] {
    return this.#override ?? this.#file
  }

  /** Where a station's messages go; null when no route matches. */
  resolve(station: string): ResolvedRoute | null {
    const rule = findRule(this.rules, station)
    const backend = rule === null ? undefined : this.#backends.get(rule.primary)
    if (rule === null || backend === undefined) return null
    const route = { primary: rule.primary, mode: rule.mode, reconnect: backend.reconnect }
    return { route, backend, asStation: this.#asStation }
  }

  get(): RoutesDocument {
    return {
      routes: this.rules.map((rule) => ({ ...rule, stations: [...rule.stations] })),
      source: this.#override === null ? 'file' : 'api',
    }
  }

  async put(routes: readonly unknown[], by: string): Promise<ChangeOutcome> {
    const { installation, journal, clock, changed } = this.#parts
    const read = readRoutes(routes, new Set(this.#backends.keys()))
    if ('problems' in read) return { outcome: 'invalid', problems: read.problems }
    const before = this.rules
    const stored: StoredRoutes = { file: fingerprintOf(this.#file), routes: read.routes }
    const head = { kind: 'change', at: clock.now(), station: null, by, what: 'routes' } as const
    const entry: ChangeEntry = { ...head, before: { routes: before }, after: { routes: read.routes }, ref: null }
    installation.write(new Map([[ROUTES, JSON.stringify(stored)]]), [], [entry])
    this.#override = read.routes
    changed()
    try {
      await journal.flush()
      return { outcome: 'done' }
    } catch (error) {
      return { outcome: 'storeFailed', detail: error instanceof Error ? error.message : String(error) }
    }
  }
}
