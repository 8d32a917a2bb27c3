// The views of the API: twins with what only the engine and the configuration know of a station, and the backends.

import { formatTimestamp } from '@busbar/core/base/timestamp.ts'
import type { BackendDocument, StationDocument } from '../api/documents.ts'
import type { BackendsView, StationsView } from '../api/ports.ts'
import type { BackendSettings } from '../config/settings.ts'
import type { Engine } from '../engine/engine.ts'
import type { FoldRunner } from '../folds/fold-runner.ts'
import type { Clock } from '../system/clock.ts'
import type { AccountKeeper } from './account-keeper.ts'
import type { RouteKeeper } from './route-keeper.ts'

export interface ViewParts {
  readonly site: string
  readonly folds: FoldRunner
  readonly engine: Engine
  readonly accounts: AccountKeeper
  readonly routes: RouteKeeper
  readonly backends: () => ReadonlyMap<string, BackendSettings>
  readonly clock: Clock
}

/** Every station there is something to tell of: seen, or with an account. */
export function createStationsView(parts: ViewParts): StationsView {
  const { folds, accounts } = parts
  return {
    *ids() {
      const told = new Set<string>()
      for (const { id } of folds.stations()) {
        told.add(id)
        yield id
      }
      for (const { id } of accounts.list()) if (!told.has(id)) yield id
    },
    get(id) {
      const twin = folds.stationView(id)
      if (twin === null) return accounts.get(id) === null ? null : neverSeen(parts, id)
      const { backends, connectors, ...rest } = twin
      return {
        ...rest,
        site: parts.site,
        tags: [...accounts.tagsOf(id)],
        connectors: connectors.map((connector) => ({ ...connector })),
        backends: backendsOf(parts, id, backends),
      }
    },
  }
}

function neverSeen(parts: ViewParts, id: string): StationDocument {
  const nothing = { ocpp: null, since: null, lastSeen: null, vendor: null, model: null, serial: null, firmware: null }
  const tags = [...parts.accounts.tagsOf(id)]
  return {
    id,
    site: parts.site,
    connected: false,
    ...nothing,
    tags,
    connectors: [],
    backends: backendsOf(parts, id, []),
  }
}

function backendsOf(
  parts: ViewParts,
  id: string,
  known: readonly {
    readonly name: string
    readonly link: string
    readonly ocpp: StationDocument['ocpp']
    readonly acknowledged: number
  }[],
): StationDocument['backends'] {
  const { engine, routes, clock } = parts
  const primary = routes.resolve(id)?.route.primary
  if (primary === undefined) return []
  const twin = known.find(({ name }) => name === primary)
  const { pending, oldestMs } = engine.pendingOf(id)
  return [
    {
      name: primary,
      role: 'primary',
      link: engine.linkOf(id),
      ocpp: twin?.ocpp ?? null,
      pending,
      oldestPendingAt: oldestMs === null ? null : formatTimestamp(clock.now() - oldestMs),
      acknowledged: twin?.acknowledged ?? 0,
      quarantined: 0,
    },
  ]
}

/** Per configured backend: links, what it is owed, what it acknowledged, how quickly it answers. */
export function createBackendsView(parts: ViewParts, latencyMs: (backend: string) => number | null): BackendsView {
  return {
    list(): readonly BackendDocument[] {
      const counts = parts.engine.countBackends()
      const acknowledged = new Map<string, number>()
      for (const { backends } of parts.folds.stations()) {
        for (const backend of backends) {
          acknowledged.set(backend.name, (acknowledged.get(backend.name) ?? 0) + backend.acknowledged)
        }
      }
      return [...parts.backends().values()].map(({ name, url }) => {
        const count = counts.get(name)
        const oldestMs = count?.oldestMs ?? null
        return {
          name,
          url: withoutCredentials(url),
          links: { up: count?.up ?? 0, down: (count?.down ?? 0) + (count?.refused ?? 0) },
          pending: count?.pending ?? 0,
          oldestPendingAt: oldestMs === null ? null : formatTimestamp(parts.clock.now() - oldestMs),
          acknowledged: acknowledged.get(name) ?? 0,
          quarantined: 0,
          latencyMs: latencyMs(name),
        }
      })
    },
  }
}

function withoutCredentials(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  return parsed.href
}
