// The twin of a station: the picture of it that the journal gives. It is a fold: every entry changes the picture a
// little, and the same entries always give the same picture, whether they are folded as they happen or read again years
// later. It runs for every message, so it changes the twin in place and looks into a payload only where it says
// something about the station (docs/spec/twin.md, TW1 and following).

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { Position } from '../base/moment.ts'
import { fields } from '../base/unchecked.ts'
import { type DeliveryEntry, type FaultEntry, type FrameEntry, type Placed, STATION } from '../journal/entry.ts'
import { backendOf, foldLink, forgetVersion } from './connection.ts'
import { payloadOnce } from './payload-once.ts'
import { twinReaders } from './versions.ts'

/** What the last BootNotification said, and whether it was accepted. */
export interface LastBoot {
  readonly position: Position
  readonly at: number
  /** JSON text of the payload, at most 4096 characters; null when it was longer. */
  readonly payload: string | null
  /** The registration status that the station was told last; null until then. */
  registration: string | null
}

/** A connector, or with `evse` 0 the station as a whole. Units: W, Wh, A; times in milliseconds since 1970 UTC. */
export interface ConnectorTwin {
  readonly evse: number
  /** null when only the EVSE was named so far. */
  connector: number | null
  status: string | null
  errorCode: string | null
  /** Since when it has this status. */
  since: number | null
  /** 2.x only: what its transaction is doing. */
  chargingState: string | null
  /** 2.x only: the running transaction's id, because events after the first need not name the EVSE. */
  transaction: string | null
  powerW: number | null
  energyWh: number | null
  offeredA: number | null
  /** The station's own time of the last reading. */
  readAt: number | null
  /** Readings in a row that were older than that. */
  stale: number
}

export interface BackendTwin {
  readonly name: string
  link: 'up' | 'down' | 'refused'
  /** The version last agreed on; kept while the link is down. */
  ocpp: Subprotocol | null
  /** When `link` last changed. */
  since: number | null
  /** Close code or HTTP status, and the reason, of the last end or refusal. */
  code: number | null
  reason: string | null
  /** Calls of the station that it answered with a result. */
  acknowledged: number
  quarantined: number
  /** Versions it refused since it last agreed on them. */
  readonly refused: Subprotocol[]
}

export interface StationTwin {
  readonly id: string
  /** Every entry up to here is folded in. */
  foldedTo: Position
  vendor: string | null
  model: string | null
  serial: string | null
  firmware: string | null
  boot: LastBoot | null
  firmwareStatus: { readonly status: string; readonly at: number } | null
  securityEvent: { readonly type: string; readonly at: number } | null
  connected: boolean
  /** When `connected` last changed. */
  since: number | null
  /** When the station was last heard. */
  lastSeen: number | null
  /** Of the present or last connection. */
  ocpp: Subprotocol | null
  remote: string | null
  profile: number | null
  /** The station as a whole (connector 0); null until it said something of it. */
  whole: ConnectorTwin | null
  readonly connectors: ConnectorTwin[]
  readonly backends: BackendTwin[]
  /** Frames of the station, and frames to it. */
  framesFrom: number
  framesTo: number
  /** The station's clock minus ours, in milliseconds; null until it sent a time. */
  skewMs: number | null
  /** The largest difference of the window under way, and how many it has seen. */
  skewBest: number
  skewCount: number
}

/** A station nothing is known of. */
export function newTwin(id: string): StationTwin {
  return {
    id,
    foldedTo: 0,
    vendor: null,
    model: null,
    serial: null,
    firmware: null,
    boot: null,
    firmwareStatus: null,
    securityEvent: null,
    connected: false,
    since: null,
    lastSeen: null,
    ocpp: null,
    remote: null,
    profile: null,
    whole: null,
    connectors: [],
    backends: [],
    framesFrom: 0,
    framesTo: 0,
    skewMs: null,
    skewBest: 0,
    skewCount: 0,
  }
}

/**
 * Folds one entry of this station into its twin. An entry that is folded in already changes nothing, so that a stored
 * twin may be ahead of the position it was stored with.
 */
export function foldStation(twin: StationTwin, placed: Placed): void {
  const { entry, position } = placed
  if (position <= twin.foldedTo) return
  twin.foldedTo = position
  switch (entry.kind) {
    case 'frame':
      if (entry.from === STATION) foldFromStation(twin, entry, position)
      else foldToStation(twin, entry)
      return
    case 'link':
      foldLink(twin, entry)
      return
    case 'delivery':
      foldDelivery(twin, entry)
      return
    case 'fault':
      foldFault(twin, entry)
      return
    default:
  }
}

function foldFromStation(twin: StationTwin, entry: FrameEntry, position: Position): void {
  const { type } = entry
  // A call with a reference is a copy that left in another form: its original is folded in already.
  if ((type === 'call' || type === 'send') && entry.ref !== null) return
  twin.framesFrom++
  twin.lastSeen = entry.at
  // A frame proves a connection, whatever was recorded of it (a gap in the journal, trap W6).
  if (!twin.connected) {
    twin.connected = true
    twin.since = entry.at
  }
  if ((type !== 'call' && type !== 'send') || entry.action === null || entry.ocpp === null) return
  const read = twinReaders.get(entry.ocpp)?.reads.get(entry.action)
  if (read === undefined) return
  const payload = fields(payloadOnce(entry))
  if (payload !== null) read(twin, payload, entry.at, position)
}

function foldToStation(twin: StationTwin, entry: FrameEntry): void {
  if (entry.to === STATION) twin.framesTo++
  // An answer without a latency is the same answer under another id.
  if (entry.type !== 'result' || entry.latencyMs === null || entry.to !== STATION) return
  const backend = backendOf(twin, entry.from)
  if (backend !== null) backend.acknowledged++
  if (entry.action !== 'BootNotification' || twin.boot === null) return
  const status = fields(payloadOnce(entry))?.status
  if (status === 'Accepted' || status === 'Pending' || status === 'Rejected') twin.boot.registration = status
}

function foldDelivery(twin: StationTwin, entry: DeliveryEntry): void {
  if (entry.state !== 'quarantined') return
  const backend = backendOf(twin, entry.backend)
  if (backend !== null) backend.quarantined++
}

/** The fault that a backend does not speak the station's version. */
const VERSION_REFUSED = 'BB-LINK-001'

function foldFault(twin: StationTwin, entry: FaultEntry): void {
  if (entry.code !== VERSION_REFUSED) return
  const { backend, ocpp } = entry.detail
  if (typeof backend === 'string' && typeof ocpp === 'string') forgetVersion(twin, backend, ocpp)
}
