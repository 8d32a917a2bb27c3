// Everything the benchmark starts or leaves on disk passes through here, so that nothing outlives it: children are
// killed with their whole process group, temporary folders removed, at the end, on a signal and on a crash. For the case
// that the benchmark itself is killed with SIGKILL, a guard process holds the same list and cleans up when its channel
// to us breaks (guard.ts).

import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { GuardOrder } from './guard.ts'
import { parseReadyLine, type ReadyLine } from './ready-line.ts'

/** Lines of standard error kept of each child, to say why it failed. */
const LAST_WORDS = 20
export const READY_WITHIN_MS = 20_000

const groups = new Set<number>()
const folders = new Set<string>()
let guard: ChildProcess | null = null

function tellGuard(order: GuardOrder): void {
  guard ??= startGuard()
  guard.send(order, () => {})
}

function startGuard(): ChildProcess {
  const child = fork(new URL('./guard.ts', import.meta.url).pathname, [], { detached: true, stdio: 'ignore' })
  child.unref()
  child.channel?.unref()
  return child
}

function sweep(): void {
  for (const group of groups) killGroup(group)
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

/** Makes sure that nothing is left behind however this process ends. To be called once, at the start. */
export function cleanUpAtExit(): void {
  process.on('exit', sweep)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

/** A folder of our own under the system's temporary one; gone when the benchmark ends, or sooner by `removeFolder`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
  folders.add(folder)
  tellGuard({ remember: { folder } })
  return folder
}

/** Removes a folder made by `temporaryFolder`. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  folders.delete(folder)
  tellGuard({ forget: { folder } })
}

/** A started command, leader of a process group of its own. */
export class Started {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #name: string
  readonly #lastWords: string[] = []
  readonly #lines: string[] = []
  #onLine: ((line: string) => void) | null = null
  readonly ended: Promise<number | null>
  #hasEnded = false

  constructor(name: string, child: ChildProcess) {
    if (child.pid === undefined) throw new Error(`${name} could not be started`)
    this.pid = child.pid
    this.#name = name
    this.#child = child
    groups.add(this.pid)
    tellGuard({ remember: { group: this.pid } })
    this.ended = new Promise((resolve) => {
      child.on('exit', (code) => {
        this.#hasEnded = true
        killGroup(this.pid)
        groups.delete(this.pid)
        tellGuard({ forget: { group: this.pid } })
        resolve(code)
      })
    })
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (this.#onLine === null) this.#lines.push(line)
        else this.#onLine(line)
      })
    }
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        this.#lastWords.push(line)
        if (this.#lastWords.length > LAST_WORDS) this.#lastWords.shift()
      })
    }
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Why it may have failed: its name and the end of what it wrote to standard error. */
  lastWords(): string {
    return [this.#name, ...this.#lastWords].join('\n  ')
  }

  /** Waits for the ready line; fails when the command ends or the time is over before. */
  async ready(withinMs = READY_WITHIN_MS): Promise<ReadyLine> {
    const found = new Promise<ReadyLine>((resolve) => {
      const look = (line: string) => {
        const ready = parseReadyLine(line)
        if (ready !== null) resolve(ready)
      }
      this.#onLine = look
      for (const line of this.#lines.splice(0)) look(line)
    })
    return within(found, withinMs, this, 'was not ready')
  }

  /** Asks it to end with SIGTERM; kills it when it does not. Resolves with whether it ended by itself. */
  async stop(withinMs: number): Promise<boolean> {
    if (this.#hasEnded) return true
    this.#child.kill('SIGTERM')
    const own = await Promise.race([this.ended.then(() => true), after(withinMs).then(() => false)])
    if (!own) await this.kill()
    return own
  }

  /** SIGKILL to the whole group. */
  async kill(): Promise<void> {
    if (!this.#hasEnded) killGroup(this.pid)
    await this.ended
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

/** What a promise gives, unless the child ends or the time is over before; then an error with the child's last words. */
export async function within<T>(promise: Promise<T>, ms: number, child: Started, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms / 1_000} s: ${child.lastWords()}`)), ms)
  })
  const gone = child.ended.then((code) => {
    throw new Error(`ended with ${code}: ${child.lastWords()}`)
  })
  gone.catch(() => {})
  try {
    return await Promise.race([promise, late, gone])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Starts a command in a group of its own.
 * @param name for messages
 * @param command program and arguments
 */
export function start(name: string, command: readonly string[], cwd?: string): Started {
  const [program, ...rest] = command
  if (program === undefined) throw new Error(`${name}: the command is empty`)
  const child = spawn(program, rest, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], ...(cwd ? { cwd } : {}) })
  child.on('error', () => {})
  return new Started(name, child)
}

/** One of our own scripts, with a channel between us. */
export function startScript(
  name: string,
  file: string,
  args: readonly string[],
): { started: Started; child: ChildProcess } {
  const child = fork(new URL(file, import.meta.url).pathname, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  })
  return { started: new Started(name, child), child }
}
