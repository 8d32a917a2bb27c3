// A station's timeline with the details of one entry beside it. What is chosen stands in the URL.

import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import type { StationBackend } from '../api/stations.ts'
import { type EntryKind, fetchEntry, type TimelineEntry } from '../api/timeline.ts'
import { Failure } from '../parts/notice.tsx'
import { timelineOrder, usePreference } from '../shell/preferences.ts'
import { useKeys } from '../shell/use-keys.ts'
import type { StationSearch } from '../station/station-search.ts'
import { counterpartOf } from './counterpart.ts'
import { EntryDetail } from './entry-detail.tsx'
import { afterToggle, type Follow } from './follow.ts'
import { lanesOf } from './lanes.ts'
import { entryTest, readKinds } from './timeline-filter.ts'
import { TimelineList } from './timeline-list.tsx'
import { TimelineToolbar } from './timeline-toolbar.tsx'
import { useTimeline } from './use-timeline.ts'

interface TimelineViewProps {
  readonly station: string
  readonly backends: readonly StationBackend[]
  readonly onLive: () => void
  readonly onDenied: () => void
}

/** How long an entry that just came is marked; as long as its colour fades. */
const FRESH_MS = 1600

export function TimelineView({ station, backends, onLive, onDenied }: TimelineViewProps) {
  const search = useSearch({ from: '/stations/$id' })
  const navigate = useNavigate({ from: '/stations/$id' })
  const order = usePreference(timelineOrder)
  const [follow, setFollow] = useState<Follow>('following')
  const [freshFrom, setFreshFrom] = useState<number | null>(null)

  const kinds = useMemo(() => readKinds(search.kind), [search.kind])
  const text = search.q ?? ''
  const timeline = useTimeline(station, kinds, {
    onDenied,
    onLive: (entries) => {
      const first = entries[0]?.position
      if (first === undefined) return
      setFreshFrom(first)
      setTimeout(() => setFreshFrom((current) => (current === first ? null : current)), FRESH_MS)
      onLive()
    },
  })
  const { buffer, entries, state } = timeline
  const shown = useMemo(() => {
    const test = entryTest({ kinds: [], text })
    const passing = test === null ? entries : entries.filter(test)
    return order === 'newestFirst' ? passing.toReversed() : passing
  }, [entries, text, order])

  const change = useCallback(
    (next: Partial<Record<keyof StationSearch, string | number | undefined>>, replace = true) =>
      void navigate({
        search: (before) => {
          const merged = { ...before, ...next }
          return Object.fromEntries(
            Object.entries(merged).filter(([, value]) => value !== undefined && value !== ''),
          ) as StationSearch
        },
        replace,
      }),
    [navigate],
  )
  const select = useCallback((position: number | null) => change({ entry: position ?? undefined }), [change])
  const setText = useCallback((value: string) => change({ q: value }), [change])
  const setKinds = useCallback(
    (value: readonly EntryKind[]) => change({ kind: value.length === 0 ? undefined : value.join(',') }),
    [change],
  )

  // An address may name an entry that is not among the loaded ones.
  const wanted = search.entry ?? null
  const loaded = wanted === null ? undefined : buffer.get(wanted)
  const { data: fetched } = useQuery({
    queryKey: ['entry', station, wanted],
    queryFn: ({ signal }) => fetchEntry(station, wanted ?? 0, signal),
    enabled: wanted !== null && loaded === undefined && state.phase === 'loaded',
    staleTime: Number.POSITIVE_INFINITY,
  })
  const selected: TimelineEntry | null = wanted === null ? null : (loaded ?? fetched ?? null)

  const toggleOrder = () => timelineOrder.set(order === 'newestFirst' ? 'newestLast' : 'newestFirst')
  const toggleFollow = () => setFollow(afterToggle)
  useKeys({ '.': toggleFollow, o: toggleOrder })

  return (
    <>
      <TimelineToolbar
        chosen={kinds}
        onKinds={setKinds}
        text={text}
        onText={setText}
        shown={shown.length}
        loaded={entries.length}
        hasOlder={timeline.hasOlder}
        isNewestFirst={order === 'newestFirst'}
        onOrder={toggleOrder}
        follow={follow}
        onFollow={toggleFollow}
      />
      <div className="relative flex min-h-0 flex-1 border-t border-line">
        {state.phase === 'failed' ? (
          <Failure error={state.error} onRetry={timeline.retry} isPage={false} />
        ) : (
          <TimelineList
            entries={shown}
            buffer={buffer}
            lanes={lanesOf(backends)}
            isNewestFirst={order === 'newestFirst'}
            isFiltered={text !== '' || kinds.length > 0}
            isLoading={state.phase === 'loading'}
            selected={wanted}
            onSelect={select}
            follow={follow}
            onFollow={setFollow}
            freshFrom={freshFrom}
            hasOlder={timeline.hasOlder}
            isLoadingOlder={timeline.isLoadingOlder}
            onLoadOlder={timeline.loadOlder}
          />
        )}
        {wanted !== null && (
          <EntryDetail
            position={wanted}
            entry={selected}
            counterpart={selected === null ? null : counterpartOf(selected, buffer)}
            onSelect={select}
          />
        )}
      </div>
    </>
  )
}
