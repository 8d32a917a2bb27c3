// What listeners and the API must be like so that nobody is exposed by accident, and TLS files that are where they should
// be and fit together.

import { endpointOf, isEverywhere, isLoopback } from './address.ts'
import { type CertificateFiles, checkAuthority, checkCertificate } from './check-tls.ts'
import type { Path, Report } from './problem.ts'
import type { Settings } from './settings.ts'

/** Tokens and passwords below this length can be guessed; OCPP asks for it too. */
export const SHORTEST_SECRET = 16

/**
 * Checks `listen` and `api`.
 */
export function checkListen(settings: Settings, files: CertificateFiles, report: Report): void {
  const single = settings.listen.stations.length === 1
  settings.listen.stations.forEach((listener, index) => {
    const path: Path = ['listen', 'stations', index]
    const encrypted = listener.url.startsWith('wss:')
    const contradiction = (key: string, what: string, remedy: string) =>
      report({ path: [...path, key], place: 'key', code: 'BB-CONFIG-013', what, remedy, severity: 'error' })

    if (encrypted && listener.tls === null) {
      report({
        path: [...path, 'url'],
        place: 'value',
        code: 'BB-CONFIG-013',
        what: 'a wss listener needs `cert` and `key`',
        remedy: 'add both, or use ws',
        severity: 'error',
      })
    }
    if (!encrypted && listener.tls !== null) {
      contradiction('cert', '`cert` and `key` mean nothing on a ws listener', 'use wss, or take them out')
    }
    if (!encrypted && listener.clientCa !== null) {
      contradiction(
        'clientCa',
        '`clientCa` means nothing on a ws listener',
        'use wss with cert and key, or take it out',
      )
    }
    if (listener.cpoName !== null && listener.clientCa === null) {
      contradiction('cpoName', '`cpoName` means nothing without `clientCa`', 'add `clientCa`, or take it out')
    }
    if (encrypted && listener.tls !== null) checkCertificate(listener.tls, path, files, report)
    if (encrypted && listener.clientCa !== null) checkAuthority(listener.clientCa, [...path, 'clientCa'], files, report)

    const strangers = settings.stations.unknown === 'accept' && settings.stations.profile !== 0
    if (strangers && !isLoopback(listener.url) && settings.stations.authenticate === 'accounts') {
      report({
        path: ['stations', 'unknown'],
        place: 'value',
        code: 'BB-CONFIG-011',
        what: `\`unknown: accept\` lets any station in on ${listener.url}, which other machines can reach`,
        remedy: 'write `profile: 0` beside it if that is meant, or `unknown: reject`',
        severity: 'error',
      })
    }
    if (single) return
    const twin = settings.listen.stations.slice(0, index).find((other) => collide(other.url, listener.url))
    if (twin !== undefined) twice([...path, 'url'], listener.url, report)
  })

  const api = settings.listen.api
  if (settings.listen.stations.some((listener) => collide(listener.url, api.url))) {
    twice(['listen', 'api'], api.url, report)
  }
  checkApi(settings, files, report)
}

function checkApi(settings: Settings, files: CertificateFiles, report: Report): void {
  const { url, tls } = settings.listen.api
  const path: Path = ['listen', 'api']
  const encrypted = url.startsWith('https:')
  if (new URL(url).pathname !== '/') {
    report({
      path: [...path, 'url'],
      place: 'value',
      code: 'BB-CONFIG-004',
      what: '`listen.api` has a path, but the API always stands at /api/v1',
      remedy: 'take the path out',
      severity: 'error',
    })
  }
  if (encrypted && tls === null) {
    report({
      path: [...path, 'url'],
      place: 'value',
      code: 'BB-CONFIG-013',
      what: 'an https API needs `cert` and `key`',
      remedy: 'write {url, cert, key}, or use http',
      severity: 'error',
    })
  }
  if (!encrypted && tls !== null) {
    report({
      path: [...path, 'cert'],
      place: 'key',
      code: 'BB-CONFIG-013',
      what: '`cert` and `key` mean nothing for an http API',
      remedy: 'use https, or take them out',
      severity: 'error',
    })
  }
  if (encrypted && tls !== null) checkCertificate(tls, path, files, report)

  if (!isLoopback(url)) {
    const exposed = (what: string, remedy: string) =>
      report({ path: [...path, 'url'], place: 'value', code: 'BB-CONFIG-010', what, remedy, severity: 'error' })
    if (settings.api.tokens.length === 0) {
      exposed(
        `the API on ${url} can be reached by other machines and has no tokens`,
        'add api.tokens, or use 127.0.0.1',
      )
    }
    if (!encrypted && settings.api.trustProxy.length === 0) {
      exposed(
        `the API on ${url} would send tokens over the network in clear`,
        'use https, or name the encrypting proxies in api.trustProxy',
      )
    }
  }

  const names = new Set<string>()
  const secrets = new Set<string>()
  settings.api.tokens.forEach((token, index) => {
    const at: Path = ['api', 'tokens', index]
    if (names.has(token.name)) {
      const what = `the token name \`${token.name}\` stands twice`
      const remedy = 'give each token a name of its own'
      report({ path: [...at, 'name'], place: 'value', code: 'BB-CONFIG-009', what, remedy, severity: 'error' })
    }
    if (secrets.has(token.token)) {
      const what = `the token of \`${token.name}\` is also that of another entry`
      const remedy = 'give each entry a token of its own'
      report({ path: [...at, 'token'], place: 'value', code: 'BB-CONFIG-009', what, remedy, severity: 'error' })
    }
    names.add(token.name)
    secrets.add(token.token)
    warnIfShort(token.token, `the token of \`${token.name}\``, [...at, 'token'], report)
  })
}

/** Warns of a secret that can be guessed; the secret itself is not shown. */
export function warnIfShort(secret: string, whose: string, path: Path, report: Report): void {
  if (Array.from(secret).length >= SHORTEST_SECRET) return
  report({
    path,
    place: 'value',
    code: 'BB-CONFIG-014',
    what: `${whose} is shorter than ${SHORTEST_SECRET} characters`,
    remedy: `use at least ${SHORTEST_SECRET}`,
    severity: 'warning',
  })
}

function twice(path: Path, url: string, report: Report): void {
  report({
    path,
    place: 'value',
    code: 'BB-CONFIG-009',
    what: `${url} collides with another listener`,
    remedy: 'give each listener an address of its own',
    severity: 'error',
  })
}

function collide(one: string, other: string): boolean {
  const a = endpointOf(one)
  const b = endpointOf(other)
  if (a.port === 0 || a.port !== b.port) return false
  return a.host === b.host || isEverywhere(one) || isEverywhere(other)
}
