// What a simulated charging station knows and remembers: its options, its link, its connectors, the sessions on them, and
// the messages it still owes. Everything here is plain data that `station.ts` changes in place. Statuses are named as
// OCPP 1.6 names them, because that is the finer set; the 2.x dialects coarsen them.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Agenda } from './agenda.ts'
import { emptyAgenda } from './agenda.ts'
import type { Car, CarOptions, Rating } from './car.ts'
import { ac22kW } from './car.ts'
import type { Profile } from './charging-profile.ts'
import type { Json } from './envelope.ts'
import type { ActorStep } from './moment.ts'

export type Status =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted'

export type StopReason = 'local' | 'remote' | 'carLeft' | 'softReset' | 'hardReset' | 'deauthorised' | 'unlock'

/** Why a transaction message was sent; the words of 2.x, 1.6 has none. */
export type Trigger =
  | 'Authorized'
  | 'CablePluggedIn'
  | 'ChargingStateChanged'
  | 'MeterValuePeriodic'
  | 'Trigger'
  | 'RemoteStart'
  | 'RemoteStop'
  | 'StopAuthorized'
  | 'EVDeparted'
  | 'Deauthorized'
  | 'ResetCommand'
  | 'UnlockCommand'

export interface Token {
  readonly id: string
  /** Token type of 2.x (`ISO14443`, `Central`, …). */
  readonly type: string
}

/** How a station deviates from good manners. The behaviours in `station-behaviours/` change one of these each. */
export interface StationTraits {
  /** CALLs open at a time; 1 is what OCPP allows. */
  readonly callsAtOnce: number
  /** The JSON token of a new CALL's id, quotes included. `count` is how many CALLs came before. */
  readonly messageId: (action: string, fresh: string, count: number) => string
  /** The last touch on every text that is sent. */
  readonly rewrite: (text: string) => string
  /** Whether it ends itself on an unknown action or an answer to an unknown id (trap T3 has firmware that does). */
  readonly exitsOnUnknown: boolean
  /** Whether the socket answers pings. */
  readonly pongs: boolean
  /** Whether the end of a session is ever told. */
  readonly tellsStop: boolean
  /** Whether every new connection begins with BootNotification, or only the first after power up. */
  readonly bootsOnReconnect: boolean
}

export const wellBehaved: StationTraits = {
  callsAtOnce: 1,
  messageId: (_action, fresh) => JSON.stringify(fresh),
  rewrite: (text) => text,
  exitsOnUnknown: false,
  pongs: true,
  tellsStop: true,
  bootsOnReconnect: true,
}

/** Changes some traits of a station; composed left to right. */
export type StationBehaviour = (traits: StationTraits) => StationTraits

export interface StationOptions {
  readonly ocpp: Subprotocol
  readonly vendor: string
  readonly model: string
  readonly serial: string
  readonly firmware: string
  /** The outlets, numbered from 1. In 2.x each is an EVSE with one connector. */
  readonly outlets: readonly Rating[]
  /** How many times faster cars charge and people act than the clock on the wall goes. Protocol timers are not touched,
   * and time stamps stay true; at more than 1 the meter runs faster than its time stamps say. */
  readonly speed: number
  /** In the car's time. */
  readonly sampleMs: number
  readonly messageTimeoutMs: number
  readonly transactionAttempts: number
  readonly transactionRetryMs: number
  /** Waits before dialling again: the first, and the longest it doubles up to. */
  readonly reconnect: { readonly minMs: number; readonly maxMs: number }
  /** What it waits with a boot that was not accepted when it is given no interval. */
  readonly bootRetryMs: number
  /** How long it is away when it is reset. */
  readonly restartMs: number
  /** Whether unknown tokens may charge while nobody can be asked. */
  readonly acceptsOffline: boolean
  /** How far its clock is off, in milliseconds. */
  readonly clockOffsetMs: number
  /** 2.1: interval of the periodic event stream it offers; null for none. */
  readonly streamMs: number | null
  /** 2.1: answers a CALLRESULT that it cannot use with CALLRESULTERROR. */
  readonly resultErrors: boolean
  readonly behaviours: readonly StationBehaviour[]
}

export const defaultStation: StationOptions = {
  ocpp: 'ocpp1.6',
  vendor: 'Kranich Ladetechnik',
  model: 'Uferlos 22',
  serial: 'KL-000001',
  firmware: '2.4.1',
  outlets: [ac22kW],
  speed: 1,
  sampleMs: 60_000,
  messageTimeoutMs: 30_000,
  transactionAttempts: 3,
  transactionRetryMs: 60_000,
  reconnect: { minMs: 2_000, maxMs: 120_000 },
  bootRetryMs: 60_000,
  restartMs: 5_000,
  acceptsOffline: true,
  clockOffsetMs: 0,
  streamMs: null,
  resultErrors: false,
  behaviours: [],
}

/** What the meter of a connector shows at one instant. */
export interface Reading {
  readonly energyWh: number
  readonly powerW: number
  /** Per phase used; on DC the one direct current. */
  readonly currentsA: readonly number[]
  readonly volts: readonly number[]
  /** What the station offers the car. */
  readonly offeredA: number
  readonly soc: number | null
}

export interface Session {
  /** Unique for ever; the transaction id of 2.x. */
  readonly key: string
  readonly connector: number
  readonly token: Token
  readonly startedAt: number
  readonly startedMono: number
  readonly remoteStartId: number | null
  readonly reservation: number | null
  /** The id a 1.6 backend gave; null before its answer; -1 when the start could not be delivered (errata 3.18). */
  transactionId: number | null
  nextSeqNo: number
  ended: boolean
}

/** A message about a transaction. It is kept until it was answered, over outages and restarts. */
export interface TransactionMessage {
  readonly event: 'started' | 'updated' | 'ended'
  readonly session: Session
  readonly at: number
  readonly seqNo: number
  readonly trigger: Trigger
  readonly state: Status
  readonly reading: Reading
  readonly phases: number
  readonly reason: StopReason | null
  /** The token that ended it, where one did. */
  readonly stopToken: Token | null
  offline: boolean
  attempts: number
}

export interface Reservation {
  readonly id: number
  readonly token: string
}

export interface Connector {
  readonly id: number
  readonly rating: Rating
  status: Status
  errorCode: string
  /** The status last told to the backend, as the dialect names it. */
  told: string | null
  car: Car | null
  /** Allowed to charge, waiting for a car. */
  allowed: { readonly token: Token; readonly remoteStartId: number | null } | null
  session: Session | null
  reservation: Reservation | null
  inoperative: boolean
  /** Change of availability that waits for the end of the session. */
  inoperativeNext: boolean | null
  meterWh: number
  /** Current per phase that flows now, and since when power is on. */
  amps: number
  powerOnMono: number
  advancedMono: number
}

export type Purpose =
  | { readonly kind: 'boot' }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'authorise'; readonly connector: number; readonly token: Token }
  | { readonly kind: 'transaction'; readonly message: TransactionMessage }
  | { readonly kind: 'stream' }
  | { readonly kind: 'other' }

export interface Written {
  readonly action: string
  readonly payload: Json
}

export interface OutgoingCall extends Written {
  readonly purpose: Purpose
  /** Asked for by TriggerMessage: may be sent while the boot is pending. */
  readonly triggered: boolean
}

export interface OpenCall extends OutgoingCall {
  readonly id: string
  readonly idToken: string
}

export type Task =
  | { readonly kind: 'reconnect' }
  | { readonly kind: 'boot' }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'callOverdue'; readonly id: string }
  | { readonly kind: 'retryTransaction' }
  | { readonly kind: 'sample'; readonly connector: number }
  | { readonly kind: 'limitChanges' }
  | { readonly kind: 'nobodyPluggedIn'; readonly connector: number }
  | { readonly kind: 'reservationEnds'; readonly connector: number }
  | { readonly kind: 'restart'; readonly reason: string; readonly whenIdle: boolean }
  | { readonly kind: 'firmware'; readonly stage: number; readonly requestId: number | null }
  | { readonly kind: 'log'; readonly stage: number; readonly requestId: number | null; readonly diagnostics: boolean }
  | { readonly kind: 'stream' }

export type Registration = 'none' | 'booting' | 'pending' | 'rejected' | 'accepted'

export type StationEffect =
  /** Open connection number `link`; its fate is told with linkUp or linkDown. */
  | { readonly kind: 'connect'; readonly link: number }
  | { readonly kind: 'send'; readonly link: number; readonly text: string }
  | { readonly kind: 'close'; readonly link: number; readonly code: number; readonly reason: string }
  /** Give the input `timer` after this long; replaces an earlier wake. */
  | { readonly kind: 'wake'; readonly afterMs: number }
  /** Something a person watching would want to know. */
  | { readonly kind: 'note'; readonly text: string }
  /** It ended itself and does nothing more. */
  | { readonly kind: 'crashed'; readonly reason: string }

export type StationStep = ActorStep<StationEffect>

export type StationInput =
  | { readonly kind: 'powerUp' }
  | { readonly kind: 'linkUp'; readonly link: number }
  | { readonly kind: 'linkDown'; readonly link: number; readonly reason: string }
  | { readonly kind: 'frame'; readonly link: number; readonly text: string }
  | { readonly kind: 'timer' }
  | { readonly kind: 'plugIn'; readonly connector: number; readonly car: CarOptions }
  | { readonly kind: 'plugOut'; readonly connector: number }
  | { readonly kind: 'present'; readonly connector: number; readonly token: Token }
  /** A connector breaks (an error code of 1.6) or is mended (`NoError`). */
  | { readonly kind: 'fault'; readonly connector: number; readonly errorCode: string }
  /** Its mobile network hiccups: the connection is dropped and dialled again. */
  | { readonly kind: 'dropLink' }

/** The whole state of one simulated station. */
export interface Station {
  readonly options: StationOptions
  readonly traits: StationTraits
  readonly dialect: StationDialect
  firmware: string
  phase: 'off' | 'on' | 'crashed'
  link: 'down' | 'connecting' | 'up'
  /** Number of the present or last connection. */
  linkNumber: number
  failures: number
  registration: Registration
  bootReason: string
  everAccepted: boolean
  heartbeatMs: number
  sampleMs: number
  messageTimeoutMs: number
  transactionAttempts: number
  transactionRetryMs: number
  readonly connectors: readonly Connector[]
  profiles: Profile[]
  /** Messages that may be lost, and messages that may not. */
  calls: OutgoingCall[]
  transactions: TransactionMessage[]
  /** The head of `transactions` failed and waits for its next attempt. */
  transactionsWait: boolean
  open: OpenCall[]
  callCount: number
  localListVersion: number
  readonly localList: Map<string, string>
  /** Settings that are kept and mean nothing to the machine, by the dialect's name. */
  readonly values: Map<string, string>
  installed: boolean
  stream: { open: boolean; pending: { t: number; v: string }[]; baseAt: number }
  readonly agenda: Agenda<Task>
}

/** What a backend said of a token or a transaction. */
export interface Verdict {
  /** Null: it said nothing of a token. */
  readonly accepted: boolean | null
  readonly transactionId: number | null
}

export type Reply =
  | { readonly kind: 'answer'; readonly payload: Json }
  | { readonly kind: 'refusal'; readonly code: string; readonly description: string }

/** Answers one command. What has to follow is put on the station's queues, and leaves after the answer. */
export type Command = (station: Station, payload: Json, step: StationStep) => Reply

/** Everything in which the versions differ. */
export interface StationDialect {
  readonly ocpp: Subprotocol
  /** Numbers of the connectors that have a status of their own; 1.6 has 0 for the station. */
  readonly statusConnectors: (station: Station) => readonly number[]
  readonly boot: (station: Station, reason: string) => Written
  readonly status: (station: Station, connector: number, at: number) => Written
  /** The status as it would be told: a change is told when this changes. */
  readonly statusName: (connector: Connector) => string
  readonly authorise: (token: Token) => Written
  /** Whether the version has a message for it. */
  readonly tells: (message: TransactionMessage) => boolean
  readonly transaction: (station: Station, message: TransactionMessage) => Written
  readonly readings: (station: Station, connector: Connector, reading: Reading, at: number) => Written
  readonly firmwareStatus: (status: string, requestId: number | null) => Written
  readonly logStatus: (status: string, requestId: number | null, diagnostics: boolean) => Written
  readonly verdict: (purpose: Purpose, payload: Json) => Verdict
  /** Transaction ids come with the answer to the start (1.6), or from the station (2.x). */
  readonly backendGivesIds: boolean
  readonly commands: Readonly<Record<string, Command>>
  readonly formatError: string
  /** 2.1 only: the stream of readings. */
  readonly openStream: ((station: Station) => Written) | null
  readonly streamData: ((station: Station, at: number) => Written) | null
}

/** A station that is switched off. Options that are not given are those of `defaultStation`. */
export function newStation(
  given: Partial<StationOptions>,
  dialects: Readonly<Record<Subprotocol, StationDialect>>,
): Station {
  const options = { ...defaultStation, ...given }
  return {
    options,
    traits: options.behaviours.reduce((traits, behave) => behave(traits), wellBehaved),
    dialect: dialects[options.ocpp],
    firmware: options.firmware,
    phase: 'off',
    link: 'down',
    linkNumber: 0,
    failures: 0,
    registration: 'none',
    bootReason: 'PowerUp',
    everAccepted: false,
    heartbeatMs: 300_000,
    sampleMs: options.sampleMs,
    messageTimeoutMs: options.messageTimeoutMs,
    transactionAttempts: options.transactionAttempts,
    transactionRetryMs: options.transactionRetryMs,
    connectors: options.outlets.map((rating, index) => newConnector(index + 1, rating)),
    profiles: [],
    calls: [],
    transactions: [],
    transactionsWait: false,
    open: [],
    callCount: 0,
    localListVersion: 0,
    localList: new Map(),
    values: new Map(),
    installed: false,
    stream: { open: false, pending: [], baseAt: 0 },
    agenda: emptyAgenda(),
  }
}

function newConnector(id: number, rating: Rating): Connector {
  return {
    id,
    rating,
    status: 'Available',
    errorCode: 'NoError',
    told: null,
    car: null,
    allowed: null,
    session: null,
    reservation: null,
    inoperative: false,
    inoperativeNext: null,
    meterWh: 0,
    amps: 0,
    powerOnMono: 0,
    advancedMono: 0,
  }
}

/** The connector of that number, or null. */
export function connectorOf(station: Station, id: number | null): Connector | null {
  return station.connectors.find((connector) => connector.id === id) ?? null
}

/** What the station's own clock shows. */
export function stationTime(station: Station, step: StationStep): number {
  return step.now.at + station.options.clockOffsetMs
}

/** Milliseconds on the wall for a stretch of the car's time; never shorter than a fifth of a second. */
export function carTimeMs(station: Station, ms: number): number {
  return Math.max(200, ms / station.options.speed)
}
