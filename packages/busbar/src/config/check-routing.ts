// Whether backends, routes and accounts make sense together: every name leads somewhere, nothing stands twice, nothing is
// there in vain.

import { findRule } from '@busbar/core/routing/match.ts'
import { reaches } from './address.ts'
import { warnIfShort } from './check-listen.ts'
import { type CertificateFiles, checkAuthority, checkCertificate } from './check-tls.ts'
import type { Path, Report } from './problem.ts'
import type { BackendSettings, Settings } from './settings.ts'
import { closest } from './suggest.ts'

/** Checks each backend by itself. */
export function checkBackends(settings: Settings, files: CertificateFiles, report: Report): void {
  for (const backend of settings.backends.values()) {
    const at: Path = ['backends', backend.name]
    const contradiction = (key: string, what: string, remedy: string) =>
      report({ path: [...at, key], place: 'value', code: 'BB-CONFIG-013', what, remedy, severity: 'error' })

    const encrypted = backend.url.startsWith('wss:')
    if (backend.cert !== null || backend.key !== null) {
      const tls = { cert: backend.cert === null ? [] : [backend.cert], key: backend.key === null ? [] : [backend.key] }
      if (!encrypted)
        contradiction('url', '`cert` and `key` mean nothing for a ws backend', 'use wss, or take them out')
      else checkCertificate(tls, at, files, report)
    }
    if (backend.ca !== null) {
      if (!encrypted) contradiction('ca', '`ca` means nothing for a ws backend', 'use wss, or take it out')
      else checkAuthority(backend.ca, [...at, 'ca'], files, report)
    }
    if (backend.reconnect.minMs > backend.reconnect.maxMs) {
      contradiction('reconnect', '`reconnect.min` is longer than `reconnect.max`', 'exchange them')
    }
    if (backend.username !== null && backend.password?.kind !== 'own') {
      contradiction(
        'username',
        '`username` means nothing without a password of its own',
        'add `password`, or take it out',
      )
    }
    if (backend.password?.kind === 'own') {
      warnIfShort(backend.password.password, `the password of \`${backend.name}\``, [...at, 'password'], report)
    }
    const itself = settings.listen.stations.find((listener) => reaches(backend.url, listener.url))
    if (itself !== undefined) {
      contradiction(
        'url',
        `Busbar itself listens on ${itself.url}; it would dial itself`,
        'name the address of the backend',
      )
    }
  }
}

/** Checks routes against backends, and accounts against routes. */
export function checkRoutes(settings: Settings, report: Report): void {
  const names = [...settings.backends.keys()]
  const used = new Set<string>()
  let everythingAt: number | null = null

  settings.routes.forEach((route, index) => {
    const at: Path = ['routes', index]
    used.add(route.primary)
    if (!settings.backends.has(route.primary)) {
      const meant = closest(route.primary, names)
      const remedy =
        meant !== null
          ? `did you mean \`${meant}\`?`
          : names.length > 0
            ? `configured are: ${names.join(', ')}`
            : `add it to \`backends\``
      const what = `the route leads to \`${route.primary}\`, which is not a configured backend`
      report({ path: [...at, 'primary'], place: 'value', code: 'BB-CONFIG-007', what, remedy, severity: 'error' })
    }
    if (everythingAt !== null) {
      vain(at, `this route is never reached, entry ${everythingAt + 1} takes every station`, 'move it up', report)
    } else if (route.stations.some((glob) => /^\*+$/.test(glob))) {
      everythingAt = index
    }
    const primary = settings.backends.get(route.primary)
    if (settings.stations.authenticate === 'backend' && primary !== undefined) checkVerdict(primary, report)
  })

  for (const name of names) {
    if (used.has(name)) continue
    const remedy = settings.routes.length === 0 ? `add {stations: "*", primary: ${name}} to \`routes\`` : 'add a route'
    vain(['backends', name], `no route leads to the backend \`${name}\``, remedy, report)
  }
}

// A backend that is shown a password of Busbar's own says nothing about the station's.
function checkVerdict(primary: BackendSettings, report: Report): void {
  if (primary.password?.kind !== 'own') return
  report({
    path: ['stations', 'authenticate'],
    place: 'value',
    code: 'BB-CONFIG-013',
    what: `\`authenticate: backend\` asks \`${primary.name}\` about the station's password, but it is given one of its own`,
    remedy: `write \`password: station\` for \`${primary.name}\`, or \`authenticate: accounts\``,
    severity: 'error',
  })
}

/** Checks the list of accounts. */
export function checkAccounts(settings: Settings, report: Report): void {
  const ids = new Set<string>()
  const { accounts, authenticate, unknown } = settings.stations
  accounts.forEach((account, index) => {
    const at: Path = ['stations', 'accounts', index]
    if (ids.has(account.id)) {
      const what = `the account \`${account.id}\` stands twice`
      report({
        path: [...at, 'id'],
        place: 'value',
        code: 'BB-CONFIG-009',
        what,
        remedy: 'keep one',
        severity: 'error',
      })
    }
    ids.add(account.id)
    if (account.password !== null) {
      if (account.id.includes(':')) {
        report({
          path: [...at, 'id'],
          place: 'value',
          code: 'BB-CONFIG-013',
          what: `the identity \`${account.id}\` has a colon in it, which OCPP 2.x forbids and others misread before a password`,
          remedy: 'keep it for a station of 1.6 only, or give the station another identity',
          severity: 'warning',
        })
      }
      warnIfShort(account.password, `the password of \`${account.id}\``, [...at, 'password'], report)
    }
    if (settings.routes.length > 0 && findRule(settings.routes, account.id) === null) {
      vain([...at, 'id'], `no route matches the station \`${account.id}\``, 'add a route for it', report)
    }
  })
  if (settings.file !== null && authenticate === 'accounts' && unknown === 'reject' && accounts.length === 0) {
    const remedy = 'add accounts here, by `busbar stations import`, or choose `authenticate: backend`'
    vain(['stations'], 'no station can connect: there are no accounts and unknown ones are rejected', remedy, report)
  }
}

function vain(path: Path, what: string, remedy: string, report: Report): void {
  report({ path, place: 'key', code: 'BB-CONFIG-017', what, remedy, severity: 'warning' })
}
