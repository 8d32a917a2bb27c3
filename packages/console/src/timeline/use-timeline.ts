// The entries of a station for the page: the latest ones, older ones on demand, and live ones as they are written.

import { useCallback, useEffect, useRef, useState } from 'react'
import { type EntryKind, fetchTimeline, type TimelineEntry } from '../api/timeline.ts'
import { openEventStream } from '../live/event-stream.ts'
import { TimelineBuffer } from './timeline-buffer.ts'

const PAGE = 200
/** Live entries are shown in batches: a busy station must not make the page paint for each frame. */
const BATCH_MS = 200

export type TimelinePhase =
  | { readonly phase: 'loading' }
  | { readonly phase: 'failed'; readonly error: unknown }
  | { readonly phase: 'loaded' }

export interface Timeline {
  readonly state: TimelinePhase
  readonly buffer: TimelineBuffer
  /** Changes whenever the buffer does. */
  readonly entries: readonly TimelineEntry[]
  readonly hasOlder: boolean
  readonly isLoadingOlder: boolean
  readonly loadOlder: () => void
  readonly retry: () => void
}

export interface TimelineHandlers {
  /** Entries that were just written. */
  readonly onLive: (entries: readonly TimelineEntry[]) => void
  readonly onDenied: () => void
}

/**
 * Reads a station's timeline.
 * @param kinds what the API is asked for; empty: all
 */
export function useTimeline(station: string, kinds: readonly EntryKind[], handlers: TimelineHandlers): Timeline {
  const kindList = kinds.join(',')
  const [buffer, setBuffer] = useState(() => new TimelineBuffer())
  const [entries, setEntries] = useState<readonly TimelineEntry[]>([])
  const [state, setState] = useState<TimelinePhase>({ phase: 'loading' })
  const [older, setOlder] = useState<number | null>(null)
  const [isLoadingOlder, setLoadingOlder] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const latest = useRef(handlers)
  latest.current = handlers

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks for another try
  useEffect(() => {
    const own = new TimelineBuffer()
    const asked = kindList === '' ? undefined : (kindList.split(',') as EntryKind[])
    const abort = new AbortController()
    let close: (() => void) | null = null
    let waiting: TimelineEntry[] = []
    let timer: ReturnType<typeof setTimeout> | null = null
    setBuffer(own)
    setEntries([])
    setOlder(null)
    setState({ phase: 'loading' })

    function flush(): void {
      timer = null
      const batch = waiting
      waiting = []
      own.add(asked === undefined ? batch : batch.filter((entry) => asked.includes(entry.kind)))
      own.dropOldest()
      setEntries(own.entries)
      latest.current.onLive(batch)
    }

    async function begin(): Promise<void> {
      try {
        const page = await fetchTimeline(station, { order: 'desc', limit: PAGE, kinds: asked }, abort.signal)
        own.add(page.items)
        setEntries(own.entries)
        setOlder(page.next === null ? null : Number(page.next))
        setState({ phase: 'loaded' })
        // From the newest entry on, so that nothing between the page and the stream is missed; an empty timeline begins
        // at its beginning.
        close = openEventStream({
          station,
          after: own.entries.at(-1)?.position ?? 0,
          onEntries: (fresh) => {
            waiting.push(...fresh)
            timer ??= setTimeout(flush, BATCH_MS)
          },
          onDenied: () => latest.current.onDenied(),
        })
      } catch (error) {
        if (!abort.signal.aborted) setState({ phase: 'failed', error })
      }
    }
    void begin()
    return () => {
      abort.abort()
      close?.()
      if (timer !== null) clearTimeout(timer)
    }
  }, [station, kindList, attempt])

  const loadOlder = useCallback(() => {
    if (older === null || isLoadingOlder) return
    const asked = kindList === '' ? undefined : (kindList.split(',') as EntryKind[])
    setLoadingOlder(true)
    fetchTimeline(station, { order: 'desc', after: older, limit: PAGE, kinds: asked })
      .then((page) => {
        buffer.add(page.items)
        setEntries(buffer.entries)
        setOlder(page.next === null ? null : Number(page.next))
      })
      // The button stays, so that a person can try again; the connection state of the shell says what is wrong.
      .catch(() => undefined)
      .finally(() => setLoadingOlder(false))
  }, [station, kindList, older, isLoadingOlder, buffer])

  const retry = useCallback(() => setAttempt((count) => count + 1), [])
  return { state, buffer, entries, hasOlder: older !== null, isLoadingOlder, loadOlder, retry }
}
