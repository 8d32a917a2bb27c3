// The hands of the live stream: opens it with fetch, reads it, reports each entry, and does what the machine in
// reconnect.ts says. It resumes after the last position it saw, so that nothing is missing and nothing comes twice.

import { problemOf } from '../api/http.ts'
import { query } from '../api/page.ts'
import type { TimelineEntry } from '../api/timeline.ts'
import { connection } from './connection.ts'
import { firstAttempt, type StreamInput, type StreamState, type StreamStep, stepStream } from './reconnect.ts'
import { SseParser } from './sse-parser.ts'

export interface EventStreamOptions {
  /** Only entries of this station; undefined: of all. */
  readonly station?: string | undefined
  /** Only entries after this position; undefined: from now on. */
  readonly after?: number | undefined
  readonly onEntries: (entries: readonly TimelineEntry[]) => void
  readonly onDenied: () => void
}

const TICK_MS = 1000
/** A glance at another tab is no reason to close anything. */
const HIDDEN_FOR_MS = 30_000

/** Opens a stream of entries; gives a function that ends it. */
export function openEventStream(options: EventStreamOptions): () => void {
  let state: StreamState
  let abort: AbortController | null = null
  let after = options.after
  let hiddenTimer: ReturnType<typeof setTimeout> | null = null

  function take(step: StreamStep): void {
    state = step.state
    if (step.deed !== null) {
      abort?.abort()
      abort = null
    }
    report()
    if (step.deed === 'connect') void connect()
  }

  function tell(input: StreamInput): void {
    const wasDenied = state.phase === 'denied'
    take(stepStream(state, input, Date.now(), Math.random()))
    if (state.phase === 'denied' && !wasDenied) options.onDenied()
  }

  function report(): void {
    switch (state.phase) {
      case 'open':
        connection.stream('live')
        break
      case 'connecting':
        connection.stream(state.attempt === 1 ? 'connecting' : 'reconnecting')
        break
      case 'waiting':
        connection.stream('reconnecting', state.why)
        break
      case 'paused':
        connection.stream('paused')
        break
      case 'denied':
        connection.stream('reconnecting', 'the broker asks for a login')
        break
    }
  }

  async function connect(): Promise<void> {
    const own = new AbortController()
    abort = own
    /** Whether this attempt is still the one that counts. */
    const isCurrent = () => abort === own
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    try {
      const response = await fetch(`/api/v1/events${query({ station: options.station, after })}`, {
        headers,
        signal: own.signal,
        cache: 'no-store',
      })
      if (!isCurrent()) return
      if (response.status === 401) return tell({ kind: 'denied' })
      if (!response.ok || response.body === null)
        return tell({ kind: 'ended', why: (await problemOf(response)).title.toLowerCase() })
      tell({ kind: 'opened' })
      await read(response.body, isCurrent)
      if (isCurrent()) tell({ kind: 'ended', why: 'the broker ended the stream' })
    } catch {
      // A network fault has no further name in a browser; the machine tries again.
      if (isCurrent()) tell({ kind: 'ended', why: 'the connection was lost' })
    }
  }

  async function read(body: ReadableStream<Uint8Array>, isCurrent: () => boolean): Promise<void> {
    const parser = new SseParser()
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || !isCurrent()) return
      connection.heard()
      state = stepStream(state, { kind: 'heard' }, Date.now(), 0).state
      const entries: TimelineEntry[] = []
      for (const event of parser.push(value)) {
        if (event.id !== null && /^\d+$/.test(event.id)) after = Number(event.id)
        if (event.data !== null) entries.push(JSON.parse(event.data) as TimelineEntry)
      }
      if (entries.length > 0) options.onEntries(entries)
    }
  }

  function visibilityChanged(): void {
    if (document.visibilityState === 'visible') {
      if (hiddenTimer !== null) clearTimeout(hiddenTimer)
      hiddenTimer = null
      tell({ kind: 'shown' })
    } else hiddenTimer ??= setTimeout(() => tell({ kind: 'hidden' }), HIDDEN_FOR_MS)
  }

  const tick = setInterval(() => {
    const step = stepStream(state, { kind: 'tick' }, Date.now(), Math.random())
    if (step.state !== state) take(step)
  }, TICK_MS)
  document.addEventListener('visibilitychange', visibilityChanged)
  const first = firstAttempt(Date.now())
  state = first.state
  take(first)

  return () => {
    clearInterval(tick)
    if (hiddenTimer !== null) clearTimeout(hiddenTimer)
    document.removeEventListener('visibilitychange', visibilityChanged)
    abort?.abort()
    abort = null
    connection.stream(null)
  }
}
