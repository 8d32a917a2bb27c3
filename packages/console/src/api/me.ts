// Who the console speaks as.

import { queryOptions } from '@tanstack/react-query'
import { rememberCsrf, request } from './http.ts'

export interface Me {
  readonly name: string
  readonly role: 'viewer' | 'support' | 'operator' | 'admin'
  /** none: a loopback listener without tokens. */
  readonly authentication: 'none' | 'token' | 'cookie'
  readonly csrf: string | null
  readonly site: string
  readonly version: string
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => remember(await request<Me>('/me', { signal })),
  staleTime: 60_000,
})

/** Exchanges a token for a cookie. */
export async function login(token: string): Promise<Me> {
  return remember(await request<Me>('/login', { method: 'POST', body: { token } }))
}

/** Ends the login of this browser. */
export async function logout(): Promise<void> {
  await request<undefined>('/logout', { method: 'POST' })
  rememberCsrf(null)
}

function remember(me: Me): Me {
  rememberCsrf(me.csrf)
  return me
}
