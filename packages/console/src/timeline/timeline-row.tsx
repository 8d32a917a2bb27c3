// One entry in one line: when, between whom, what, and whether something about it deserves a look.

import { memo } from 'react'
import type { TimelineEntry } from '../api/timeline.ts'
import { formatClock, formatMoment, millisecondsOf } from '../format/age.ts'
import { formatLatency } from '../format/quantity.ts'
import { Ago, useNow } from '../parts/ago.tsx'
import { Badge } from '../parts/status.tsx'
import { badgesOf, remarkOf, subjectOf, toneOf, typeWord } from './entry-look.ts'
import { LaneTrack, ROW } from './lane-track.tsx'
import type { Lanes } from './lanes.ts'

/** Stations and backends are given up on after about this long without an answer. */
const UNANSWERED_MS = 30_000

interface TimelineRowProps {
  readonly entry: TimelineEntry
  readonly lanes: Lanes
  readonly id: string
  readonly rowIndex: number
  readonly isActive: boolean
  /** Whether there is room for how long ago it was. */
  readonly hasAge: boolean
  readonly isSelected: boolean
  /** It belongs to the entry that is pointed at. */
  readonly isKin: boolean
  readonly isFresh: boolean
  /** A call that no answer is known of. */
  readonly isOpen: boolean
}

export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { entry, lanes, id, rowIndex, isActive, hasAge, isSelected, isKin, isFresh, isOpen } = props
  const at = millisecondsOf(entry.at) ?? 0
  const tone = toneOf(entry)
  return (
    <tr
      id={id}
      data-row
      data-position={entry.position}
      data-active={isActive}
      data-kin={isKin}
      data-fresh={isFresh}
      aria-selected={isSelected}
      aria-rowindex={rowIndex}
      style={{ height: ROW }}
    >
      <td className="pr-2 pl-3 font-mono text-xs" title={formatMoment(at)}>
        {formatClock(at)}
      </td>
      <td className={hasAge ? 'px-1 text-end text-xs text-ink-3 max-[60rem]:p-0' : 'p-0'}>
        {hasAge && <Ago time={entry.at} className="max-[60rem]:hidden" />}
      </td>
      <td className="px-1 py-0">
        <LaneTrack entry={entry} lanes={lanes} />
      </td>
      <td className="px-1">
        <Badge tone={tone}>{typeWord(entry)}</Badge>
      </td>
      <td className="px-1.5 font-medium" title={subjectOf(entry)}>
        {subjectOf(entry)}
      </td>
      <td className="relative px-1.5 text-ink-2" title={entry.text}>
        <span className="flex items-center gap-1.5">
          <What entry={entry} />
          {badgesOf(entry).map((badge) => (
            <Badge key={badge.text} tone={badge.tone}>
              {badge.text}
            </Badge>
          ))}
        </span>
      </td>
      <td className="pr-3 pl-1 text-end text-xs">
        {entry.kind === 'frame' && entry.latencyMs !== undefined
          ? formatLatency(entry.latencyMs)
          : isOpen && <Open at={at} />}
      </td>
    </tr>
  )
})

/** What happened, as short as the row allows; for those who listen, the whole sentence. */
function What({ entry }: { entry: TimelineEntry }) {
  const remark = remarkOf(entry)
  if (remark === entry.text) return <span className="truncate">{remark}</span>
  return (
    <>
      <span className="sr-only">{entry.text}</span>
      {remark === null && entry.kind === 'frame' ? (
        <span aria-hidden="true" className="truncate text-ink-3">
          {entry.from} to {entry.to ?? 'nobody'}
        </span>
      ) : (
        <span aria-hidden="true" className="truncate">
          {remark}
        </span>
      )}
    </>
  )
}

/** A call without an answer: at first it is awaited, later it is worth a look. */
function Open({ at }: { at: number }) {
  const isLate = useNow() - at > UNANSWERED_MS
  return <span className={isLate ? 'text-warning' : 'text-ink-3'}>{isLate ? 'no answer' : 'waiting'}</span>
}
