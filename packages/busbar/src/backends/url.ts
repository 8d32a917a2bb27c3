// Where a station's link to a backend goes and what it presents there.

import { writeBasic } from '@busbar/core/connection/basic.ts'
import { writeIdentitySegment } from '@busbar/core/connection/identity.ts'
import { writeUtf8 } from '@busbar/core/connection/octets.ts'
import type { BackendSettings } from '../config/settings.ts'
import type { DialRequest } from '../links.ts'

/** The identity a station has at a backend: the backend's template with `{id}` filled in. */
export function identityAt(backend: BackendSettings, station: string): string {
  return backend.identity.replaceAll('{id}', () => station)
}

/**
 * The URL of a station's link.
 * @returns the backend's URL with the identity as one more path segment, percent-encoded; a query stays behind it
 * @throws TypeError when the configured URL is none
 */
export function urlFor(backend: BackendSettings, station: string): string {
  const url = new URL(backend.url)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${writeIdentitySegment(identityAt(backend, station))}`
  return url.href
}

/**
 * The Authorization header of a dial; empty when nothing is to be presented. What the station presented is handed on
 * only where that was chosen (trap T17).
 */
export function authorizationFor(request: DialRequest): { Authorization?: string } {
  const { backend, credentials } = request
  if (request.asStation || backend.password?.kind === 'station') {
    if (credentials === null) return {}
    // The user of Basic authentication is the identity (OCPP-J): where the backend knows the station under another one,
    // what the station called itself would be refused.
    const renamed = backend.identity === '{id}' ? credentials.user : identityAt(backend, request.station)
    return { Authorization: writeBasic(backend.username ?? renamed, credentials.password) }
  }
  if (backend.password === null) return {}
  const user = backend.username ?? identityAt(backend, request.station)
  return { Authorization: writeBasic(user, writeUtf8(backend.password.password)) }
}
