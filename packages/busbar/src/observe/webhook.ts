// Telling one URL about faults. The address may be down for the same reason as everything else, so: a short time to
// answer, three tries, a bounded queue in which the newest stay, and never a word back into the faults it reports
// (rule MO5).

import type { Clock } from '../system/clock.ts'

/** What is posted, as JSON. */
export interface FaultNotice {
  readonly site: string
  readonly at: string
  readonly code: string
  readonly station: string | null
  readonly text: string
  readonly cause: string
  readonly remedy: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** Posts a body and gives the HTTP status. */
export type Post = (url: string, body: string, timeoutMs: number) => Promise<number>

const TIMEOUT_MS = 5000
/** Waits before the second and the third try. */
const RETRY_AFTER_MS = [2000, 15_000]
const MAX_WAITING = 100

export interface WebhookOptions {
  /** Where to post; null: nowhere. Asked each time, so that a reload counts. */
  readonly url: () => string | null
  readonly clock: Clock
  readonly log: { warn(detail: object, text: string): void }
  readonly post?: Post
}

export class Webhook {
  readonly #options: WebhookOptions
  readonly #post: Post
  readonly #waiting: FaultNotice[] = []
  /** Notices that had to go because too many waited. */
  #dropped = 0
  #isSending = false
  #isStopped = false
  #cancelWait: (() => void) | null = null

  constructor(options: WebhookOptions) {
    this.#options = options
    this.#post = options.post ?? postJson
  }

  /** Notices not delivered yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Puts a notice in the queue. Never waits and never fails. */
  tell(notice: FaultNotice): void {
    if (this.#isStopped || this.#options.url() === null) return
    if (this.#waiting.length >= MAX_WAITING) {
      this.#waiting.shift()
      this.#dropped++
    }
    this.#waiting.push(notice)
    if (!this.#isSending) void this.#sendAll()
  }

  /** Ends it; what waits is let go, because the journal has it. */
  stop(): void {
    this.#isStopped = true
    this.#waiting.length = 0
    this.#cancelWait?.()
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const dropped = this.#dropped
      this.#dropped = 0
      await this.#send(dropped === 0 ? next : { ...next, detail: { ...next.detail, noticesDropped: dropped } })
    }
    this.#isSending = false
  }

  async #send(notice: FaultNotice): Promise<void> {
    for (const waitMs of [...RETRY_AFTER_MS, null]) {
      const url = this.#options.url()
      if (url === null || this.#isStopped) return
      const failure = await this.#try(url, JSON.stringify(notice))
      if (failure === null) return
      if (waitMs === null) {
        this.#options.log.warn({ fault: notice.code, failure }, 'the webhook took no notice of a fault')
        return
      }
      await this.#wait(waitMs)
    }
  }

  /** @returns null when it was taken, else why not */
  async #try(url: string, body: string): Promise<string | null> {
    try {
      const status = await this.#post(url, body, TIMEOUT_MS)
      return status >= 200 && status < 300 ? null : `status ${status}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#options.clock.after(ms, resolve)
    this.#cancelWait = () => {
      cancel()
      resolve()
    }
    return promise
  }
}

async function postJson(url: string, body: string, timeoutMs: number): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'busbar' },
    body,
    // A redirect could lead the notice to where nobody meant it to go.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  await response.body?.cancel()
  return response.status
}
