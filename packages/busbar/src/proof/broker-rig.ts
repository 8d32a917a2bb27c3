// The product as its users have it: the real binary as a child process, with a configuration file in a temporary folder,
// spoken to through its sockets, its HTTP interface and its signals only. Nothing here looks inside. For tests only.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause, until } from './wire-rig.ts'

const binary = join(import.meta.dirname, '..', '..', 'bin', 'busbar.js')

/** An entry of the timeline with the fields of every kind, as the HTTP interface gives it. */
export interface Item {
  readonly position: number
  readonly at: string
  readonly station: string | null
  readonly session: string | null
  readonly kind: string
  readonly text: string
  readonly from?: string
  readonly to?: string | null
  readonly type?: string | null
  readonly messageId?: string | null
  readonly action?: string | null
  readonly ocpp?: string | null
  readonly raw?: string
  readonly redacted?: boolean
  readonly latencyMs?: number
  readonly ref?: number
  readonly findings?: readonly { readonly code: string; readonly path: string; readonly detail: string }[]
  readonly peer?: string
  readonly state?: string
  readonly code?: string | number | null
  readonly reason?: string | null
  readonly backend?: string
  readonly of?: number
  readonly detail?: Readonly<Record<string, unknown>>
}

/** A folder with a configuration file; brokers are started in it one after the other. */
export interface Home extends AsyncDisposable {
  readonly folder: string
  /** Puts other contents into the file; plain values, written as YAML (of which JSON is a part). */
  configure(config: Readonly<Record<string, unknown>>): void
  start(): Promise<Broker>
  /** Runs the binary once to its end, such as `journal verify`. */
  run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }>
}

export interface Broker {
  /** Where stations connect, in the order of the configuration. */
  readonly stations: readonly string[]
  readonly station: string
  readonly api: string
  readonly pid: number
  /** Everything it has written to standard output and standard error. */
  readonly said: () => { readonly out: string; readonly err: string }
  readonly isRunning: () => boolean
  /** @returns the parsed answer; throws when the status is not 2xx */
  get<T>(path: string): Promise<T>
  text(path: string): Promise<string>
  send(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>
  /** All entries of a station, oldest first. */
  timeline(station: string): Promise<Item[]>
  /** Entries that are wanted, waited for: what is durable is shown, and that takes a few milliseconds. */
  awaitTimeline(station: string, holds: (items: Item[]) => boolean, what: string, withinMs?: number): Promise<Item[]>
  /** Waits until the HTTP interface shows a station as connected: it shows what is durable, a few milliseconds later. */
  awaitConnected(station: string): Promise<void>
  /** One sample of a metric, 0 when it is not there; labels are matched as they stand. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>
  /** Resident memory in KiB. */
  rssKiB(): number
  signal(signal: NodeJS.Signals): void
  /** Ends it and waits. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: string | null; ms: number }>
}

/** What every configuration of these tests has in common: free ports, a quiet store folder. */
export function baseConfig(
  folder: string,
  backends: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const [primary] = Object.keys(backends)
  return {
    site: 'proof',
    data: join(folder, 'data'),
    listen: { stations: ['ws://127.0.0.1:0'], api: 'http://127.0.0.1:0' },
    backends,
    routes: [{ stations: '*', primary }],
    stations: { unknown: 'accept', maxFramesPerSecond: 2000 },
    ...more,
  }
}

/**
 * Makes a home.
 * @param describe gives the configuration; it is told the folder
 */
export function openHome(describe: (folder: string) => Readonly<Record<string, unknown>>): Home {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-proof-'))
  const file = join(folder, 'busbar.yaml')
  const running = new Set<ChildProcess>()
  const configure = (config: Readonly<Record<string, unknown>>) => writeFileSync(file, JSON.stringify(config, null, 2))
  configure(describe(folder))
  return {
    folder,
    configure,
    start: () => startBroker(file, folder, running),
    run: (...args) => runOnce(args, folder),
    async [Symbol.asyncDispose]() {
      await Promise.all(
        [...running].map((child) => {
          const ended = new Promise((resolve) => child.once('exit', resolve))
          child.kill('SIGKILL')
          return ended
        }),
      )
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts one broker for a test that needs no second. */
export async function openBroker(
  backends: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly home: Home; readonly broker: Broker } & AsyncDisposable> {
  const home = openHome((folder) => baseConfig(folder, backends, more))
  try {
    const broker = await home.start()
    return { home, broker, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
  } catch (error) {
    await home[Symbol.asyncDispose]()
    throw error
  }
}

function runOnce(args: readonly string[], cwd: string) {
  return new Promise<{ code: number; out: string; err: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code: code ?? -1, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    )
  })
}

async function startBroker(file: string, cwd: string, running: Set<ChildProcess>): Promise<Broker> {
  const child = spawn(process.execPath, [binary, 'serve', '--config', file], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let out = ''
  let err = ''
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => {
      running.delete(child)
      resolve({ code, signal })
    }),
  )
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const ready = await new Promise<RegExpExecArray>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within 20 s: ${out}${err}`)), 20_000)
    const refuse = () => {
      clearTimeout(timer)
      reject(new Error(`it ended before it was ready: ${out}${err}`))
    }
    child.once('close', refuse)
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const match = /^busbar ready stations=(\S+) api=(\S+)\n/.exec(out)
      if (match === null) return
      clearTimeout(timer)
      child.off('close', refuse)
      resolve(match)
    })
  })
  const stations = ready[1]!.split(',')
  const api = ready[2]!

  const ask = async (path: string) => {
    const response = await fetch(`${api}${path}`)
    const text = await response.text()
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${text}`)
    return text
  }
  const get = async <T>(path: string): Promise<T> => JSON.parse(await ask(path)) as T
  const timeline = async (station: string) => {
    const items: Item[] = []
    for (let after: string | null = '0'; after !== null; ) {
      const path: string = `/api/v1/stations/${encodeURIComponent(station)}/timeline?limit=1000&after=${after}`
      const page: { items: Item[]; next: string | null } = await get(path)
      items.push(...page.items)
      after = page.next
    }
    return items
  }

  return {
    stations,
    station: stations[0]!,
    api,
    pid: child.pid!,
    said: () => ({ out, err }),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    get,
    text: ask,
    async send(method, path, body) {
      const response = await fetch(`${api}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
    },
    timeline,
    async awaitTimeline(station, holds, what, withinMs = 5_000) {
      const start = performance.now()
      for (;;) {
        const items = await timeline(station).catch(() => [])
        if (holds(items)) return items
        if (performance.now() - start > withinMs) {
          throw new Error(`not in the timeline within ${withinMs} ms: ${what}; there is\n${items.map(line).join('\n')}`)
        }
        await pause(20)
      }
    },
    async awaitConnected(station) {
      const isConnected = async () => {
        const response = await fetch(`${api}/api/v1/stations/${encodeURIComponent(station)}`)
        return ((await response.json()) as { connected?: boolean }).connected === true
      }
      await until(isConnected, `${station} shown as connected`)
    },
    async metric(name, labels = {}) {
      const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
      let sum = 0
      for (const each of (await ask('/metrics')).split('\n')) {
        const match = /^([a-zA-Z_:]+)(\{.*\})? (\S+)$/.exec(each)
        if (match?.[1] === name && wanted.every((label) => (match[2] ?? '').includes(label))) sum += Number(match[3])
      }
      return sum
    },
    rssKiB: () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? Number.NaN),
    signal: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      const start = performance.now()
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
      const end = await exited
      clearTimeout(timer)
      return { ...end, ms: performance.now() - start }
    },
  }
}

/** An entry in one line, for messages of failed tests. */
export function line(item: Item): string {
  const { position, kind, from, to, type, action, code, peer, state, text } = item
  return [position, kind, from, to, type, action, code, peer, state, text.slice(0, 120)]
    .filter((part) => part !== undefined && part !== null)
    .join(' ')
}
