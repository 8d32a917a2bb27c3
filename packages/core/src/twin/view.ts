// A twin in the words of the public API: the part of a station's document that the journal tells. What the configuration
// knows (site, tags, roles) and what only the running broker knows (dialling, what is pending) is put in by whoever
// serves it.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { formatTimestamp } from '../base/timestamp.ts'
import type { BackendTwin, ConnectorTwin, StationTwin } from './twin.ts'

export interface ConnectorView {
  readonly evse: number
  readonly connector: number | null
  readonly status: string | null
  readonly errorCode: string | null
  readonly since: string | null
  readonly chargingState: string | null
  readonly powerW: number | null
  readonly energyWh: number | null
  readonly offeredA: number | null
  readonly session: string | null
}

export interface BackendView {
  readonly name: string
  /** off: the station is away, so no link is wanted. The running broker knows when it is connecting. */
  readonly link: 'up' | 'down' | 'refused' | 'off'
  /** The version last agreed on. */
  readonly ocpp: Subprotocol | null
  readonly acknowledged: number
  readonly quarantined: number
}

export interface TwinView {
  readonly id: string
  readonly connected: boolean
  readonly ocpp: Subprotocol | null
  readonly since: string | null
  readonly lastSeen: string | null
  readonly vendor: string | null
  readonly model: string | null
  readonly serial: string | null
  readonly firmware: string | null
  /** The station as a whole. */
  readonly status: string | null
  readonly firmwareStatus: string | null
  readonly registration: string | null
  readonly remote: string | null
  readonly securityProfile: number | null
  readonly clockSkewMs: number | null
  readonly connectors: readonly ConnectorView[]
  readonly backends: readonly BackendView[]
}

/**
 * The view of a twin as it stands.
 * @param sessionAt gives the id of the session that goes on at a connector, or null
 */
export function twinView(
  twin: StationTwin,
  sessionAt: (evse: number, connector: number | null) => string | null,
): TwinView {
  return {
    id: twin.id,
    connected: twin.connected,
    ocpp: twin.ocpp,
    since: timeOf(twin.since),
    lastSeen: timeOf(twin.lastSeen),
    vendor: twin.vendor,
    model: twin.model,
    serial: twin.serial,
    firmware: twin.firmware,
    status: twin.whole?.status ?? null,
    firmwareStatus: twin.firmwareStatus?.status ?? null,
    registration: twin.boot?.registration ?? null,
    remote: twin.remote,
    securityProfile: twin.profile,
    clockSkewMs: twin.skewMs,
    connectors: twin.connectors.map((connector) => connectorView(connector, sessionAt)).sort(byNumber),
    backends: twin.backends.map((backend) => backendView(backend, twin.connected)),
  }
}

function connectorView(
  connector: ConnectorTwin,
  sessionAt: (evse: number, connector: number | null) => string | null,
): ConnectorView {
  const { evse, connector: number, status, errorCode, chargingState, powerW, energyWh, offeredA } = connector
  const since = timeOf(connector.since)
  const session = sessionAt(evse, number)
  return { evse, connector: number, status, errorCode, since, chargingState, powerW, energyWh, offeredA, session }
}

function byNumber(a: ConnectorView, b: ConnectorView): number {
  return a.evse - b.evse || (a.connector ?? 0) - (b.connector ?? 0)
}

function backendView(backend: BackendTwin, isConnected: boolean): BackendView {
  const { name, link, ocpp, acknowledged, quarantined } = backend
  return { name, link: link === 'down' && !isConnected ? 'off' : link, ocpp, acknowledged, quarantined }
}

function timeOf(at: number | null): string | null {
  return at === null ? null : formatTimestamp(at)
}
