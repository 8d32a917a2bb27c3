// The broker put together: the only file that sees the core, the adapters and the ports at once. It decides nothing; it
// says what is made of what, and in which order things start and end.

import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { formatTimestamp } from '@busbar/core/base/timestamp.ts'
import type { Entry } from '@busbar/core/journal/entry.ts'
import { timelineEntry } from '@busbar/core/timeline/timeline-entry.ts'
import type { Logger } from 'pino'
import { type Api, createApi } from './api/create-api.ts'
import type { ApiPorts, ChangeOutcome } from './api/ports.ts'
import { createDialler } from './backends/dial.ts'
import { AccountKeeper } from './broker/account-keeper.ts'
import { createInspector } from './broker/inspector.ts'
import { Installation } from './broker/installation.ts'
import { LatestLatencies } from './broker/latency.ts'
import { RouteKeeper } from './broker/route-keeper.ts'
import { durableVerdicts } from './broker/verdicts.ts'
import { createBackendsView, createStationsView } from './broker/views.ts'
import { createWatch } from './broker/watch.ts'
import { compareSettings } from './config/changes.ts'
import type { Problem } from './config/problem.ts'
import { version } from './config/product.ts'
import type { Settings, TlsFiles } from './config/settings.ts'
import { Engine } from './engine/engine.ts'
import { FoldRunner } from './folds/fold-runner.ts'
import { Faults } from './observe/faults.ts'
import { Health } from './observe/health.ts'
import { createMetrics } from './observe/metrics.ts'
import { Webhook } from './observe/webhook.ts'
import { createPasswordHashes } from './stations/credentials.ts'
import { listenForStations, type StationsSide } from './stations/listen.ts'
import { installationKey, takeDataFolder } from './storage/data-folder.ts'
import { openJournal } from './storage/open-journal.ts'
import { systemClock } from './system/clock.ts'
import { systemIds } from './system/ids.ts'
import { systemRandom } from './system/random.ts'

export interface BrokerOptions {
  readonly settings: Settings
  readonly strictStore: boolean
  readonly log: Logger
  /** Reads the configuration again; null where there is no file to read. */
  readonly reload: (() => Promise<{ readonly settings: Settings } | { readonly problems: readonly Problem[] }>) | null
}

export interface Broker {
  readonly stationUrls: readonly string[]
  readonly apiUrl: string
  /** Reads the configuration file again, on SIGHUP. */
  reload(by: string): Promise<void>
  /** Takes nothing new, lets open calls end, closes every link, makes everything durable. Within 10 s. */
  stop(): Promise<void>
}

/** Of the 10 s a shutdown may take, those that open calls and closing handshakes get. */
const DRAIN_MS = 6_000

/** How often what is too old or too much is looked for. */
const RETAIN_EVERY_MS = 60_000

/**
 * Starts the broker: store, folds, engine, listeners, API, in this order, so that nothing is let in before it can be
 * remembered.
 * @throws StoreError when the store cannot be had; Error when a port or a certificate cannot
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { log } = options
  let { settings } = options
  const clock = systemClock
  const metrics = createMetrics({ version: version(), commit: '', process: true })
  const health = new Health(['store', 'listeners'])
  const webhook = new Webhook({ url: () => settings.faults.webhook, clock, log })
  const latencies = new LatestLatencies()

  const folder = takeDataFolder(settings.data, clock.now())
  const opened = await openJournal({
    folder: settings.data,
    windowMs: settings.journal.windowMs,
    strict: options.strictStore,
    now: clock.now(),
  }).catch((error: unknown) => {
    folder.release()
    throw error
  })
  const { journal } = opened
  const key = installationKey(settings.data)
  const faultParts = {
    site: settings.site,
    clock,
    count: (code: string) => metrics.fault(code),
    log,
    notify: webhook.tell.bind(webhook),
  }
  /** For faults that are on record already. */
  const told = new Faults({ ...faultParts, append: () => {} })
  const faults = new Faults({ ...faultParts, append: (entry) => journal.append([entry]) })
  const watch = createWatch(metrics, latencies, told)

  journal.onCommit((ms) => metrics.commits.observe(ms / 1000))
  journal.onFailed((failure) => {
    if (failure === null) health.well('store')
    else {
      health.ill('store', failure.detail)
      log.error(
        { kind: failure.kind, detail: failure.detail },
        'the store cannot be written; messages are only relayed',
      )
    }
  })
  health.well('store')
  if (opened.rescue !== null) faults.raise('BB-STORE-004', { ...opened.rescue })

  const folds = new FoldRunner({
    journal,
    clock,
    onDefect: (error, position) => log.error({ error: String(error), position }, 'a fold failed on an entry'),
  })
  const leftOpen = folds.closeLeftOpen()
  if (leftOpen > 0) log.info({ leftOpen }, 'links that an earlier process left open were closed in the record')

  const installation = new Installation(journal, clock)
  const hashes = createPasswordHashes(key)
  // The listeners exist before the keepers have anything to tell them, and the other way round.
  let stations: StationsSide | null = null
  let engine: Engine | null = null
  const accounts = new AccountKeeper({
    installation,
    journal,
    clock,
    hashes,
    inForce(file, api) {
      stations?.configure({ ...settings.stations, accounts: file })
      stations?.setApiAccounts(api)
    },
  })
  const routes = new RouteKeeper({ installation, journal, clock, changed: () => engine?.routesChanged() })
  const takeRoutes = () =>
    routes.takeFile(settings.routes, settings.backends, settings.stations.authenticate === 'backend')
  takeRoutes()

  const dialler = createDialler({ clock, random: systemRandom })
  const inspect = await createInspector()
  const running = new Engine({
    journal,
    clock,
    ids: systemIds,
    random: systemRandom,
    dialler,
    around: { inspect, isCharging: (station) => folds.isCharging(station) },
    resolve: (station) => routes.resolve(station),
    watch,
  })
  engine = running

  // Milliseconds since 1970 are ahead of every epoch of an earlier process, which gave out fewer than that.
  let epoch = clock.now()
  const listening = await listenForStations({
    listeners: settings.listen.stations,
    settings: settings.stations,
    installationKey: key,
    directory: {
      resolve: (station) => routes.resolve(station),
      agreedVersion: (station, backend) => folds.agreedVersion(station, backend),
      refusedVersions: (station, backend) => folds.refusedVersions(station, backend),
      nextEpoch: () => ++epoch,
    },
    verdicts: durableVerdicts(installation),
    dialler,
    events: running,
    clock,
    random: systemRandom,
  }).catch(async (error: unknown) => {
    await journal.close()
    folder.release()
    throw error
  })
  stations = listening
  accounts.takeFile(settings.stations.accounts)

  const reload = async (by: string): Promise<ReloadOutcome> => {
    const nothing = { changed: [], needsRestart: [] }
    if (options.reload === null) return { outcome: 'done', ...nothing }
    const read = await options.reload()
    if ('problems' in read) {
      const problems = read.problems.map(({ file, line, column, what, remedy }) => ({
        field: `${file}:${line}:${column}`,
        message: `${what}; ${remedy}`,
      }))
      faults.raise('BB-CONFIG-005', { problems: problems.length, first: problems[0] ?? null })
      return { outcome: 'invalid', problems }
    }
    const change = compareSettings(settings, read.settings)
    const before = settings
    settings = { ...before, ...Object.fromEntries(change.changed.map((name) => [name, read.settings[name]])) }
    takeRoutes()
    accounts.takeFile(settings.stations.accounts)
    listening.reload()
    running.routesChanged()
    if (settings.listen.api.tls !== null) api.replaceTls(readTls(settings.listen.api.tls))
    const entry: Entry = {
      kind: 'change',
      at: clock.now(),
      station: null,
      by,
      what: 'configuration',
      before: null,
      after: { changed: change.changed, needsRestart: change.needsRestart },
      ref: null,
    }
    running.record([entry])
    log.info({ ...change }, 'configuration read again')
    return { outcome: 'done', changed: change.changed, needsRestart: change.needsRestart }
  }

  const viewParts = {
    site: settings.site,
    folds,
    engine: running,
    accounts,
    routes,
    backends: () => settings.backends,
    clock,
  }
  const ports: ApiPorts = {
    stations: createStationsView(viewParts),
    timeline: {
      get synced() {
        return journal.synced
      },
      timeline: (filter) => journal.timeline(filter),
      read: (from, limit) => journal.read(from, limit),
      follow: (listener) => journal.follow(listener),
      render: (placed, { pseudonym }) => timelineEntry(placed, { pseudonym, session: folds.sessionOf(placed) }),
    },
    sessions: {
      find: (filter) => folds.sessions(filter).map(({ listedAt, session }) => ({ listedAt, session: { ...session } })),
      get(id) {
        const session = folds.session(id)
        return session === null ? null : { ...session }
      },
    },
    backends: createBackendsView(viewParts, (backend) => latencies.median(backend)),
    routes,
    commands: {
      ask: (station, action, payload, timeoutMs, by) => running.ask(station, action, payload, timeoutMs, by),
    },
    accounts,
    config: { reload },
    store: {
      statistics: () => ({ ...journal.statistics() }),
      async backup(name, by) {
        const backups = join(settings.data, 'backups')
        mkdirSync(backups, { recursive: true, mode: 0o700 })
        const file = join(backups, name ?? `journal-${formatTimestamp(clock.now()).replaceAll(':', '-')}.db`)
        const position = journal.synced
        await journal.backup(file)
        const head = { kind: 'change', at: clock.now(), station: null, by, what: 'backup' } as const
        running.record([{ ...head, before: null, after: { file, position }, ref: null }])
        return { file, bytes: statSync(file).size, position }
      },
    },
    health,
    metrics,
  }

  const consoleFolder = join(import.meta.dirname, '..', '..', 'console', 'dist')
  const api: Api = await createApi({
    url: settings.listen.api.url,
    tls: settings.listen.api.tls === null ? null : readTls(settings.listen.api.tls),
    tokens: () => settings.api.tokens,
    trustProxy: settings.api.trustProxy,
    site: settings.site,
    version: version(),
    installationKey: key,
    consoleFolder: existsSync(join(consoleFolder, 'index.html')) ? consoleFolder : null,
    clock,
    ids: systemIds,
    log: null,
    ports,
  })
  metrics.attach({
    stationsConnected: () => running.connected,
    webSocketConnections: () => running.openLinks(),
    outboxes: function* () {
      for (const backend of settings.backends.keys()) {
        const count = running.countBackends().get(backend)
        yield { backend, pending: count?.pending ?? 0, oldestSeconds: (count?.oldestMs ?? 0) / 1000 }
      }
    },
    journal: () => {
      const { bytes, writable } = journal.statistics()
      return { bytes, writable }
    },
    certificates: () => listening.expiries().map(({ file, notAfter }) => ({ certificate: file, notAfterMs: notAfter })),
    eventStreams: () => api.eventStreams(),
  })

  let stopRetaining = () => {}
  const retainLater = () => {
    stopRetaining = clock.after(RETAIN_EVERY_MS, () => {
      const { keepMs, maxBytes } = settings.journal
      void journal
        .retain({ keepMs, maxBytes, now: clock.now(), owedFrom: null })
        .catch((error: unknown) => log.warn({ error: String(error) }, 'retention could not run'))
        .finally(retainLater)
    })
  }
  retainLater()

  let apiUrl: string
  try {
    apiUrl = await api.listen()
  } catch (error) {
    await listening.close()
    await journal.close()
    folder.release()
    throw error
  }
  listening.setOpen(true)
  health.well('listeners')

  return {
    stationUrls: listening.urls,
    apiUrl,
    reload: async (by) => void (await reload(by)),
    async stop() {
      health.ill('listeners', 'shutting down')
      listening.setOpen(false)
      listening.stopListening()
      await running.drain(DRAIN_MS)
      dialler.stop()
      await listening.close()
      await api.close()
      stopRetaining()
      webhook.stop()
      installation.stop()
      running.stop()
      folds.close()
      await journal.close()
      folder.release()
    },
  }
}

type ReloadOutcome = ChangeOutcome<{ readonly changed: readonly string[]; readonly needsRestart: readonly string[] }>

function readTls(files: TlsFiles): { readonly cert: readonly string[]; readonly key: readonly string[] } {
  const read = (paths: readonly string[]) => paths.map((path) => readFileSync(path, 'utf8'))
  return { cert: read(files.cert), key: read(files.key) }
}
