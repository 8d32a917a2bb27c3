// What can stand between the swarm and the sink: nothing, the naive relay, nginx, and Busbar. Each is a row that says how
// to start it; all are measured in the same way. Busbar is started as its users start it, with a configuration file and
// no flag they do not have.

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { renderBusbarConfig } from './busbar-config.ts'
import { type Started, start } from './children.ts'
import { descriptorLimit } from './machine.ts'
import { type NginxPresence, renderNginxConfig } from './nginx.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))

/** The command of Busbar unless another one is given with --broker. */
export const busbarCommand = '{node} packages/busbar/bin/busbar.js serve --config {config}'

/** How long a broker may drain after SIGTERM: the product promises 10 s. */
const DRAIN_WITHIN_MS = 15_000

/** A broker that takes stations. */
export interface RunningBroker {
  /** Where stations dial. */
  readonly url: string
  readonly api: string | null
  /** Root of the process tree to measure; null where there is no broker. */
  readonly pid: number | null
  /** From the start of the process to the ready line, in milliseconds. */
  readonly readyMs: number
  readonly started: Started | null
  /** Ends it as an operator would. Says whether it ended by itself. */
  stop(): Promise<boolean>
  /** Ends it without a chance to do anything. */
  kill(): Promise<void>
}

/** Where one broker of one run lives: starting it twice with the same site is a restart on the same data and ports. */
export interface Site {
  readonly folder: string
  /** ws: URL of the sink. */
  readonly backend: string
  readonly stationsPort: number
  readonly apiPort: number
}

export interface Broker {
  readonly name: string
  start(site: Site, readyWithinMs?: number): Promise<RunningBroker>
}

/** A site in a folder, on ports that are free at this moment. */
export async function newSite(folder: string, backend: string): Promise<Site> {
  const [stationsPort, apiPort] = await Promise.all([freePort(), freePort()])
  return { folder, backend, stationsPort, apiPort }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** What a broker command may name in braces. */
export interface CommandPlaces {
  readonly node: string
  readonly config: string
  readonly backend: string
  readonly stations: string
}

/** Splits a command at spaces and fills in `{node}`, `{config}`, `{backend}`, `{stations}`. Throws on other names. */
export function brokerCommand(command: string, places: CommandPlaces): string[] {
  return command
    .trim()
    .split(/\s+/)
    .map((word) =>
      word.replace(/\{(\w+)\}/g, (_, name: string) => {
        if (!Object.hasOwn(places, name)) throw new Error(`{${name}} is none of ${Object.keys(places).join(', ')}`)
        return places[name as keyof CommandPlaces]
      }),
    )
}

/** No broker: the swarm dials the sink. Only its latency means anything. */
export const direct: Broker = {
  name: 'direct',
  start: async (site) => ({
    url: site.backend,
    api: null,
    pid: null,
    readyMs: 0,
    started: null,
    stop: async () => true,
    kill: async () => {},
  }),
}

/** Any command that prints a ready line. */
export function commandBroker(name: string, command: string): Broker {
  return {
    name,
    async start(site, readyWithinMs) {
      const config = join(site.folder, 'busbar.yaml')
      const data = join(site.folder, 'data')
      mkdirSync(data, { recursive: true })
      writeFileSync(config, renderBusbarConfig({ ...site, data }))
      const words = brokerCommand(command, {
        node: process.execPath,
        config,
        backend: site.backend,
        stations: `ws://127.0.0.1:${site.stationsPort}`,
      })
      const began = performance.now()
      const started = start(name, words, repository)
      try {
        const ready = await started.ready(readyWithinMs)
        return running(started, ready.stations, ready.api, performance.now() - began)
      } catch (error) {
        await started.kill()
        throw error
      }
    },
  }
}

/** The naive relay on `ws`. */
export const naiveRelay = commandBroker(
  'naive relay',
  '{node} bench/naive-relay.ts --backend {backend} --listen {stations}',
)

/** nginx, from where it was found. */
export function nginxBroker(nginx: NginxPresence & { readonly is: 'there' }): Broker {
  return {
    name: 'nginx',
    async start(site) {
      const config = join(site.folder, 'nginx.conf')
      const text = renderNginxConfig({
        port: site.stationsPort,
        backend: site.backend.replace(/^ws:/, 'http:'),
        folder: site.folder,
        descriptors: descriptorLimit(),
        user: process.getuid?.() === 0 ? 'root' : null,
      })
      writeFileSync(config, text)
      const began = performance.now()
      const started = start('nginx', [nginx.path, '-c', config, '-p', site.folder, '-e', 'stderr'])
      const url = `ws://127.0.0.1:${site.stationsPort}`
      while (!(await answers(url))) {
        if (started.hasEnded || performance.now() - began > 10_000) {
          await started.kill()
          throw new Error(`nginx does not listen: ${started.lastWords()}`)
        }
        await pause(20)
      }
      return running(started, url, null, performance.now() - began)
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url.replace(/^ws:/, 'http:'), { signal: AbortSignal.timeout(1_000) })
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}

function running(started: Started, url: string, api: string | null, readyMs: number): RunningBroker {
  return {
    url,
    api,
    pid: started.pid,
    readyMs,
    started,
    stop: () => started.stop(DRAIN_WITHIN_MS),
    kill: () => started.kill(),
  }
}
