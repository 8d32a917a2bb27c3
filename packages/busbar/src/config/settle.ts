// From what the file says to what the product works with: defaults filled in, one value and a list of values made the
// same, paths made absolute. Every default of the configuration stands in this file.

import { isAbsolute, resolve } from 'node:path'
import type { FileForm } from './schema.ts'
import type { BackendSettings, Settings, StationAccount, StationListener, TlsFiles } from './settings.ts'

export interface Surroundings {
  /** Folder that relative paths start from: that of the file, or the working folder. */
  readonly folder: string
  /** The file as an absolute path; null: built-in defaults. */
  readonly file: string | null
  readonly hostName: string
}

const DAY_MS = 86_400_000

// Most load balancers cut a silent connection after 60 s; two pings fit into that.
const PING_EVERY_MS = 25_000

// A station that empties its memory after an outage sends a few dozen messages a second; a loop sends thousands.
const FRAMES_PER_SECOND = 100

/**
 * Makes settings of a validated file.
 * @param form the file's content; an empty one gives the defaults of a file that says nothing
 */
export function settle(form: FileForm, around: Surroundings): Settings {
  const path = (text: string): string => (isAbsolute(text) ? text : resolve(around.folder, text))
  const paths = (text: string | readonly string[] | undefined): string[] => listOf(text).map(path)

  const tls = (files: {
    readonly cert?: string | string[] | undefined
    readonly key?: string | string[] | undefined
  }) =>
    files.cert === undefined && files.key === undefined
      ? null
      : ({ cert: paths(files.cert), key: paths(files.key) } satisfies TlsFiles)

  const listeners = form.listen?.stations ?? 'ws://127.0.0.1:9000'
  const stationListeners = (typeof listeners === 'string' ? [listeners] : listeners).map((entry): StationListener => {
    if (typeof entry === 'string') return { url: entry, tls: null, clientCa: null, cpoName: null, trustProxy: [] }
    return {
      url: entry.url,
      tls: tls(entry),
      clientCa: entry.clientCa === undefined ? null : path(entry.clientCa),
      cpoName: entry.cpoName ?? null,
      trustProxy: listOf(entry.trustProxy),
    }
  })

  const api = form.listen?.api ?? 'http://127.0.0.1:9080'

  const backends = new Map<string, BackendSettings>()
  for (const [name, entry] of Object.entries(form.backends ?? {})) {
    backends.set(name, {
      name,
      url: entry.url,
      password:
        entry.password === undefined
          ? null
          : entry.password === 'station'
            ? { kind: 'station' }
            : { kind: 'own', password: entry.password },
      username: entry.username ?? null,
      ocpp: entry.ocpp === undefined ? null : [entry.ocpp].flat(),
      ca: entry.ca === undefined ? null : path(entry.ca),
      cert: entry.cert === undefined ? null : path(entry.cert),
      key: entry.key === undefined ? null : path(entry.key),
      headers: { ...entry.headers },
      identity: entry.identity ?? '{id}',
      pingEveryMs: entry.pingEvery ?? PING_EVERY_MS,
      connectTimeoutMs: entry.connectTimeout ?? 10_000,
      reconnect: { minMs: entry.reconnect?.min ?? 1000, maxMs: entry.reconnect?.max ?? 300_000 },
    })
  }

  return {
    site: form.site ?? around.hostName,
    data: path(form.data ?? 'busbar-data'),
    listen: {
      stations: stationListeners,
      api: typeof api === 'string' ? { url: api, tls: null } : { url: api.url, tls: tls(api) },
    },
    api: { tokens: form.api?.tokens ?? [], trustProxy: listOf(form.api?.trustProxy) },
    backends,
    routes: (form.routes ?? []).map((route) => ({
      // The schema lets nothing else through: a mapping is refused as not available.
      stations: listOf(route.stations as string | string[]),
      primary: route.primary,
      mode: route.mode ?? 'resilient',
    })),
    stations: {
      authenticate: form.stations?.authenticate ?? 'accounts',
      // Without any file Busbar is being tried out on loopback; whoever writes a file names the stations.
      unknown: form.stations?.unknown ?? (around.file === null ? 'accept' : 'reject'),
      profile: form.stations?.profile ?? null,
      pingEveryMs: form.stations?.pingEvery ?? PING_EVERY_MS,
      maxFrameBytes: form.stations?.maxFrameBytes ?? 1024 ** 2,
      maxFramesPerSecond: form.stations?.maxFramesPerSecond ?? FRAMES_PER_SECOND,
      accounts: (form.stations?.accounts ?? []).map(
        (entry): StationAccount => ({
          id: entry.id,
          password: entry.password ?? null,
          tags: entry.tags ?? [],
          serial: entry.serial ?? entry.id,
          assumeProtocol: entry.assumeProtocol ?? null,
        }),
      ),
    },
    journal: {
      keepMs: form.journal?.keep ?? 90 * DAY_MS,
      maxBytes: form.journal?.maxBytes ?? 20e9,
      windowMs: form.journal?.window ?? 5,
    },
    faults: { webhook: form.faults?.webhook ?? null },
    expectStations: form.expectStations ?? null,
    file: around.file,
  }
}

function listOf<T extends string>(value: T | readonly T[] | undefined): T[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : [...value]
}
