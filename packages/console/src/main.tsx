// Starts the console.

import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { needsLogin, RequestFailed } from './api/http.ts'
import { meQuery } from './api/me.ts'
import { router } from './router.tsx'
import { applyTheme } from './shell/preferences.ts'
import './styles.css'

/** What the broker refused it will refuse again; what it did not answer is worth another try. */
const isWorthRetrying = (count: number, error: Error) =>
  count < 2 && !(error instanceof RequestFailed && error.status >= 400 && error.status < 500)

const client = new QueryClient({
  defaultOptions: {
    // The broker may be on this machine, whatever the browser thinks of the network.
    queries: { networkMode: 'always', retry: isWorthRetrying, staleTime: 1000 },
  },
  queryCache: new QueryCache({
    onError: (error, query) => {
      // A login that ended shows as the question who one is.
      if (needsLogin(error) && query.queryKey[0] !== 'me') void client.invalidateQueries(meQuery)
    },
  }),
})

applyTheme()
const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place for the console')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
