// Tries each backend once in the way the broker would dial it: name, connection, certificate, WebSocket, version,
// credentials. It does so under an identity of its own unless told otherwise, because a backend that sees the identity of
// a real station may end that station's link in favour of ours.

import { readFileSync } from 'node:fs'
import { writeBasic } from '@busbar/core/connection/basic.ts'
import { writeUtf8 } from '@busbar/core/connection/octets.ts'
import { subprotocols } from '@busbar/ocpp/versions.ts'
import { WebSocket } from 'ws'
import { identityAt, urlFor } from '../backends/url.ts'
import { readDocument } from '../config/document.ts'
import type { Problem } from '../config/problem.ts'
import type { BackendSettings, Settings } from '../config/settings.ts'

/** Identity of a probe; no station should have it. */
export const PROBE_IDENTITY = 'busbar-probe'

export type ProbeOutcome =
  | { readonly kind: 'open'; readonly ocpp: string }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'version' }
  | { readonly kind: 'failed'; readonly why: string }

/**
 * Probes every backend.
 * @param shown name of the configuration file in problems
 * @param as identity to probe with; null: one of our own
 * @param tell hears a line for each backend
 */
export async function probeBackends(
  settings: Settings,
  shown: string,
  as: string | null,
  tell: (line: string) => void,
): Promise<{ readonly problems: Problem[]; readonly warnings: Problem[] }> {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const position = positions(settings)
  for (const backend of settings.backends.values()) {
    const identity = as ?? PROBE_IDENTITY
    const password = passwordFor(backend, identity, settings)
    const outcome = await probe(backend, identity, password)
    const verdict = judge(backend, identity, as !== null, password !== null, outcome)
    tell(`${backend.name}: ${verdict.what}`)
    if (verdict.severity === 'fine') continue
    const { what, remedy } = verdict
    const problem: Problem = {
      file: shown,
      ...position(backend.name),
      code: 'BB-CONFIG-018',
      what: `${backend.name}: ${what}`,
      remedy,
    }
    ;(verdict.severity === 'error' ? problems : warnings).push(problem)
  }
  return { problems, warnings }
}

/** Dials a backend once; never rejects. */
export function probe(backend: BackendSettings, identity: string, password: string | null): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    let socket: WebSocket
    try {
      const user = backend.username ?? identityAt(backend, identity)
      socket = new WebSocket(urlFor(backend, identity), [...(backend.ocpp ?? subprotocols)], {
        handshakeTimeout: backend.connectTimeoutMs,
        followRedirects: false,
        perMessageDeflate: false,
        headers: {
          ...backend.headers,
          ...(password === null ? {} : { Authorization: writeBasic(user, writeUtf8(password)) }),
        },
        ...(backend.ca === null ? {} : { ca: readFileSync(backend.ca) }),
        ...(backend.cert === null ? {} : { cert: readFileSync(backend.cert) }),
        ...(backend.key === null ? {} : { key: readFileSync(backend.key) }),
      })
    } catch (cause) {
      resolve({ kind: 'failed', why: cause instanceof Error ? cause.message : String(cause) })
      return
    }
    socket.on('open', () => {
      resolve({ kind: 'open', ocpp: socket.protocol })
      socket.close(1000)
      // A backend that does not answer the close must not hold the command up.
      socket.terminate()
    })
    socket.on('unexpected-response', (request, response) => {
      resolve({ kind: 'status', status: response.statusCode ?? 0 })
      request.destroy()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (/subprotocol/i.test(error.message)) resolve({ kind: 'version' })
      else resolve({ kind: 'failed', why: explainError(error) })
    })
  })
}

function passwordFor(backend: BackendSettings, identity: string, settings: Settings): string | null {
  if (backend.password?.kind === 'own') return backend.password.password
  if (backend.password?.kind !== 'station' && settings.stations.authenticate !== 'backend') return null
  return settings.stations.accounts.find((account) => account.id === identity)?.password ?? null
}

interface Verdict {
  readonly severity: 'fine' | 'warning' | 'error'
  readonly what: string
  readonly remedy: string
}

function judge(
  backend: BackendSettings,
  identity: string,
  named: boolean,
  credentials: boolean,
  outcome: ProbeOutcome,
): Verdict {
  const url = new URL(backend.url).origin === 'null' ? backend.url : new URL(backend.url).host
  switch (outcome.kind) {
    case 'open':
      return { severity: 'fine', what: `reached ${url}, it chose ${outcome.ocpp}`, remedy: '' }
    case 'version': {
      const offered = (backend.ocpp ?? subprotocols).join(', ')
      return { severity: 'error', what: `${url} speaks none of ${offered}`, remedy: 'set `ocpp` to what it speaks' }
    }
    case 'failed':
      return {
        severity: 'error',
        what: `${url} cannot be reached: ${outcome.why}`,
        remedy: 'check `url`, `ca` and the backend',
      }
    case 'status':
      break
  }
  const { status } = outcome
  if (status === 401 || status === 403) {
    if (backend.password?.kind === 'station' && !credentials) {
      return {
        severity: 'fine',
        what: `reached ${url}, it asks for the credentials of the station (${status})`,
        remedy: '',
      }
    }
    return {
      severity: 'error',
      what: `${url} refuses the credentials of \`${identity}\` (${status})`,
      remedy: named
        ? 'check `password`, `username` and the station in the backend'
        : 'check `password`; if it answers so to unknown stations, name one it knows with --probe-as',
    }
  }
  if (status === 404) {
    return named
      ? {
          severity: 'error',
          what: `${url} does not know \`${identity}\` (404)`,
          remedy: 'register it there, or check `url` and `identity`',
        }
      : {
          severity: 'warning',
          what: `reached ${url}, but it does not know \`${identity}\` (404), so credentials could not be checked`,
          remedy: 'name a station it knows with --probe-as; check the path of `url`',
        }
  }
  return {
    severity: 'error',
    what: `${url} refuses the WebSocket handshake (${status})`,
    remedy: 'check the path of `url`',
  }
}

const explanations: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be resolved at the moment',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not in `ca`',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an authority that is not trusted',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

function explainError(error: NodeJS.ErrnoException): string {
  const inner = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error
  const code = inner.code ?? ''
  const explanation = explanations[code]
  return explanation === undefined ? inner.message || code : `${explanation} (${code})`
}

/** Where each backend's URL stands in the file. */
function positions(settings: Settings): (name: string) => { line: number; column: number } {
  const read = settings.file === null ? null : readDocument(readFileSync(settings.file, 'utf8'))
  return (name) =>
    read !== null && 'document' in read
      ? read.document.locate(['backends', name, 'url'], 'value')
      : { line: 1, column: 1 }
}
