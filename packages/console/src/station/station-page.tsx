// One station: what it is, what it does now, and everything that was said.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useCallback, useRef } from 'react'
import { meQuery } from '../api/me.ts'
import { sessionsKey } from '../api/sessions.ts'
import { stationKey, stationQuery } from '../api/stations.ts'
import { Failure } from '../parts/notice.tsx'
import { stationNow, usePreference } from '../shell/preferences.ts'
import { TimelineView } from '../timeline/timeline-view.tsx'
import { StationHeader } from './station-header.tsx'
import { StationNow } from './station-now.tsx'

/** What a busy station says makes the page ask for its state at most this often. */
const REFRESH_EVERY_MS = 1500

export function StationPage() {
  const { id } = useParams({ from: '/stations/$id' })
  const client = useQueryClient()
  const { data: station, error, refetch } = useQuery(stationQuery(id))
  const isFolded = usePreference(stationNow) === 'folded'
  const pending = useRef<ReturnType<typeof setTimeout> | null>(null)
  const onLive = useCallback(() => {
    pending.current ??= setTimeout(() => {
      pending.current = null
      void client.invalidateQueries({ queryKey: stationKey(id) })
      void client.invalidateQueries({ queryKey: sessionsKey(id) })
    }, REFRESH_EVERY_MS)
  }, [client, id])
  const onDenied = useCallback(() => void client.invalidateQueries(meQuery), [client])

  if (station === undefined && error !== null) return <Failure error={error} onRetry={() => void refetch()} />
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <StationHeader id={id} station={station} />
      {station !== undefined && !isFolded && <StationNow station={station} />}
      <TimelineView key={id} station={id} backends={station?.backends ?? []} onLive={onLive} onDenied={onDenied} />
    </div>
  )
}
