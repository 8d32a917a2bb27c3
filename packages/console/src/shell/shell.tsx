// What stands around every page: where one is, who one is, how fresh everything is, and what is broken right now. Without
// a login where one is needed, the page is the login, and afterwards the address one came for.

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { CircleHelp, LogOut } from 'lucide-react'
import { useRef } from 'react'
import { needsLogin } from '../api/http.ts'
import { logout, type Me, meQuery } from '../api/me.ts'
import { OutageStripe } from '../backends/outage-stripe.tsx'
import { LoginPage } from '../login/login-page.tsx'
import { Failure } from '../parts/notice.tsx'
import { ConnectionBadge, useIsStale } from './connection-badge.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Mark } from './mark.tsx'
import { ThemeToggle } from './theme-toggle.tsx'
import { useKeyboard, useKeys } from './use-keys.ts'

const tab =
  'inline-flex h-full items-center border-b-2 border-transparent px-2.5 text-ink-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-ink'

export function Shell() {
  const me = useQuery(meQuery)
  const help = useRef<HTMLDialogElement>(null)
  const navigate = useNavigate()
  useKeyboard()
  useKeys({
    'g s': () => void navigate({ to: '/stations' }),
    'g b': () => void navigate({ to: '/backends' }),
    '?': () => help.current?.showModal(),
  })
  const isStale = useIsStale()
  const isOut = needsLogin(me.error)

  return (
    <div className="relative flex h-full min-w-0 flex-col overflow-hidden">
      <button
        type="button"
        className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:bg-surface focus:p-2"
        onClick={() => document.getElementById('content')?.focus()}
      >
        To the content
      </button>
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line bg-surface px-3">
        <Link to="/stations" className="flex h-7 items-center gap-2 rounded-sm font-semibold tracking-tight">
          <Mark />
          Busbar
        </Link>
        {me.data !== undefined && !isOut && (
          <>
            <span className="max-w-48 truncate border-l border-line pl-2 text-ink-2" title="Name of this installation">
              {me.data.site}
            </span>
            <nav aria-label="Pages" className="ml-2 flex h-full">
              <Link to="/stations" className={tab}>
                Stations
              </Link>
              <Link to="/backends" className={tab}>
                Backends
              </Link>
            </nav>
          </>
        )}
        <div className="ml-auto flex items-center gap-1">
          {!isOut && <ConnectionBadge />}
          {me.data !== undefined && !isOut && <WhoAmI me={me.data} />}
          <ThemeToggle />
          <button
            type="button"
            className="button button-quiet"
            aria-label="Keys and help"
            title="Keys and help (?)"
            onClick={() => help.current?.showModal()}
          >
            <CircleHelp className="size-4" aria-hidden="true" />
          </button>
        </div>
      </header>
      {me.data !== undefined && !isOut && <OutageStripe />}
      <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none" data-stale={isStale}>
        {isOut ? (
          <LoginPage />
        ) : me.data !== undefined ? (
          <Outlet />
        ) : me.isError ? (
          <Failure error={me.error} onRetry={() => void me.refetch()} />
        ) : null}
      </main>
      <HelpDialog dialog={help} />
    </div>
  )
}

function WhoAmI({ me }: { me: Me }) {
  const client = useQueryClient()
  const leave = () => {
    // Whether or not the broker heard it: what is here is forgotten.
    void logout().finally(() => client.resetQueries())
  }
  return (
    <div className="flex items-center gap-1 border-l border-line pl-2 text-ink-2">
      <span title={me.authentication === 'none' ? 'Everyone on this machine: no tokens are configured' : 'Who you are'}>
        {me.name} <span className="text-ink-3">{me.role}</span>
      </span>
      {me.authentication === 'cookie' && (
        <button type="button" className="button button-quiet" onClick={leave} aria-label="Log out" title="Log out">
          <LogOut className="size-4" aria-hidden="true" />
        </button>
      )}
    </div>
  )
}
