// The state of the console's own connection, in words: how data comes, and how old it is when it does not.

import { useSyncExternalStore } from 'react'
import type { LinkState } from '../api/stations.ts'
import { formatDuration } from '../format/age.ts'
import { type ConnectionMode, connection, staleAge } from '../live/connection.ts'
import { useNow } from '../parts/ago.tsx'
import { LinkGlyph, LinkWord } from '../parts/status.tsx'

const looks: Readonly<Record<ConnectionMode, { readonly state: LinkState; readonly word: string }>> = {
  live: { state: 'up', word: 'Live' },
  polling: { state: 'up', word: 'Polling' },
  connecting: { state: 'connecting', word: 'Connecting' },
  reconnecting: { state: 'down', word: 'Reconnecting' },
  paused: { state: 'off', word: 'Paused' },
}

const explanations: Readonly<Record<ConnectionMode, string>> = {
  live: 'Entries arrive as they are written.',
  polling: 'This page asks the broker every few seconds.',
  connecting: 'The live stream is being opened.',
  reconnecting: 'The console tries again by itself and continues where it stopped.',
  paused: 'The tab was hidden; it goes on where it stopped.',
}

export function ConnectionBadge() {
  const view = useSyncExternalStore(connection.subscribe, connection.view)
  const now = useNow()
  const age = staleAge(view, now)
  const look = looks[view.mode]
  const title = [view.why === null ? null : `${view.why}.`, explanations[view.mode]].filter(Boolean).join(' ')
  return (
    <div className="flex items-center gap-1.5 px-1" title={title} data-testid="connection">
      <LinkGlyph state={age === null ? look.state : 'down'} />
      <span role="status">
        <LinkWord state={age === null ? look.state : 'down'}>{look.word}</LinkWord>
      </span>
      {age !== null && <span className="text-ink-2">data {formatDuration(age)} old</span>}
    </div>
  )
}

/** Whether what the page shows is old. */
export function useIsStale(): boolean {
  const view = useSyncExternalStore(connection.subscribe, connection.view)
  return staleAge(view, useNow()) !== null
}
