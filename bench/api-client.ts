// The public API as the benchmark uses it: a station's timeline over one kept-alive connection, with the time it took.

import { Agent, get } from 'node:http'

/** What is used of a timeline entry; the contract names many more fields. */
export interface TimelineItem {
  readonly position: number
  readonly kind: string
  readonly type?: string
  readonly messageId?: string
  readonly raw?: string
}

interface TimelinePage {
  readonly items: readonly TimelineItem[]
}

export interface TimelineQuery {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly after?: number
  readonly kind?: string
}

/** The path and query of a station's timeline. */
export function timelinePath(station: string, query: TimelineQuery): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value))
  return `/api/v1/stations/${encodeURIComponent(station)}/timeline?${search.toString()}`
}

export class ApiClient {
  readonly #base: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  /** @param base address of the API as the ready line named it; null when the broker has none, which throws */
  constructor(base: string | null) {
    if (base === null) throw new Error('this broker has no API: its ready line names none')
    this.#base = base
  }

  /** A page of a station's timeline, and the milliseconds from the request to the last byte. */
  async timeline(
    station: string,
    query: TimelineQuery,
  ): Promise<{ readonly items: readonly TimelineItem[]; readonly ms: number }> {
    const began = performance.now()
    const text = await this.#text(timelinePath(station, query))
    const ms = performance.now() - began
    const page = JSON.parse(text) as TimelinePage
    if (!Array.isArray(page.items)) throw new Error(`not a list: ${text.slice(0, 200)}`)
    return { items: page.items, ms }
  }

  /** The newest position among some stations' timelines: about how many entries the journal holds. */
  async newestPosition(stations: readonly string[]): Promise<number> {
    let newest = 0
    for (const station of stations) {
      const { items } = await this.timeline(station, { limit: 1, order: 'desc' })
      newest = Math.max(newest, items[0]?.position ?? 0)
    }
    return newest
  }

  close(): void {
    this.#agent.destroy()
  }

  #text(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = get(this.#base + path, { agent: this.#agent, timeout: 30_000 }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          if (response.statusCode === 200) resolve(text)
          else reject(new Error(`GET ${path} was answered with ${response.statusCode}: ${text.slice(0, 300)}`))
        })
      })
      request.on('timeout', () => request.destroy(new Error(`GET ${path} took longer than 30 s`)))
      request.on('error', reject)
    })
  }
}
