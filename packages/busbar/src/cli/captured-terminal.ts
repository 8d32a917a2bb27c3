// A terminal for tests: what a command writes is kept, and what it may know of its surroundings is given.

import type { Terminal } from './terminal.ts'

export interface CapturedTerminal extends Terminal {
  readonly written: { out: string; err: string }
  /** Fires what SIGINT would fire. */
  readonly interrupt: () => void
}

/** Makes one. */
export function capturedTerminal(
  given: { cwd?: string; env?: Record<string, string>; columns?: number; input?: string; onOut?: () => void } = {},
): CapturedTerminal {
  const written = { out: '', err: '' }
  const controller = new AbortController()
  return {
    written,
    interrupt: () => controller.abort(),
    cwd: given.cwd ?? '/nowhere',
    env: given.env ?? {},
    out: (text) => {
      written.out += text
      given.onOut?.()
    },
    err: (text) => {
      written.err += text
    },
    interactive: false,
    columns: given.columns ?? null,
    readInput: async () => given.input ?? '',
    inputLines: async function* () {
      yield* (given.input ?? '').split('\n')
    },
    interrupted: () => controller.signal,
  }
}
