// All stations: which are there, what they do, and whether their backends hear them.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { meQuery } from '../api/me.ts'
import { stationsQuery } from '../api/stations.ts'
import { formatCount } from '../format/quantity.ts'
import { useFleetRefresh } from '../live/use-fleet-refresh.ts'
import { Failure } from '../parts/notice.tsx'
import { EmptyFleet } from './empty-fleet.tsx'
import { countChips, filterStations, sortStations } from './fleet-filter.ts'
import { type Chip, type FleetView, type SortKey, viewOf, writeFleetView } from './fleet-search.ts'
import { FleetTable } from './fleet-table.tsx'
import { FleetToolbar } from './fleet-toolbar.tsx'

export function FleetPage() {
  const search = useSearch({ from: '/stations' })
  const navigate = useNavigate({ from: '/stations' })
  const client = useQueryClient()
  const { data: stations, error, refetch } = useQuery(stationsQuery)
  useFleetRefresh(useCallback(() => void client.invalidateQueries(meQuery), [client]))

  const view = useMemo(() => viewOf(search), [search])
  const shown = useMemo(
    () => (stations === undefined ? [] : sortStations(filterStations(stations, view), view)),
    [stations, view],
  )
  const counts = useMemo(() => countChips(stations ?? []), [stations])
  const setView = useCallback(
    (change: Partial<FleetView>) =>
      void navigate({ search: (before) => writeFleetView({ ...viewOf(before), ...change }), replace: true }),
    [navigate],
  )
  const toggleChip = useCallback(
    (chip: Chip) => {
      const next = new Set(view.chips)
      if (!next.delete(chip)) next.add(chip)
      setView({ chips: next })
    },
    [view, setView],
  )
  const sortBy = useCallback(
    (key: SortKey) =>
      // Numbers are looked at from the top, names from the beginning.
      setView(
        view.sort === key
          ? { isDescending: !view.isDescending }
          : { sort: key, isDescending: key !== 'id' && key !== 'link' },
      ),
    [view, setView],
  )

  if (stations === undefined) return error === null ? null : <Failure error={error} onRetry={() => void refetch()} />
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 pt-3 pb-2">
        <h1 className="text-base font-semibold">Stations</h1>
        <span className="min-w-20 text-ink-3" role="status">
          {shown.length === stations.length
            ? formatCount(stations.length)
            : `${formatCount(shown.length)} of ${formatCount(stations.length)}`}
        </span>
        {stations.length > 0 && (
          <FleetToolbar view={view} counts={counts} onText={(text) => setView({ text })} onChip={toggleChip} />
        )}
      </div>
      {stations.length === 0 ? (
        <EmptyFleet />
      ) : (
        <FleetTable
          stations={shown}
          view={view}
          onSort={sortBy}
          onClear={() => setView({ text: '', chips: new Set() })}
        />
      )}
    </div>
  )
}
