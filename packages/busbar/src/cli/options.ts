// What the three long-running commands are started with. They are declared in `program.ts` and loaded only when asked
// for, because nothing that serves may pull in the simulator, and no client command should wait for either to load.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Terminal } from './terminal.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
export const logLevels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent']

/** `serve.ts` exports `run(options: ServeOptions): Promise<number>`; the number is the exit code. */
export interface ServeOptions {
  /** As the user named it, relative to `terminal.cwd`; null: ./busbar.yaml or built-in defaults. */
  readonly config: string | null
  /** Refuse a damaged store instead of copying what can be read. */
  readonly strictStore: boolean
  readonly logLevel: LogLevel
  readonly terminal: Terminal
}

/** `demo.ts` exports `run(options: DemoOptions): Promise<number>`. */
export interface DemoOptions {
  /** Absolute folder to keep; null: a temporary one that is removed at the end. */
  readonly data: string | null
  /** How many simulated stations; at least one of each version when there are three or more. */
  readonly stations: number
  /** How many times faster than real time they charge. */
  readonly speed: number
  /** 0 takes a free one. */
  readonly stationPort: number
  readonly apiPort: number
  readonly logLevel: LogLevel
  readonly terminal: Terminal
}

/** `simulate.ts` exports `run(options: SimulateOptions): Promise<number>`. */
export type SimulateOptions = SimulateStationOptions | SimulateBackendOptions

export interface SimulateStationOptions {
  readonly what: 'station'
  /** ws: or wss:; the identity is appended. */
  readonly url: string
  /** Identity; with `count` above one, `-1`, `-2`, … are appended. */
  readonly id: string
  readonly ocpp: Subprotocol
  readonly count: number
  /** Basic authentication; null: none. */
  readonly password: string | null
  /** Time between meter values. */
  readonly intervalMs: number
  /** How many times faster than real time. */
  readonly speed: number
  /** Absolute PEM file of the authorities of the server's certificate; null: those of the system. */
  readonly ca: string | null
  /** Names of station behaviours, in order; empty: those of an ordinary station. */
  readonly behaviours: readonly string[]
  /** Seed of its chances; null: any. */
  readonly seed: number | null
  readonly logLevel: LogLevel
  readonly terminal: Terminal
}

export interface SimulateBackendOptions {
  readonly what: 'backend'
  /** ws: URL to listen on; port 0 takes a free one. */
  readonly listen: string
  /** Versions it speaks. */
  readonly ocpp: readonly Subprotocol[]
  /** Names of backend behaviours, in order; empty: those of an ordinary backend. */
  readonly behaviours: readonly string[]
  /** The password it asks of every station; null: none. */
  readonly password: string | null
  readonly logLevel: LogLevel
  readonly terminal: Terminal
}
