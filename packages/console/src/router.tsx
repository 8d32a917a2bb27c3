// Addresses and their pages. What a page shows stands in its address, in plain words, so that it can be sent to someone.

import { createRootRoute, createRoute, createRouter, Link, redirect } from '@tanstack/react-router'
import { BackendsPage } from './backends/backends-page.tsx'
import { FleetPage } from './fleet/fleet-page.tsx'
import { readFleetSearch } from './fleet/fleet-search.ts'
import { Failure, Notice } from './parts/notice.tsx'
import { Shell } from './shell/shell.tsx'
import { StationPage } from './station/station-page.tsx'
import { readStationSearch } from './station/station-search.ts'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/stations', replace: true })
  },
})

const fleet = createRoute({
  getParentRoute: () => root,
  path: '/stations',
  validateSearch: readFleetSearch,
  component: FleetPage,
})

const station = createRoute({
  getParentRoute: () => root,
  path: '/stations/$id',
  validateSearch: readStationSearch,
  component: StationPage,
})

const backends = createRoute({ getParentRoute: () => root, path: '/backends', component: BackendsPage })

export const router = createRouter({
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
  routeTree: root.addChildren([start, fleet, station, backends]),
  // Plain names and values instead of JSON, as people write addresses.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const pairs = Object.entries(search).filter((pair): pair is [string, string | number] => pair[1] !== undefined)
    const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
    return text === '' ? '' : `?${text}`
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

function NotFound() {
  return (
    <Notice title="There is no such page" isPage>
      <Link to="/stations" className="inline-flex min-h-6 items-center underline underline-offset-2">
        To the stations
      </Link>
    </Notice>
  )
}
