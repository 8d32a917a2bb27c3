// What a simulated backend (CPMS) knows: who is connected, whom it lets charge, which transactions it gave ids, and what
// it received. One backend serves stations of every version at once.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { type Agenda, emptyAgenda } from './agenda.ts'
import type { Json } from './envelope.ts'
import type { ActorStep } from './moment.ts'

/** Whom a backend lets charge. */
export type TokenRule =
  | { readonly kind: 'all'; readonly except: readonly string[] }
  | { readonly kind: 'only'; readonly tokens: readonly string[] }

/** What a backend asks of a station, in words of no version. */
export type BackendCommand =
  | { readonly kind: 'remoteStart'; readonly connector: number; readonly token: string }
  | { readonly kind: 'remoteStop'; readonly connector: number }
  /** A limit for every session (`default`), or for the running one of a connector (`transaction`). */
  | {
      readonly kind: 'limit'
      readonly purpose: 'station' | 'default' | 'transaction'
      readonly connector: number
      readonly amps: number
    }
  | { readonly kind: 'clearLimits' }
  | { readonly kind: 'trigger'; readonly message: string; readonly connector: number | null }
  | { readonly kind: 'reset'; readonly soft: boolean }
  | { readonly kind: 'readSettings' }
  | { readonly kind: 'raw'; readonly action: string; readonly payload: Json }

/** Something the backend does by itself, some time after something happened at a station. */
export interface ScriptLine {
  readonly on: 'booted' | 'sessionStarted' | 'sessionEnded'
  readonly afterMs: number
  /** Identities it concerns; null: all. */
  readonly stations: readonly string[] | null
  readonly command: BackendCommand
}

export interface BackendOptions {
  readonly name: string
  readonly tokens: TokenRule
  /** The id of the first 1.6 transaction. */
  readonly firstTransactionId: number
  /** Heartbeat interval in the answer to a boot. */
  readonly heartbeatSeconds: number
  readonly commandTimeoutMs: number
  readonly script: readonly ScriptLine[]
  readonly behaviours: readonly BackendBehaviour[]
  /** How many received messages are remembered; counts go on beyond it. */
  readonly remember: number
}

export const defaultBackend: BackendOptions = {
  name: 'backend',
  tokens: { kind: 'all', except: [] },
  firstTransactionId: 1,
  heartbeatSeconds: 300,
  commandTimeoutMs: 30_000,
  script: [],
  behaviours: [],
  remember: 10_000,
}

/** What a backend is going to do with a CALL. Behaviours see it and may change it. */
export type Verdict =
  | { readonly kind: 'answer'; readonly payload: Json; readonly afterMs: number }
  | { readonly kind: 'error'; readonly code: string; readonly description: string; readonly afterMs: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }

/** What a behaviour may look at. */
export interface CallContext {
  readonly backend: Backend
  readonly link: BackendLink
  readonly action: string
  readonly payload: Json
  readonly step: BackendStep
}

/**
 * A small deviation of a backend. It keeps what it has to remember in `backend.tallies` under its own name, so that it
 * may be shared between backends and a history can be played again.
 */
export interface BackendBehaviour {
  readonly name: string
  readonly onCall: (context: CallContext, verdict: Verdict) => Verdict
}

export interface Received {
  readonly at: number
  readonly identity: string
  readonly link: number
  readonly type: 'call' | 'result' | 'error' | 'resultError' | 'send' | 'unreadable'
  /** Of an answer: the action of the command it answers. */
  readonly action: string
  readonly id: string
  readonly payload: Json
  readonly text: string
}

export interface OpenCommand {
  readonly id: string
  readonly action: string
}

/** One station's connection. */
export interface BackendLink {
  readonly link: number
  readonly identity: string
  readonly ocpp: Subprotocol
  /** CALLs of the station that were not answered yet. */
  unanswered: number
  callsReceived: number
  open: OpenCommand | null
  queue: { readonly action: string; readonly payload: Json }[]
}

/** A transaction as the backend keeps it; `id` is its own number in 1.6, the station's text in 2.x. */
export interface Transaction {
  readonly id: string
  readonly identity: string
  readonly connector: number
  readonly token: string
  startedAt: number
  endedAt: number | null
  meterStartWh: number
  meterStopWh: number | null
}

export type BackendTask =
  | { readonly kind: 'answer'; readonly link: number; readonly text: string }
  | { readonly kind: 'commandOverdue'; readonly link: number; readonly id: string }
  | { readonly kind: 'script'; readonly identity: string; readonly connector: number; readonly command: BackendCommand }

export interface Backend {
  readonly options: BackendOptions
  readonly links: Map<number, BackendLink>
  /** Keyed by `identity id`. */
  readonly transactions: Map<string, Transaction>
  /** The transaction that runs on a connector, keyed by `identity connector`. */
  readonly running: Map<string, Transaction>
  nextTransactionId: number
  nextProfileId: number
  received: Received[]
  /** How many of each action came in. */
  readonly counts: Map<string, number>
  /** Answers that stations gave to commands. */
  readonly outcomes: {
    readonly identity: string
    readonly action: string
    readonly outcome: string
    readonly payload: Json
  }[]
  /** What stations did that they must not. */
  readonly breaches: string[]
  /** Memory of the behaviours. */
  readonly tallies: Map<string, number>
  taskCount: number
  readonly agenda: Agenda<BackendTask>
}

export type BackendEffect =
  | { readonly kind: 'send'; readonly link: number; readonly text: string }
  | { readonly kind: 'close'; readonly link: number; readonly code: number; readonly reason: string }
  | { readonly kind: 'wake'; readonly afterMs: number }
  | { readonly kind: 'note'; readonly text: string }

export type BackendStep = ActorStep<BackendEffect>

export type BackendInput =
  /** `link` numbers the connections of this backend, each once. */
  | { readonly kind: 'linkUp'; readonly link: number; readonly identity: string; readonly ocpp: Subprotocol }
  | { readonly kind: 'linkDown'; readonly link: number }
  | { readonly kind: 'frame'; readonly link: number; readonly text: string }
  | { readonly kind: 'timer' }
  /** Somebody at the backend's screen asks something of a station. */
  | { readonly kind: 'command'; readonly identity: string; readonly command: BackendCommand }

/** A session event of either version, as the dialects read it. */
export interface SessionEvent {
  readonly event: 'started' | 'updated' | 'ended'
  readonly id: string
  readonly connector: number
  readonly token: string
  readonly at: number
  readonly meterWh: number | null
}

/** Answers one CALL of a station. */
export type Answerer = (backend: Backend, link: BackendLink, payload: Json, step: BackendStep) => Json

/** Everything in which the versions differ for a backend. */
export interface BackendDialect {
  readonly answers: Readonly<Record<string, Answerer>>
  /** Null: the version has no such command, or what it is about does not exist. */
  readonly write: (
    backend: Backend,
    link: BackendLink,
    command: BackendCommand,
    step: BackendStep,
  ) => { readonly action: string; readonly payload: Json } | null
}

/** A backend nobody is connected to. Options that are missing are those of `defaultBackend`. */
export function createBackend(given: Partial<BackendOptions>): Backend {
  const options = { ...defaultBackend, ...given }
  return {
    options,
    links: new Map(),
    transactions: new Map(),
    running: new Map(),
    nextTransactionId: options.firstTransactionId,
    nextProfileId: 1,
    received: [],
    counts: new Map(),
    outcomes: [],
    breaches: [],
    tallies: new Map(),
    taskCount: 0,
    agenda: emptyAgenda(),
  }
}

/** What the backend thinks of a token. */
export function judge(backend: Backend, token: string): 'Accepted' | 'Blocked' | 'Invalid' {
  const rule = backend.options.tokens
  if (rule.kind === 'all') return rule.except.includes(token) ? 'Blocked' : 'Accepted'
  return rule.tokens.includes(token) ? 'Accepted' : 'Invalid'
}

/** The transaction that runs on a connector of a station, or null. */
export function runningOn(backend: Backend, identity: string, connector: number): Transaction | null {
  return backend.running.get(`${identity} ${connector}`) ?? null
}

/** Transactions and outcomes that are remembered at most: a demo that runs for weeks must not grow. */
const MOST_TRANSACTIONS = 10_000
const MOST_OUTCOMES = 1_000

function forgetOldest(backend: Backend): void {
  if (backend.transactions.size <= MOST_TRANSACTIONS) return
  for (const [key, transaction] of backend.transactions) {
    if (transaction.endedAt === null) continue
    backend.transactions.delete(key)
    return
  }
}

/** Notes how a command ended. */
export function noteOutcome(backend: Backend, outcome: Backend['outcomes'][number]): void {
  backend.outcomes.push(outcome)
  if (backend.outcomes.length > MOST_OUTCOMES) backend.outcomes.shift()
}

/** Notes what a session did. A repeated start or end changes nothing. */
export function noteSession(backend: Backend, link: BackendLink, event: SessionEvent, step: BackendStep): void {
  const key = `${link.identity} ${event.id}`
  const known = backend.transactions.get(key)
  if (known === undefined) {
    const transaction: Transaction = {
      id: event.id,
      identity: link.identity,
      connector: event.connector,
      token: event.token,
      startedAt: event.at,
      endedAt: event.event === 'ended' ? event.at : null,
      meterStartWh: event.meterWh ?? 0,
      meterStopWh: event.event === 'ended' ? event.meterWh : null,
    }
    backend.transactions.set(key, transaction)
    forgetOldest(backend)
    if (event.event !== 'ended') backend.running.set(`${link.identity} ${event.connector}`, transaction)
    if (event.event === 'started')
      step.effects.push({ kind: 'note', text: `${link.identity}: session ${event.id} began` })
    return
  }
  if (event.event !== 'ended' || known.endedAt !== null) return
  known.endedAt = event.at
  if (runningOn(backend, link.identity, known.connector) === known) {
    backend.running.delete(`${link.identity} ${known.connector}`)
  }
  known.meterStopWh = event.meterWh
  const wh = (event.meterWh ?? known.meterStartWh) - known.meterStartWh
  step.effects.push({ kind: 'note', text: `${link.identity}: session ${event.id} ended after ${Math.round(wh)} Wh` })
}

/** Counts one more of something a behaviour remembers; gives the new count. */
export function tally(backend: Backend, name: string): number {
  const count = (backend.tallies.get(name) ?? 0) + 1
  backend.tallies.set(name, count)
  return count
}
