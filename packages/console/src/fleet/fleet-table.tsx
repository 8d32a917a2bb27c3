// The table of stations. Only the rows in view exist; the rest is room above and below, so ten thousand stations scroll as
// well as ten.

import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useCallback, useEffect, useId, useRef, useState } from 'react'
import type { Station } from '../api/stations.ts'
import { Notice } from '../parts/notice.tsx'
import { Spacer } from '../parts/spacer.tsx'
import { useRows } from '../parts/use-rows.ts'
import { useKeys } from '../shell/use-keys.ts'
import { FleetRow } from './fleet-row.tsx'
import type { FleetView, SortKey } from './fleet-search.ts'

/** Two lines of text and air. */
const ROW = 46
const HEAD = 30

interface Column {
  readonly title: string
  readonly sort: SortKey | null
  readonly className: string
  readonly isEnd?: boolean
}

const columns: readonly Column[] = [
  { title: 'Station', sort: 'id', className: 'w-[22%]' },
  { title: 'Link', sort: 'link', className: 'w-[17%]' },
  { title: 'Connectors', sort: null, className: 'w-[21%]' },
  { title: 'Power', sort: 'power', className: 'w-[9%]', isEnd: true },
  { title: 'Backends', sort: 'pending', className: 'w-[22%]' },
  { title: 'Last seen', sort: 'seen', className: 'w-[9%]', isEnd: true },
]

interface FleetTableProps {
  readonly stations: readonly Station[]
  readonly view: FleetView
  readonly onSort: (key: SortKey) => void
  readonly onClear: () => void
}

export function FleetTable({ stations, view, onSort, onClear }: FleetTableProps) {
  const navigate = useNavigate()
  const prefix = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [activeId, setActiveId] = useState<string | null>(null)
  const active = activeId === null ? -1 : stations.findIndex((station) => station.id === activeId)
  const virtual = useVirtualizer({
    count: stations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    scrollPaddingEnd: HEAD,
  })
  const open = useCallback(
    (index: number) => {
      const station = stations[index]
      if (station !== undefined) void navigate({ to: '/stations/$id', params: { id: station.id } })
    },
    [navigate, stations],
  )
  const rows = useRows({
    count: stations.length,
    active,
    onActive: (index) => {
      setActiveId(stations[index]?.id ?? null)
      virtual.scrollToIndex(index)
    },
    onOpen: open,
    pageSize: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2),
  })
  useKeys({ j: () => rows.move(1), k: () => rows.move(-1) })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order or filter begins at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 })
  }, [view])

  const items = virtual.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  if (stations.length === 0)
    return (
      <Notice title="No station fits">
        <button type="button" className="button" onClick={onClear}>
          Show all stations
        </button>
      </Notice>
    )
  return (
    <div ref={scroller} className="grid-frame min-h-0 flex-1 overflow-auto border-t border-line bg-surface">
      <table
        ref={rows.table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows are gone through by keyboard is a grid (ARIA in HTML allows it)
        role="grid"
        className="grid-table min-w-[46rem]"
        tabIndex={0}
        aria-label="Stations"
        aria-rowcount={stations.length + 1}
        aria-activedescendant={
          active >= 0 && items.some((item) => item.index === active) ? `${prefix}-${active}` : undefined
        }
        onKeyDown={rows.onKeyDown}
      >
        <colgroup>
          {columns.map((column) => (
            <col key={column.title} className={column.className} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <HeadCell key={column.title} column={column} view={view} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={before} columns={columns.length} />
          {items.map((item) => {
            const station = stations[item.index]
            return station === undefined ? null : (
              <FleetRow
                key={station.id}
                id={`${prefix}-${item.index}`}
                index={item.index}
                height={ROW}
                station={station}
                isActive={item.index === active}
                onOpen={open}
              />
            )
          })}
          <Spacer height={after} columns={columns.length} />
        </tbody>
      </table>
    </div>
  )
}

function HeadCell({ column, view, onSort }: { column: Column; view: FleetView; onSort: (key: SortKey) => void }) {
  const { sort } = column
  const isSorted = sort !== null && view.sort === sort
  const Arrow = view.isDescending ? ArrowDown : ArrowUp
  const end = column.isEnd === true ? 'justify-end' : ''
  return (
    <th
      scope="col"
      className="px-2 first:pl-3 last:pr-3"
      aria-sort={isSorted ? (view.isDescending ? 'descending' : 'ascending') : undefined}
    >
      {sort === null ? (
        column.title
      ) : (
        <button
          type="button"
          className={`flex min-h-6 w-full items-center gap-1 hover:text-ink ${end}`}
          onClick={() => onSort(sort)}
        >
          {column.title}
          {isSorted && <Arrow className="size-3" aria-hidden="true" />}
        </button>
      )}
    </th>
  )
}
