// The lanes of one row: a line per party, and what the entry is between them. A call is a full line with a filled head, an
// answer a dashed one with an open head, as people draw sequences; an error ends in a cross. It is a picture of what the
// row says in words, so it is hidden from those who listen.

import type { TimelineEntry } from '../api/timeline.ts'
import { toneText } from '../parts/status.tsx'
import { toneOf } from './entry-look.ts'
import { type Lanes, placeEntry } from './lanes.ts'

export const LANE = 54
export const ROW = 28

const x = (lane: number) => LANE / 2 + lane * LANE
const MIDDLE = ROW / 2

export function LaneTrack({ entry, lanes }: { entry: TimelineEntry; lanes: Lanes }) {
  const width = lanes.length * LANE
  return (
    <svg width={width} height={ROW} viewBox={`0 0 ${width} ${ROW}`} className="block" aria-hidden="true">
      {lanes.map((lane, index) => (
        <path
          key={lane}
          d={`M${x(index)} 0V${ROW}`}
          className={lane === 'busbar' ? 'stroke-accent' : 'stroke-edge'}
          strokeOpacity={lane === 'busbar' ? 0.6 : 0.45}
          strokeWidth={lane === 'busbar' ? 2 : 1}
        />
      ))}
      <g className={toneOf(entry) === 'plain' ? 'text-ink-2' : toneText[toneOf(entry)]}>
        <Shape entry={entry} lanes={lanes} />
      </g>
    </svg>
  )
}

function Shape({ entry, lanes }: { entry: TimelineEntry; lanes: Lanes }) {
  const placement = placeEntry(entry, lanes)
  if (placement.kind === 'mark') return <Mark entry={entry} at={x(placement.at)} />
  const direction = placement.to > placement.from ? 1 : -1
  const from = x(placement.from)
  const to = x(placement.to) - direction * 2
  const isAnswer = entry.kind === 'frame' && (entry.type === 'result' || entry.type === 'error')
  const isError = entry.kind === 'frame' && (entry.type === 'error' || entry.type === 'resultError')
  const isDead = entry.kind === 'frame' && entry.to === null
  return (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      <path d={`M${from} ${MIDDLE}H${to - direction * 5}`} strokeDasharray={isAnswer ? '1 4' : undefined} />
      <circle cx={from} cy={MIDDLE} r="2.25" fill="currentColor" stroke="none" />
      {isDead || isError ? (
        <path d={`M${to - 4} ${MIDDLE - 4}l8 8m0 -8l-8 8`} />
      ) : (
        <path
          d={`M${to - direction * 6} ${MIDDLE - 4}L${to} ${MIDDLE}L${to - direction * 6} ${MIDDLE + 4}${isAnswer ? '' : 'Z'}`}
          fill={isAnswer ? 'none' : 'currentColor'}
        />
      )}
    </g>
  )
}

/** A link is a plug that is full or hollow, a fault a triangle, a delivery a box, everything else a diamond. */
function Mark({ entry, at }: { entry: TimelineEntry; at: number }) {
  const stroke = { stroke: 'currentColor', strokeWidth: 1.5 }
  switch (entry.kind) {
    case 'link':
      return entry.state === 'refused' ? (
        <path d={`M${at - 4} ${MIDDLE - 4}l8 8m0 -8l-8 8`} {...stroke} strokeLinecap="round" />
      ) : (
        <circle
          cx={at}
          cy={MIDDLE}
          r="4.5"
          {...stroke}
          className={entry.state === 'up' ? 'fill-current' : 'fill-surface'}
        />
      )
    case 'fault':
    case 'diagnosis':
      return <path d={`M${at} ${MIDDLE - 5}l6 10h-12z`} className="fill-surface" {...stroke} strokeLinejoin="round" />
    case 'delivery':
      return <rect x={at - 4} y={MIDDLE - 4} width="8" height="8" className="fill-surface" {...stroke} />
    default:
      return <path d={`M${at} ${MIDDLE - 5}l5 5l-5 5l-5 -5z`} className="fill-surface" {...stroke} />
  }
}

/** Names of the lanes, above them. */
export function LaneHead({ lanes }: { lanes: Lanes }) {
  return (
    <span className="flex">
      {lanes.map((lane) => (
        <span
          key={lane}
          title={lane}
          className={`truncate px-0.5 text-center text-2xs ${lane === 'busbar' ? 'text-accent' : ''}`}
          style={{ width: LANE }}
        >
          {lane}
        </span>
      ))}
    </span>
  )
}
