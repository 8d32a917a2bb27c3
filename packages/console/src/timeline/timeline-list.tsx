// The list of entries: only rows in view exist, the newest edge is kept in view while it follows, and what a person reads
// stays where it is while entries are added above.

import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import type { TimelineEntry } from '../api/timeline.ts'
import { formatCount } from '../format/quantity.ts'
import { Spacer } from '../parts/spacer.tsx'
import { useRows } from '../parts/use-rows.ts'
import { useKeys } from '../shell/use-keys.ts'
import { type Anchor, anchorAt, indexOfPosition, scrollTopFor } from './anchor.ts'
import { counterpartOf, isOpenCall } from './counterpart.ts'
import { afterScroll, type Follow } from './follow.ts'
import { LANE, LaneHead, ROW } from './lane-track.tsx'
import type { Lanes } from './lanes.ts'
import type { TimelineBuffer } from './timeline-buffer.ts'
import { TimelineRow } from './timeline-row.tsx'

const HEAD = 30
/** Within this of the edge counts as at the edge; browsers scroll by fractions. */
const EDGE = 4
/** Older entries are asked for before their edge is reached. */
const NEAR_OLDER = 20 * ROW
const COLUMNS = 7

interface TimelineListProps {
  /** In the order they are shown. */
  readonly entries: readonly TimelineEntry[]
  readonly buffer: TimelineBuffer
  readonly lanes: Lanes
  readonly isNewestFirst: boolean
  readonly isFiltered: boolean
  readonly isLoading: boolean
  readonly selected: number | null
  readonly onSelect: (position: number | null) => void
  readonly follow: Follow
  readonly onFollow: (follow: Follow) => void
  readonly freshFrom: number | null
  readonly hasOlder: boolean
  readonly isLoadingOlder: boolean
  readonly onLoadOlder: () => void
}

export function TimelineList(props: TimelineListProps) {
  const { entries, buffer, lanes, isNewestFirst, isFiltered, isLoading, selected, onSelect, follow, onFollow } = props
  const { freshFrom, hasOlder, isLoadingOlder, onLoadOlder } = props
  const prefix = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const anchor = useRef<Anchor | null>(null)
  const [activePosition, setActivePosition] = useState<number | null>(selected)
  const [pointed, setPointed] = useState<number | null>(null)
  /** Newest position when it was last in view; what came since is counted. */
  const [seenUpTo, setSeenUpTo] = useState(0)

  const active = activePosition === null ? -1 : indexOfPosition(entries, activePosition)
  const newest = (isNewestFirst ? entries[0] : entries.at(-1))?.position ?? 0
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollPaddingEnd: HEAD,
    getItemKey: (index) => entries[index]?.position ?? index,
  })

  const toNewest = useCallback(() => {
    const element = scroller.current
    if (element !== null) element.scrollTop = isNewestFirst ? 0 : element.scrollHeight
  }, [isNewestFirst])

  // Before the browser paints: the newest edge, or what was read, is put where it belongs.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `entries` is what moves rows
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (follow === 'following') {
      toNewest()
      setSeenUpTo(newest)
    } else if (anchor.current !== null) {
      const top = scrollTopFor(anchor.current, entries, ROW)
      if (top !== null && Math.abs(top - element.scrollTop) > 1) element.scrollTop = top
    }
  }, [entries, follow, toNewest])

  const onScroll = () => {
    const element = scroller.current
    if (element === null) return
    const { scrollTop, scrollHeight, clientHeight } = element
    const fromBottom = scrollHeight - clientHeight - scrollTop
    anchor.current = anchorAt(entries, scrollTop, ROW)
    const isAtNewest = (isNewestFirst ? scrollTop : fromBottom) <= EDGE
    const next = afterScroll(follow, isAtNewest)
    if (next !== follow) onFollow(next)
    if (isAtNewest) setSeenUpTo(newest)
    // A search that finds little must not read the whole journal by itself; the button does it step by step.
    const isNearOlder = (isNewestFirst ? fromBottom : scrollTop) < NEAR_OLDER
    if (isNearOlder && !isFiltered && hasOlder) onLoadOlder()
  }

  const activate = useCallback(
    (position: number) => {
      setActivePosition(position)
      const index = indexOfPosition(entries, position)
      if (index >= 0) virtual.scrollToIndex(index)
    },
    [entries, virtual],
  )
  const rows = useRows({
    count: entries.length,
    active,
    onActive: (index) => {
      const entry = entries[index]
      if (entry === undefined) return
      activate(entry.position)
      // With the details open, they go along with the row.
      if (selected !== null) onSelect(entry.position)
    },
    onOpen: (index) => onSelect(entries[index]?.position ?? null),
    pageSize: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2),
  })
  const jump = () => {
    const entry = buffer.get(activePosition ?? selected ?? -1)
    const other = entry === undefined ? null : counterpartOf(entry, buffer)
    if (other === null) return
    rows.table.current?.focus({ preventScroll: true })
    activate(other.position)
    if (selected !== null) onSelect(other.position)
  }
  const closeDetails = () => {
    if (selected === null) return
    onSelect(null)
    rows.table.current?.focus({ preventScroll: true })
  }
  useKeys({ j: () => rows.move(1), k: () => rows.move(-1), r: jump, Escape: closeDetails })
  // Links in the details move the active row as well.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new selection moves it
  useEffect(() => {
    if (selected !== null && selected !== activePosition) activate(selected)
  }, [selected])

  const items = virtual.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  const pointedEntry = buffer.get(pointed ?? activePosition ?? -1)
  const kin = pointedEntry === undefined ? null : (counterpartOf(pointedEntry, buffer)?.position ?? null)
  const unseen = follow === 'following' ? 0 : countNewer(entries, seenUpTo, isNewestFirst)
  const older = hasOlder && !isLoading && (
    <tr>
      <td colSpan={COLUMNS} className="text-center" style={{ height: 40 }}>
        <button type="button" className="button" disabled={isLoadingOlder} onClick={onLoadOlder}>
          {isLoadingOlder ? 'Loading…' : 'Load older entries'}
        </button>
      </td>
    </tr>
  )

  return (
    <div className="relative flex min-w-0 flex-1">
      <div
        ref={scroller}
        className="grid-frame min-w-0 flex-1 overflow-auto bg-surface [overflow-anchor:none]"
        onScroll={onScroll}
      >
        <table
          ref={rows.table}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows are gone through by keyboard is a grid (ARIA in HTML allows it)
          role="grid"
          className="grid-table min-w-[44rem]"
          tabIndex={0}
          aria-label="Timeline"
          aria-rowcount={hasOlder ? -1 : entries.length + 1}
          aria-activedescendant={
            items.some((item) => item.index === active) ? `${prefix}-${activePosition}` : undefined
          }
          onKeyDown={rows.onKeyDown}
          onClick={(event) => {
            const position = positionAt(event.target)
            if (position === null || getSelection()?.isCollapsed === false) return
            setActivePosition(position)
            onSelect(position)
          }}
          onPointerOver={(event) => setPointed(positionAt(event.target))}
          onPointerLeave={() => setPointed(null)}
        >
          <colgroup>
            <col className="w-[7.25rem]" />
            <col className={selected === null ? 'w-[5.25rem] max-[60rem]:w-0' : 'w-0'} />
            <col style={{ width: lanes.length * LANE + 8 }} />
            <col className="w-[5.25rem]" />
            <col className="w-[11rem] max-[60rem]:w-[8.5rem]" />
            <col />
            <col className="w-[5rem]" />
          </colgroup>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col" className="pl-3">
                Time
              </th>
              <th
                scope="col"
                className={selected === null ? 'overflow-hidden px-1 text-end! max-[60rem]:p-0' : 'overflow-hidden p-0'}
              >
                Ago
              </th>
              <th scope="col" className="px-1" aria-label="Between whom">
                <LaneHead lanes={lanes} />
              </th>
              <th scope="col" className="px-1">
                Type
              </th>
              <th scope="col" className="px-1.5">
                Subject
              </th>
              <th scope="col" className="px-1.5">
                What happened
              </th>
              <th scope="col" className="pr-3 text-end!">
                Latency
              </th>
            </tr>
          </thead>
          <tbody>
            {!isNewestFirst && older}
            <Spacer height={before} columns={COLUMNS} />
            {items.map((item) => {
              const entry = entries[item.index]
              if (entry === undefined) return null
              const { position } = entry
              return (
                <TimelineRow
                  key={position}
                  id={`${prefix}-${position}`}
                  entry={entry}
                  lanes={lanes}
                  rowIndex={item.index + 2}
                  isActive={item.index === active}
                  hasAge={selected === null}
                  isSelected={position === selected}
                  isKin={position === kin}
                  isFresh={freshFrom !== null && position >= freshFrom}
                  isOpen={isOpenCall(entry, buffer)}
                />
              )
            })}
            <Spacer height={after} columns={COLUMNS} />
            {isNewestFirst && older}
          </tbody>
        </table>
        {entries.length === 0 && !isLoading && (
          <p className="px-3 py-8 text-center text-ink-2">
            {isFiltered
              ? hasOlder
                ? 'No loaded entry fits; older ones may.'
                : 'No entry fits.'
              : 'Nothing has happened at this station yet.'}
          </p>
        )}
      </div>
      {unseen > 0 && (
        <button
          type="button"
          className={`absolute left-1/2 -translate-x-1/2 rounded-full bg-accent px-3 py-1 font-medium text-on-accent shadow-md ${isNewestFirst ? 'top-9' : 'bottom-3'}`}
          onClick={() => onFollow('following')}
        >
          {unseen === 1 ? '1 new entry' : `${formatCount(unseen)} new entries`}
        </button>
      )}
    </div>
  )
}

/** The position of the row that an event happened in. */
function positionAt(target: EventTarget): number | null {
  if (!(target instanceof Element) || target.closest('button, a') !== null) return null
  const text = target.closest('tr')?.dataset['position']
  return text === undefined ? null : Number(text)
}

function countNewer(entries: readonly TimelineEntry[], position: number, isNewestFirst: boolean): number {
  let count = 0
  for (let index = 0; index < entries.length; index++) {
    const entry = isNewestFirst ? entries[index] : entries[entries.length - 1 - index]
    if (entry === undefined || entry.position <= position) break
    count++
  }
  return count
}
