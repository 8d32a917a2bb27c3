// Stations as the API tells of them.

import { queryOptions } from '@tanstack/react-query'
import { request } from './http.ts'
import { everyPage } from './page.ts'

export type Subprotocol = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1'
export type LinkState = 'up' | 'down' | 'connecting' | 'refused' | 'off'
export type BackendRole = 'primary' | 'mirror' | 'candidate'

export interface Connector {
  readonly evse: number | null
  readonly connector: number | null
  readonly status: string | null
  readonly errorCode: string | null
  /** What a transaction of 2.x says beyond `Occupied`. */
  readonly chargingState?: string | null
  readonly since: string | null
  readonly powerW: number | null
  readonly energyWh: number | null
  readonly offeredA: number | null
  readonly session: string | null
}

export interface StationBackend {
  readonly name: string
  readonly role: BackendRole
  readonly link: LinkState
  readonly ocpp: Subprotocol | null
  readonly pending: number
  readonly oldestPendingAt: string | null
  readonly acknowledged: number
  readonly quarantined: number
}

export interface Station {
  readonly id: string
  readonly site: string
  readonly connected: boolean
  readonly ocpp: Subprotocol | null
  /** When `connected` last changed. */
  readonly since: string | null
  readonly lastSeen: string | null
  readonly vendor: string | null
  readonly model: string | null
  readonly serial: string | null
  readonly firmware: string | null
  readonly tags: readonly string[]
  readonly connectors: readonly Connector[]
  readonly backends: readonly StationBackend[]
}

export const stationsKey = ['stations'] as const

export function stationKey(id: string) {
  return ['station', id] as const
}

/** All stations, by identity. Live entries refresh it; the interval is for when they do not come. */
export const stationsQuery = queryOptions({
  queryKey: stationsKey,
  queryFn: ({ signal }) => everyPage<Station>('/stations', { signal }),
  refetchInterval: 30_000,
})

/** One station. */
export function stationQuery(id: string) {
  return queryOptions({
    queryKey: stationKey(id),
    queryFn: ({ signal }) => fetchStation(id, signal),
    refetchInterval: 30_000,
  })
}

export function fetchStation(id: string, signal?: AbortSignal): Promise<Station> {
  return request<Station>(`/stations/${encodeURIComponent(id)}`, { signal })
}

/** Power of all connectors of a station, in watts; null when none tells. */
export function powerOf(station: Station): number | null {
  let sum: number | null = null
  for (const { powerW } of station.connectors) if (powerW !== null) sum = (sum ?? 0) + powerW
  return sum
}

/** "1.6" of "ocpp1.6". */
export function versionOf(ocpp: Subprotocol | null): string | null {
  return ocpp === null ? null : ocpp.replace(/^ocpp/, '')
}
