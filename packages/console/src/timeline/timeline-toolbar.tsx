// What stands above the timeline: which entries, in which order, and whether it goes along.

import { ArrowDownUp, Radio } from 'lucide-react'
import type { EntryKind } from '../api/timeline.ts'
import { formatCount } from '../format/quantity.ts'
import { SearchField } from '../parts/search-field.tsx'
import type { Follow } from './follow.ts'

/** Kinds that this version writes, in the order people look for them. */
const kinds: readonly (readonly [EntryKind, string])[] = [
  ['frame', 'Frames'],
  ['link', 'Links'],
  ['delivery', 'Deliveries'],
  ['decision', 'Decisions'],
  ['change', 'Changes'],
  ['fault', 'Faults'],
]

interface TimelineToolbarProps {
  readonly chosen: readonly EntryKind[]
  readonly onKinds: (kinds: readonly EntryKind[]) => void
  readonly text: string
  readonly onText: (text: string) => void
  readonly shown: number
  readonly loaded: number
  readonly hasOlder: boolean
  readonly isNewestFirst: boolean
  readonly onOrder: () => void
  readonly follow: Follow
  readonly onFollow: () => void
}

export function TimelineToolbar(props: TimelineToolbarProps) {
  const { chosen, onKinds, text, onText, shown, loaded, hasOlder, isNewestFirst, onOrder, follow, onFollow } = props
  const toggle = (kind: EntryKind) =>
    onKinds(chosen.includes(kind) ? chosen.filter((each) => each !== kind) : [...chosen, kind])
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-t border-line px-3 py-1.5">
      <h2 className="font-semibold">Timeline</h2>
      <span className="text-ink-3">
        {text === ''
          ? `${formatCount(loaded)} loaded${hasOlder ? '' : ', all there is'}`
          : `${formatCount(shown)} of ${formatCount(loaded)} loaded`}
      </span>
      <SearchField
        text={text}
        onText={onText}
        label="Search the loaded entries"
        placeholder="Action, id, text of a message…"
      />
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">Kinds of entries; none chosen shows all</legend>
        {kinds.map(([kind, word]) => (
          <button
            key={kind}
            type="button"
            className="button min-h-6! rounded-full! px-2! text-xs"
            aria-pressed={chosen.includes(kind)}
            onClick={() => toggle(kind)}
          >
            {word}
          </button>
        ))}
      </fieldset>
      <div className="ml-auto flex gap-1.5">
        <button type="button" className="button" onClick={onOrder} title="Change the order (o)">
          <ArrowDownUp className="size-3.5" aria-hidden="true" />
          {isNewestFirst ? 'Newest first' : 'Newest last'}
        </button>
        <button
          type="button"
          className="button"
          aria-pressed={follow === 'following'}
          onClick={onFollow}
          title="Go along with what happens (.)"
        >
          <Radio className={`size-3.5 ${follow === 'following' ? 'pulse' : ''}`} aria-hidden="true" />
          Follow
        </button>
      </div>
    </div>
  )
}
