// Backends and how they do.

import { queryOptions } from '@tanstack/react-query'
import { request } from './http.ts'
import type { Page } from './page.ts'

export interface Backend {
  readonly name: string
  readonly url: string
  readonly links: { readonly up: number; readonly down: number }
  readonly pending: number
  readonly oldestPendingAt: string | null
  readonly acknowledged: number
  readonly quarantined: number
  /** Median of its latest answers. */
  readonly latencyMs: number | null
}

export const backendsQuery = queryOptions({
  queryKey: ['backends'],
  queryFn: async ({ signal }) => (await request<Page<Backend>>('/backends', { signal })).items,
  refetchInterval: 5000,
})
