// The one door to the broker: requests on the same origin, problems as one error type, and a word to the connection state
// after every answer, so that the page can say how old what it shows is.

import { connection } from '../live/connection.ts'

/** A problem document of the API (RFC 9457). Recognise one by its code. */
export interface ProblemDocument {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
}

/** A request that was answered with a problem; `status` 0: it was not answered at all. */
export class RequestFailed extends Error {
  readonly status: number
  readonly code: string
  readonly title: string

  constructor(problem: ProblemDocument, cause?: unknown) {
    super(problem.detail, cause === undefined ? undefined : { cause })
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
  }
}

/** Whether the broker asks for a login. */
export function needsLogin(error: unknown): boolean {
  return error instanceof RequestFailed && error.status === 401
}

/** What changes by cookie have to carry; told by `/me` and by a login. */
let csrf: string | null = null

/** Remembers what changes have to carry from now on. */
export function rememberCsrf(value: string | null): void {
  csrf = value
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST'
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks the API.
 * @param path under `/api/v1`, with its query
 * @returns the JSON of the answer; undefined for an answer without content
 * @throws RequestFailed
 */
export async function request<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = 'GET', body, signal } = options
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (method !== 'GET' && csrf !== null) headers['x-csrf-token'] = csrf
  let response: Response
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    connection.lost('the broker does not answer')
    throw new RequestFailed(
      { status: 0, code: '', title: 'The broker does not answer', detail: 'No answer came from the broker.' },
      error,
    )
  }
  connection.heard()
  if (!response.ok) throw new RequestFailed(await problemOf(response))
  return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer)
}

/** The problem an answer tells of; what stands in front of the broker may answer in another way. */
export async function problemOf(response: Response): Promise<ProblemDocument> {
  const fallback = {
    status: response.status,
    code: '',
    title: `Status ${response.status}`,
    detail: `The answer was ${response.status} ${response.statusText}`.trimEnd(),
  }
  if (response.headers.get('content-type')?.includes('json') !== true) return fallback
  try {
    const document = (await response.json()) as Partial<ProblemDocument>
    return { ...fallback, ...document, status: response.status }
  } catch {
    // It said JSON and was none; the status is what is known.
    return fallback
  }
}
