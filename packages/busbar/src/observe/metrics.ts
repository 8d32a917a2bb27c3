// What Prometheus sees. What happens for every frame is counted in plain numbers (`message-counters.ts`,
// `plain-histogram.ts`); what somebody else knows already is asked for when a scrape comes. Names and units follow the
// conventions of Prometheus; no station's identity is ever a label, because a label per station is a series per station.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { knownActions, MessageCounters, OTHER_ACTION } from './message-counters.ts'
import { Buckets, type HistogramLine, histogramLines } from './plain-histogram.ts'

/** Seconds; from a local answer to a station on a bad mobile link. */
const CALL_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Seconds; from a fast disk to an SD card that erases a block. */
const COMMIT_BOUNDS = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** What is asked for when a scrape comes. Each is optional, so that a part that does not exist says nothing. */
export interface MetricsSources {
  readonly stationsConnected?: () => number
  /** Open WebSocket connections by leg: `station`, or a backend's name. */
  readonly webSocketConnections?: () => Iterable<readonly [leg: string, open: number]>
  readonly outboxes?: () => Iterable<{
    readonly backend: string
    readonly pending: number
    /** Age of the oldest message owed, in seconds; 0 when none is. */
    readonly oldestSeconds: number
  }>
  readonly journal?: () => { readonly bytes: number; readonly writable: boolean }
  /** Certificates Busbar presents or was given, with the end of their validity in milliseconds since 1970 UTC. */
  readonly certificates?: () => Iterable<{ readonly certificate: string; readonly notAfterMs: number }>
  readonly eventStreams?: () => number
}

export interface Metrics {
  /** For every frame. */
  readonly messages: MessageCounters
  /** For every answer: how long a peer took. */
  readonly calls: CallSeconds
  /** For every commit of the journal, in seconds. */
  readonly commits: Buckets
  /** A WebSocket connection ended. `side`: who is at its other end. */
  webSocketClosed(side: 'station' | 'backend', code: number): void
  quarantined(backend: string): void
  fault(code: string): void
  /** Says where scrapes find what others know. May be called again with more; later ones win. */
  attach(sources: MetricsSources): void
  text(): Promise<string>
  readonly contentType: string
}

/** Answer times by leg and action. */
export class CallSeconds {
  readonly #legs = new Map<string, Map<string, Buckets>>()

  /**
   * Takes one answer.
   * @param leg `station` or a backend's name: who answered
   * @param seconds from the call to its answer
   */
  observe(leg: string, action: string | null, seconds: number): void {
    let rows = this.#legs.get(leg)
    if (rows === undefined) {
      rows = new Map()
      this.#legs.set(leg, rows)
    }
    let buckets = action === null ? undefined : rows.get(action)
    if (buckets === undefined) {
      const name = action !== null && knownActions.has(action) ? action : OTHER_ACTION
      buckets = rows.get(name) ?? new Buckets(CALL_BOUNDS)
      rows.set(name, buckets)
    }
    buckets.observe(seconds)
  }

  *series(): Generator<readonly [leg: string, action: string, buckets: Buckets]> {
    for (const [leg, rows] of this.#legs) for (const [action, buckets] of rows) yield [leg, action, buckets]
  }
}

/** A histogram of the library's registry whose numbers are kept elsewhere. */
class BorrowedHistogram extends Histogram {
  readonly #name: string
  readonly #help: string
  readonly #lines: () => HistogramLine[]

  constructor(registry: Registry, name: string, help: string, labelNames: string[], lines: () => HistogramLine[]) {
    super({ name, help, labelNames, registers: [registry] })
    this.#name = name
    this.#help = help
    this.#lines = lines
  }

  override async get() {
    const values = this.#lines().map((line) => ({ ...line, labels: { ...line.labels } }))
    return { ...(await super.get()), name: this.#name, help: this.#help, values }
  }

  /** What the registry prefers over `get`. */
  getForPromString() {
    return { name: this.#name, help: this.#help, type: 'histogram', values: this.#lines() }
  }
}

export interface MetricsOptions {
  readonly version: string
  /** Commit it was built from; empty when unknown. */
  readonly commit: string
  /** Measure the process itself too (memory, garbage collection, event loop delay); off in tests. */
  readonly process: boolean
}

/** Makes the metrics of one process. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const messages = new MessageCounters()
  const calls = new CallSeconds()
  const commits = new Buckets(COMMIT_BOUNDS)
  let sources: MetricsSources = {}

  if (options.process) collectDefaultMetrics({ register: registry })

  new Gauge({
    name: 'busbar_build_info',
    help: 'The version that runs; always 1.',
    labelNames: ['version', 'commit'],
    registers,
  }).set({ version: options.version, commit: options.commit }, 1)

  new Counter({
    name: 'busbar_ocpp_messages_total',
    help: 'OCPP messages by leg (station, or a backend), direction as Busbar sees it, action and result.',
    labelNames: ['leg', 'direction', 'action', 'result'],
    registers,
    collect() {
      this.reset()
      for (const { count, ...labels } of messages.series()) this.inc(labels, count)
    },
  })
  new BorrowedHistogram(
    registry,
    'busbar_call_seconds',
    'Time from a call to its answer, by who answered.',
    ['leg', 'action'],
    () =>
      [...calls.series()].flatMap(([leg, action, buckets]) =>
        histogramLines('busbar_call_seconds', { leg, action }, CALL_BOUNDS, buckets),
      ),
  )
  new BorrowedHistogram(registry, 'busbar_journal_commit_seconds', 'Time a commit of the journal took.', [], () =>
    histogramLines('busbar_journal_commit_seconds', {}, COMMIT_BOUNDS, commits),
  )

  const closes = new Counter({
    name: 'busbar_ws_closes_total',
    help: 'WebSocket connections that ended, by who was at the other end and close code.',
    labelNames: ['side', 'code'],
    registers,
  })
  const quarantined = new Counter({
    name: 'busbar_quarantined_total',
    help: 'Messages that a backend refused for good.',
    labelNames: ['backend'],
    registers,
  })
  const faults = new Counter({
    name: 'busbar_faults_total',
    help: 'Faults by their code in the catalogue.',
    labelNames: ['code'],
    registers,
  })

  /** A gauge whose value is asked for at each scrape; `fill` does nothing where there is no source. */
  function asked(name: string, help: string, labelNames: string[], fill: (gauge: Gauge) => void): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset()
        fill(this)
      },
    })
  }

  asked('busbar_stations_connected', 'Stations with an open connection.', [], (gauge) =>
    gauge.set(sources.stationsConnected?.() ?? 0),
  )
  asked('busbar_ws_connections', 'Open WebSocket connections by leg.', ['leg'], (gauge) => {
    for (const [leg, open] of sources.webSocketConnections?.() ?? []) gauge.set({ leg }, open)
  })
  asked('busbar_outbox_pending', 'Messages a backend is still owed.', ['backend'], (gauge) => {
    for (const { backend, pending } of sources.outboxes?.() ?? []) gauge.set({ backend }, pending)
  })
  asked('busbar_outbox_oldest_seconds', 'Age of the oldest message a backend is owed.', ['backend'], (gauge) => {
    for (const { backend, oldestSeconds } of sources.outboxes?.() ?? []) gauge.set({ backend }, oldestSeconds)
  })
  asked('busbar_journal_bytes', 'Size of the journal on disk.', [], (gauge) => {
    const journal = sources.journal?.()
    if (journal !== undefined) gauge.set(journal.bytes)
  })
  asked('busbar_store_writable', '1 while the store can be written, else 0.', [], (gauge) => {
    const journal = sources.journal?.()
    if (journal !== undefined) gauge.set(journal.writable ? 1 : 0)
  })
  asked(
    'busbar_certificate_not_after_seconds',
    'End of validity of a certificate, in seconds since 1970 UTC.',
    ['certificate'],
    (gauge) => {
      for (const { certificate, notAfterMs } of sources.certificates?.() ?? []) {
        gauge.set({ certificate }, notAfterMs / 1000)
      }
    },
  )
  asked('busbar_api_event_streams', 'Open event streams of the HTTP interface.', [], (gauge) =>
    gauge.set(sources.eventStreams?.() ?? 0),
  )

  return {
    messages,
    calls,
    commits,
    webSocketClosed: (side, code) => closes.inc({ side, code: closeCodeLabel(code) }),
    quarantined: (backend) => quarantined.inc({ backend }),
    fault: (code) => faults.inc({ code }),
    attach(more) {
      sources = { ...sources, ...more }
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

/** Close codes come from the wire: what no registry knows shares a label. */
function closeCodeLabel(code: number): string {
  if (code >= 1000 && code <= 1015) return String(code)
  return code >= 3000 && code <= 3999 ? '3xxx' : code >= 4000 && code <= 4999 ? '4xxx' : 'other'
}
