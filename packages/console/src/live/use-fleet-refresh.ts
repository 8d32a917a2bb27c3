// Keeps the list of stations fresh while it is on the page: entries say which stations changed, the plan says what to ask.

import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { fetchStation, type Station, stationsKey } from '../api/stations.ts'
import { openEventStream } from './event-stream.ts'
import { GATHER_MS, planRefresh } from './refresh-plan.ts'

/** Refreshes stations from live entries until the page goes. `onDenied`: the broker asks for a login. */
export function useFleetRefresh(onDenied: () => void): void {
  const client = useQueryClient()
  useEffect(() => {
    let affected = new Set<string>()
    let backendsChanged = false
    let listedAt = Date.now()
    let isAsking = false
    const close = openEventStream({
      onEntries: (entries) => {
        for (const entry of entries) {
          if (entry.station !== null) affected.add(entry.station)
          if (entry.kind === 'link' || entry.kind === 'delivery') backendsChanged = true
        }
      },
      onDenied,
    })

    async function refresh(): Promise<void> {
      const known = new Set((client.getQueryData<readonly Station[]>(stationsKey) ?? []).map((station) => station.id))
      const plan = planRefresh(affected, known, Date.now() - listedAt)
      if (plan.what === 'nothing') return
      affected = new Set()
      if (plan.what === 'list') {
        listedAt = Date.now()
        await client.invalidateQueries({ queryKey: stationsKey })
      } else {
        const asked = await Promise.allSettled(plan.ids.map((id) => fetchStation(id)))
        const fresh = new Map(
          asked.flatMap((one) => (one.status === 'fulfilled' ? [[one.value.id, one.value] as const] : [])),
        )
        client.setQueryData<readonly Station[]>(stationsKey, (stations) =>
          stations?.map((station) => fresh.get(station.id) ?? station),
        )
      }
    }

    const timer = setInterval(() => {
      if (backendsChanged) {
        backendsChanged = false
        void client.invalidateQueries({ queryKey: ['backends'] })
      }
      if (isAsking) return
      isAsking = true
      void refresh().finally(() => {
        isAsking = false
      })
    }, GATHER_MS)
    return () => {
      clearInterval(timer)
      close()
    }
  }, [client, onDenied])
}
