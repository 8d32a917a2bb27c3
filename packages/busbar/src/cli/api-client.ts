// Talks to a running broker over its public API, as every client command does. What goes wrong comes out as a
// CommandFailure that names the address, the code and what to do; the token is never shown.

import { describeFault } from '@busbar/core/base/fault.ts'
import { CommandFailure } from './failure.ts'
import { readServerEvents, type ServerEvent } from './server-events.ts'

export const DEFAULT_API = 'http://127.0.0.1:9080'

export interface ApiAddress {
  /** Without a slash at the end. */
  readonly base: string
  readonly token: string | null
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

/** A list as the API gives it. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/**
 * Where the broker is: by option, else by environment, else on this machine.
 * @param options `--api` and `--token` as given
 */
export function findApi(
  options: { readonly api?: string | undefined; readonly token?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): ApiAddress {
  const text = nonEmpty(options.api) ?? nonEmpty(env['BUSBAR_API']) ?? DEFAULT_API
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new CommandFailure(2, 'BB-CLI-003', `the API address \`${text}\` is not an http or https URL`)
  }
  const url = new URL(text)
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}`
  return { base, token: nonEmpty(options.token) ?? nonEmpty(env['BUSBAR_TOKEN']) ?? null }
}

export class ApiClient {
  readonly #address: ApiAddress

  constructor(address: ApiAddress) {
    this.#address = address
  }

  /** Asks for one document; the path is below /api/v1. */
  async get<Document>(path: string, query: Query = {}): Promise<Document> {
    return (await this.#json(await this.#send('GET', path, query))) as Document
  }

  /**
   * Collects a list page by page.
   * @param most stops when this many are there
   */
  async list<Item>(path: string, query: Query, most: number): Promise<Item[]> {
    const items: Item[] = []
    let cursor: string | null = null
    do {
      const limit = Math.min(most - items.length, 200)
      const page: Page<Item> = await this.get(path, { ...query, limit, cursor })
      if (!Array.isArray(page.items)) throw this.#notBusbar('the list has no items')
      items.push(...page.items)
      cursor = page.next
    } while (cursor !== null && items.length < most)
    return items.slice(0, most)
  }

  /** Sends a body as it stands. */
  async post<Document>(path: string, body: string, type = 'application/json', query: Query = {}): Promise<Document> {
    return (await this.#json(await this.#send('POST', path, query, { body, type }))) as Document
  }

  /**
   * Follows server-sent events until the signal fires or the broker ends the stream.
   * @param after position after which to begin
   */
  async *events(path: string, query: Query, signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const response = await this.#send('GET', path, query, { accept: 'text/event-stream', signal })
    if (response.body === null || response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
      throw this.#notBusbar('it sends no event stream')
    }
    yield* readServerEvents(response.body)
  }

  async #send(
    method: string,
    path: string,
    query: Query,
    extra: {
      readonly body?: string
      readonly type?: string
      readonly accept?: string
      readonly signal?: AbortSignal
    } = {},
  ): Promise<Response> {
    const url = new URL(`${this.#address.base}/api/v1/${path}`)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value))
    }
    let response: Response
    try {
      response = await fetch(url, {
        method,
        // A redirect would carry the token to somebody else.
        redirect: 'manual',
        headers: {
          accept: extra.accept ?? 'application/json',
          ...(extra.type === undefined ? {} : { 'content-type': extra.type }),
          ...(this.#address.token === null ? {} : { authorization: `Bearer ${this.#address.token}` }),
        },
        ...(extra.body === undefined ? {} : { body: extra.body }),
        ...(extra.signal === undefined ? {} : { signal: extra.signal }),
      })
    } catch (cause) {
      if (extra.signal?.aborted === true) throw cause
      throw new CommandFailure(
        1,
        'BB-CLI-001',
        `no broker answers at ${this.#address.base} (${reasonOf(cause)})`,
        undefined,
        cause,
      )
    }
    if (response.ok) return response
    throw await this.#refusal(response)
  }

  async #json(response: Response): Promise<unknown> {
    if (response.status === 204) return null
    const text = await response.text()
    try {
      return JSON.parse(text) as unknown
    } catch {
      throw this.#notBusbar('the answer is not JSON')
    }
  }

  async #refusal(response: Response): Promise<CommandFailure> {
    const text = await response.text()
    let problem: Record<string, unknown> | null = null
    try {
      const parsed: unknown = JSON.parse(text)
      problem = parsed !== null && typeof parsed === 'object' ? (parsed as Record<string, unknown>) : null
    } catch {
      // Told below as something that is not Busbar.
    }
    const code = problem?.['code']
    if (problem === null || typeof code !== 'string') return this.#notBusbar(`status ${response.status}`)
    const title =
      typeof problem['title'] === 'string' ? problem['title'].replace(/\.$/, '') : `status ${response.status}`
    const remedy = describeFault(code)?.remedy
    const detail = typeof problem['detail'] === 'string' && problem['detail'] !== remedy ? problem['detail'] : ''
    // One that the detail tells already is not told twice.
    const errors = Array.isArray(problem['errors'])
      ? problem['errors'].filter((error) => !tells(detail, error)).map(formatFieldError)
      : []
    const what = [detail === '' ? title : `${title}: ${detail.replace(/\.$/, '')}`, ...errors].join('\n  ')
    return new CommandFailure(1, code, what, remedy)
  }

  #notBusbar(why: string): CommandFailure {
    return new CommandFailure(
      1,
      'BB-CLI-002',
      `what answers at ${this.#address.base} is not the API of Busbar (${why})`,
    )
  }
}

function tells(detail: string, error: unknown): boolean {
  const { message, line } = error as { message?: unknown; line?: unknown }
  return line === undefined && typeof message === 'string' && detail.includes(message)
}

function formatFieldError(error: unknown): string {
  const { field, message, line } = error as { field?: unknown; message?: unknown; line?: unknown }
  return `${typeof line === 'number' ? `line ${line}: ` : ''}${String(field)}: ${String(message)}`
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause
  if (inner instanceof AggregateError && inner.errors.length > 0) return reasonOf(inner.errors[0])
  const { code, message } = inner as { code?: unknown; message?: unknown }
  return typeof code === 'string' ? code : String(message)
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text
}
