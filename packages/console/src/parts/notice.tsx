// A page without what it should show: why, and what helps.

import type { ReactNode } from 'react'
import { RequestFailed } from '../api/http.ts'

interface NoticeProps {
  readonly title: string
  readonly children?: ReactNode
  /** It stands for the page as a whole. */
  readonly isPage?: boolean
}

export function Notice({ title, children, isPage = false }: NoticeProps) {
  const Heading = isPage ? 'h1' : 'h2'
  return (
    <div className="mx-auto max-w-2xl px-4 py-10">
      <Heading className="mb-1 text-base font-semibold">{title}</Heading>
      <div className="space-y-3 text-ink-2">{children}</div>
    </div>
  )
}

interface FailureProps {
  readonly error: unknown
  readonly onRetry: () => void
  readonly isPage?: boolean
}

export function Failure({ error, onRetry, isPage = true }: FailureProps) {
  const failed = error instanceof RequestFailed ? error : null
  return (
    <Notice title={failed?.title ?? 'Something went wrong in this page'} isPage={isPage}>
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
