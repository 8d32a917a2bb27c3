// A page without what it should show: why, and what helps.

import type { ReactNode } from 'react'
import { RequestFailed } from '../api/http.ts'

export function Notice({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto max-w-2xl px-4 py-10">
      <h2 className="mb-1 text-base font-semibold">{title}</h2>
      <div className="space-y-3 text-ink-2">{children}</div>
    </div>
  )
}

export function Failure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const failed = error instanceof RequestFailed ? error : null
  return (
    <Notice title={failed?.title ?? 'Something went wrong in this page'}>
      <p>
        {failed?.message ?? String(error)}
        {failed !== null && failed.code !== '' && (
          <span className="ml-2 font-mono text-xs text-ink-3">{failed.code}</span>
        )}
      </p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </Notice>
  )
}
