// Live entries for those who watch, as server-sent events. A stream is a place in the journal: what its reader has not
// taken yet is not kept in memory but read again from the journal, so a slow reader costs a page of entries and no more
// (rules AP14 to AP17). Each entry is rendered once for all streams that see tokens alike.

import type { ServerResponse } from 'node:http'
import type { Position } from '@busbar/core/base/moment.ts'
import type { EntryKind, Placed } from '@busbar/core/journal/entry.ts'
import type { Clock } from '../system/clock.ts'
import type { Reading, TimelineView } from './ports.ts'

/** Entries read from the journal at once while a stream catches up; between pages others get their turn. */
const PAGE = 200

/** A proxy in between ends silent connections, often after 60 s. */
export const HEARTBEAT_MS = 15_000

/** A reader that takes nothing for this long is gone or broken; it may come back and resume. */
export const STALLED_MS = 30_000

/** What a browser waits before it comes back. */
const RETRY_MS = 2000

export interface StreamRequest {
  /** Only entries after this position; null: only what happens from now on. */
  readonly after: Position | null
  readonly station: string | null
  readonly kinds: ReadonlySet<EntryKind> | null
  readonly reading: Reading
}

/** live: has all there is. catchingUp: reads the journal. blocked: its socket takes nothing more. */
type Phase = 'live' | 'catchingUp' | 'blocked' | 'closed'

interface Rendered {
  clear: string | null
  masked: string | null
}

export interface EventStreamsOptions {
  readonly timeline: TimelineView
  readonly clock: Clock
  readonly maxStreams: number
}

/** All open event streams of the interface. */
export class EventStreams {
  readonly #timeline: TimelineView
  readonly #clock: Clock
  readonly #maxStreams: number
  readonly #streams = new Set<EventStream>()
  #rendered = new WeakMap<Placed, Rendered>()
  #unfollow: (() => void) | null = null

  constructor(options: EventStreamsOptions) {
    this.#timeline = options.timeline
    this.#clock = options.clock
    this.#maxStreams = options.maxStreams
  }

  get size(): number {
    return this.#streams.size
  }

  get full(): boolean {
    return this.#streams.size >= this.#maxStreams
  }

  /** Starts a stream on a response whose head was written. It ends with its socket, or by `closeAll`. */
  open(response: ServerResponse, request: StreamRequest): void {
    // Nobody watches, nobody listens: the journal tells its entries only while there is a stream.
    this.#unfollow ??= this.#timeline.follow((entries) => {
      for (const stream of this.#streams) stream.offer(entries)
    })
    const stream = new EventStream(response, request, {
      timeline: this.#timeline,
      clock: this.#clock,
      textOf: (placed) => this.#textOf(placed, request.reading),
      ended: () => this.#remove(stream),
    })
    this.#streams.add(stream)
    stream.start()
  }

  /** Ends all streams; their readers come back to whoever listens next. */
  closeAll(): void {
    for (const stream of this.#streams) stream.close()
  }

  #remove(stream: EventStream): void {
    this.#streams.delete(stream)
    if (this.#streams.size > 0) return
    this.#unfollow?.()
    this.#unfollow = null
  }

  #textOf(placed: Placed, reading: Reading): string {
    let rendered = this.#rendered.get(placed)
    if (rendered === undefined) {
      rendered = { clear: null, masked: null }
      this.#rendered.set(placed, rendered)
    }
    const form = reading.pseudonym === undefined ? 'clear' : 'masked'
    const present = rendered[form]
    if (present !== null) return present
    const text = `id: ${placed.position}\ndata: ${JSON.stringify(this.#timeline.render(placed, reading))}\n\n`
    rendered[form] = text
    return text
  }
}

interface StreamTools {
  readonly timeline: TimelineView
  readonly clock: Clock
  readonly textOf: (placed: Placed) => string
  readonly ended: () => void
}

/** One reader. */
class EventStream {
  readonly #response: ServerResponse
  readonly #request: StreamRequest
  readonly #tools: StreamTools
  #phase: Phase = 'catchingUp'
  /** Everything up to here was sent, or was not asked for. */
  #cursor: Position
  #stopHeartbeat: () => void = () => {}
  #stopStalled: () => void = () => {}

  constructor(response: ServerResponse, request: StreamRequest, tools: StreamTools) {
    this.#response = response
    this.#request = request
    this.#tools = tools
    // A position that this journal has not reached comes from another one, or from before a restore.
    this.#cursor = Math.min(request.after ?? tools.timeline.synced, tools.timeline.synced)
  }

  start(): void {
    this.#response.on('close', () => this.#end())
    this.#response.on('error', () => this.#end())
    this.#response.on('drain', () => this.#drained())
    this.#beat()
    if (this.#write(`retry: ${RETRY_MS}\n\n${this.#mark()}`)) this.#catchUp()
  }

  /** Hears of entries that became durable. One that is behind finds them in the journal when it gets there. */
  offer(entries: readonly Placed[]): void {
    if (this.#phase === 'live') this.#send(entries)
  }

  close(): void {
    if (this.#phase === 'closed') return
    this.#response.end()
    this.#end()
  }

  /** Sends what is asked for, in order, until the socket takes no more. */
  #send(entries: readonly Placed[]): boolean {
    for (const placed of entries) {
      if (placed.position <= this.#cursor) continue
      this.#cursor = placed.position
      if (this.#wants(placed) && !this.#write(this.#tools.textOf(placed))) return false
    }
    return true
  }

  #wants(placed: Placed): boolean {
    const { station, kinds } = this.#request
    if (station !== null && placed.entry.station !== station) return false
    return kinds === null || kinds.has(placed.entry.kind)
  }

  #catchUp(): void {
    if (this.#phase === 'closed' || this.#phase === 'blocked') return
    this.#phase = 'catchingUp'
    const { timeline } = this.#tools
    const synced = timeline.synced
    const { station, kinds } = this.#request
    const page =
      station === null
        ? timeline.read(this.#cursor + 1, PAGE)
        : timeline.timeline({ station, after: this.#cursor, kinds: kinds ?? undefined, order: 'asc', limit: PAGE })
    if (!this.#send(page)) return
    if (page.length > 0) {
      setImmediate(() => this.#catchUp())
      return
    }
    this.#cursor = Math.max(this.#cursor, synced)
    this.#phase = 'live'
  }

  /** @returns false when the socket is full, and the stream then waits for it */
  #write(text: string): boolean {
    if (this.#response.write(text)) return true
    this.#phase = 'blocked'
    this.#stopStalled()
    this.#stopStalled = this.#tools.clock.after(STALLED_MS, () => this.#response.destroy())
    return false
  }

  #drained(): void {
    if (this.#phase !== 'blocked') return
    this.#stopStalled()
    this.#phase = 'catchingUp'
    this.#catchUp()
  }

  /** Tells the reader its place, so that it resumes there even when nothing it asked for happened since. */
  #mark(): string {
    return `id: ${this.#cursor}\n: ${this.#phase}\n\n`
  }

  #beat(): void {
    this.#stopHeartbeat = this.#tools.clock.after(HEARTBEAT_MS, () => {
      if (this.#phase === 'live' || this.#phase === 'catchingUp') this.#write(this.#mark())
      if (this.#phase !== 'closed') this.#beat()
    })
  }

  #end(): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    this.#stopHeartbeat()
    this.#stopStalled()
    this.#tools.ended()
  }
}
