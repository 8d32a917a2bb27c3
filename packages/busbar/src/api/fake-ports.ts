// A small world behind the HTTP interface, for its tests: ports that remember what they were asked and answer as told.

import type { Position } from '@busbar/core/base/moment.ts'
import type { Entry, FrameEntry, Placed } from '@busbar/core/journal/entry.ts'
import type { AskOutcome } from '@busbar/core/station/effect.ts'
import { timelineEntry } from '@busbar/core/timeline/timeline-entry.ts'
import { type Subprotocol, subprotocols } from '@busbar/ocpp/versions.ts'
import { ManualClock } from '../observe/manual-clock.ts'
import type { TimelineFilter } from '../storage/journal.ts'
import { systemIds } from '../system/ids.ts'
import { type Api, type ApiOptions, createApi } from './create-api.ts'
import type { AccountDocument, RoutesDocument, StationDocument } from './documents.ts'
import type {
  AccountDraft,
  AccountsOutcome,
  ApiPorts,
  ChangeOutcome,
  FoundSession,
  SessionFilter,
  TimelineView,
} from './ports.ts'

const [oldest] = subprotocols as readonly [Subprotocol, ...Subprotocol[]]

/** A journal in memory whose entries are durable when they are announced. */
export class FakeTimeline implements TimelineView {
  readonly entries: Placed[] = []
  synced: Position = 0
  readonly #listeners = new Set<(entries: readonly Placed[]) => void>()
  /** Times the journal was read for a stream. */
  reads = 0

  get listeners(): number {
    return this.#listeners.size
  }

  /** Records entries without telling anyone yet. */
  append(...entries: Entry[]): Placed[] {
    const placed = entries.map((entry) => {
      const one = { position: this.entries.length + 1, entry }
      this.entries.push(one)
      return one
    })
    return placed
  }

  /** Records entries, makes them durable, and tells those who follow. */
  commit(...entries: Entry[]): void {
    const placed = this.append(...entries)
    this.synced = this.entries.length
    this.announce(placed)
  }

  /** Tells those who follow. */
  announce(placed: readonly Placed[]): void {
    for (const listener of this.#listeners) listener(placed)
  }

  timeline(filter: TimelineFilter): Placed[] {
    this.reads++
    const { station, from = -Infinity, to = Infinity, after, kinds, order, limit } = filter
    const found = this.#durable().filter(
      ({ position, entry }) =>
        entry.station === station &&
        entry.at >= from &&
        entry.at <= to &&
        (kinds === undefined || kinds.has(entry.kind)) &&
        (after === undefined || (order === 'asc' ? position > after : position < after)),
    )
    return (order === 'asc' ? found : found.reverse()).slice(0, limit)
  }

  read(from: Position, limit: number): Placed[] {
    this.reads++
    return this.#durable().slice(Math.max(0, from - 1), Math.max(0, from - 1) + limit)
  }

  follow(listener: (entries: readonly Placed[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  render = timelineEntry

  #durable(): Placed[] {
    return this.entries.slice(0, this.synced)
  }
}

/** A frame entry of a station. */
export function frame(station: string, at: number, over: Partial<FrameEntry> = {}): FrameEntry {
  return {
    kind: 'frame',
    at,
    station,
    from: 'station',
    to: 'billing',
    type: 'call',
    messageId: '1',
    action: 'Authorize',
    ocpp: oldest,
    raw: '[2,"1","Authorize",{"idTag":"ANNA-1"}]',
    redacted: false,
    ref: null,
    latencyMs: null,
    findings: null,
    ...over,
  }
}

export function station(id: string, over: Partial<StationDocument> = {}): StationDocument {
  return {
    id,
    site: 'depot',
    connected: true,
    ocpp: oldest,
    since: '2026-01-01T00:00:00.000Z',
    lastSeen: '2026-01-01T00:00:00.000Z',
    vendor: 'Acme',
    model: 'Wall-1',
    serial: 'S1',
    firmware: '1.0',
    tags: [],
    connectors: [],
    backends: [
      {
        name: 'billing',
        role: 'primary',
        link: 'up',
        ocpp: oldest,
        pending: 0,
        oldestPendingAt: null,
        acknowledged: 1,
        quarantined: 0,
      },
    ],
    ...over,
  }
}

export function session(id: string, startedAtMs: number, over: Partial<FoundSession['session']> = {}): FoundSession {
  return {
    listedAt: startedAtMs,
    session: {
      id,
      station: 'DEPOT-01',
      evse: 1,
      connector: 1,
      token: 'ANNA-1',
      startedAt: new Date(startedAtMs).toISOString(),
      stoppedAt: null,
      meterStartWh: 0,
      meterStopWh: null,
      energyWh: null,
      reason: null,
      startedOffline: false,
      transactionIds: { station: '1' },
      delivery: { billing: 'pending' },
      ...over,
    },
  }
}

/** What a test may look at and change behind the interface. */
export class FakeWorld {
  readonly clock = new ManualClock()
  readonly timeline = new FakeTimeline()
  readonly stations = new Map<string, StationDocument>()
  readonly accounts = new Map<string, AccountDocument>()
  readonly drafts: AccountDraft[] = []
  sessions: FoundSession[] = []
  asked: unknown[][] = []
  actors: string[] = []
  askOutcome: AskOutcome = { outcome: 'answered', response: { status: 'Accepted' }, position: 9 }
  routes: RoutesDocument = { routes: [{ stations: '*', primary: 'billing' }], source: 'file' }
  change: ChangeOutcome = { outcome: 'done' }
  accountsChange: AccountsOutcome = { outcome: 'done' }
  notReady: { name: string; detail: string }[] = []

  ports(): ApiPorts {
    const done = (by: string) => {
      this.actors.push(by)
      return this.change
    }
    return {
      stations: { ids: () => this.stations.keys(), get: (id) => this.stations.get(id) ?? null },
      timeline: this.timeline,
      sessions: {
        find: (filter) => this.#findSessions(filter),
        get: (id) => this.sessions.find((one) => one.session.id === id)?.session ?? null,
      },
      backends: {
        list: () => [
          {
            name: 'billing',
            url: 'ws://127.0.0.1:1/ocpp',
            links: { up: 1, down: 0 },
            pending: 0,
            oldestPendingAt: null,
            acknowledged: 5,
            quarantined: 0,
            latencyMs: 12.5,
          },
        ],
      },
      routes: {
        get: () => this.routes,
        put: async (routes, by) => {
          const outcome = done(by)
          if (outcome.outcome === 'done') {
            this.routes = { routes: routes as Record<string, unknown>[], source: 'api' }
          }
          return outcome
        },
      },
      commands: {
        ask: async (...asked) => {
          this.asked.push(asked)
          return this.askOutcome
        },
      },
      accounts: {
        list: () => [...this.accounts.values()],
        get: (id) => this.accounts.get(id) ?? null,
        put: async (drafts, by) => {
          this.actors.push(by)
          if (this.accountsChange.outcome === 'done') for (const draft of drafts) this.#write(draft)
          return this.accountsChange
        },
        remove: async (id, by) => {
          const outcome = done(by)
          return outcome.outcome === 'done' ? { ...outcome, removed: this.accounts.delete(id) } : outcome
        },
      },
      config: {
        reload: async (by) => {
          const outcome = done(by)
          return outcome.outcome === 'done' ? { ...outcome, changed: ['routes'], needsRestart: ['listen'] } : outcome
        },
      },
      store: {
        statistics: () => ({ first: 1, last: 9, synced: 9, bytes: 4096, writable: true }),
        backup: async (name, by) => {
          done(by)
          return { file: `/data/backups/${name ?? 'made.db'}`, bytes: 4096, position: 9 }
        },
      },
      health: { notReady: () => this.notReady },
      metrics: { text: async () => 'busbar_stations_connected 1\n', contentType: 'text/plain; version=0.0.4' },
    }
  }

  #write(draft: AccountDraft): void {
    this.drafts.push(draft)
    const { id, tags, serial, assumeProtocol, password } = draft
    const kept = this.accounts.get(id)?.hasPassword ?? false
    const hasPassword = password === undefined ? kept : password !== null
    this.accounts.set(id, { id, tags: [...tags], serial, assumeProtocol, hasPassword, source: 'api' })
  }

  #findSessions(filter: SessionFilter): FoundSession[] {
    const { station: of, from = -Infinity, to = Infinity, open, limit } = filter
    return this.sessions
      .filter(({ listedAt, session: one }) => listedAt >= from && listedAt <= to && (of ?? one.station) === one.station)
      .filter(({ session: one }) => open === undefined || (one.stoppedAt === null) === open)
      .sort((a, b) => b.listedAt - a.listedAt || (a.session.id < b.session.id ? -1 : 1))
      .slice(0, limit)
  }
}

export const testTokens = [
  { name: 'vera', token: 'viewer-token', role: 'viewer' },
  { name: 'sam', token: 'support-token', role: 'support' },
  { name: 'olga', token: 'operator-token', role: 'operator' },
  { name: 'ada', token: 'admin-token', role: 'admin' },
] as const

/** The interface before a world. Without `tokens` it is a loopback listener that asks for none. */
export async function openFakeApi(world: FakeWorld, over: Partial<ApiOptions> = {}): Promise<Api> {
  return createApi({
    url: 'http://127.0.0.1:9080',
    tls: null,
    tokens: () => [],
    trustProxy: [],
    site: 'depot',
    version: '1.2.3',
    installationKey: new Uint8Array(32).fill(7),
    consoleFolder: null,
    clock: world.clock,
    ids: systemIds,
    log: null,
    ports: world.ports(),
    ...over,
  })
}

/** Headers of a request from this machine. */
export const own = { host: '127.0.0.1:9080' }
