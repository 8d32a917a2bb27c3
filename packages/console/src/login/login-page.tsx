// Exchanges a token for a cookie. The token itself is not kept anywhere in the page.

import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { RequestFailed } from '../api/http.ts'
import { login, meQuery } from '../api/me.ts'

export function LoginPage() {
  const client = useQueryClient()
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    field.current?.focus()
  }, [])

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const token = field.current?.value.trim() ?? ''
    if (token === '') return
    setBusy(true)
    try {
      const me = await login(token)
      client.setQueryData(meQuery.queryKey, me)
      void client.invalidateQueries()
    } catch (error) {
      setProblem(error instanceof RequestFailed ? error.message : String(error))
      field.current?.select()
    } finally {
      setBusy(false)
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="mx-auto mt-24 w-80 space-y-3 px-4">
      <h1 className="text-base font-semibold">Log in</h1>
      <p className="text-ink-2">
        This broker asks for a token: one of <code className="font-mono text-xs">api.tokens</code> in its configuration.
      </p>
      <div>
        <label htmlFor={id} className="mb-1 block font-medium">
          Token
        </label>
        <input
          ref={field}
          id={id}
          type="password"
          autoComplete="current-password"
          required
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          className="field w-full font-mono"
        />
        <p id={`${id}-problem`} role="alert" className="mt-1 min-h-5 text-bad">
          {problem}
        </p>
      </div>
      <button
        type="submit"
        disabled={isBusy}
        className="h-8 w-full rounded-md bg-accent font-medium text-on-accent disabled:opacity-70"
      >
        Log in
      </button>
    </form>
  )
}
