// Charging sessions of a station.

import { queryOptions } from '@tanstack/react-query'
import { request } from './http.ts'
import { type Page, query } from './page.ts'

export interface Session {
  readonly id: string
  readonly station: string
  readonly evse: number | null
  readonly connector: number | null
  readonly token: string | null
  readonly redacted?: boolean
  readonly startedAt: string | null
  readonly stoppedAt: string | null
  readonly meterStartWh: number | null
  readonly meterStopWh: number | null
  readonly energyWh: number | null
  readonly reason: string | null
  readonly startedOffline: boolean
  readonly transactionIds: Readonly<Record<string, string>>
  readonly delivery: Readonly<Record<string, 'acknowledged' | 'pending' | 'quarantined'>>
}

export function sessionsKey(station: string) {
  return ['sessions', station] as const
}

/** The latest sessions of a station, newest first. */
export function sessionsQuery(station: string) {
  return queryOptions({
    queryKey: sessionsKey(station),
    queryFn: ({ signal }) => request<Page<Session>>(`/sessions${query({ station, limit: 10 })}`, { signal }),
    refetchInterval: 30_000,
  })
}
