// Loads what only some commands need when it is asked for: `serve.ts`, `demo.ts` and `simulate.ts` pull in the broker or
// the simulator, the care of the store pulls in the store; no client command needs them and `--help` should not wait.

import type { DemoOptions, ServeOptions, SimulateOptions } from './options.ts'

export interface LongRunning<Options> {
  /** Runs until it is done; the number is the exit code. */
  readonly run: (options: Options) => Promise<number>
}

export interface Loaders {
  readonly serve: () => Promise<LongRunning<ServeOptions>>
  readonly demo: () => Promise<LongRunning<DemoOptions>>
  readonly simulate: () => Promise<LongRunning<SimulateOptions>>
}

/** The real ones. */
export const loaders: Loaders & { readonly journalCare: typeof journalCare } = {
  serve: () => import('./serve.ts'),
  demo: () => import('./demo.ts'),
  simulate: () => import('./simulate.ts'),
  journalCare: () => journalCare(),
}

/** The care of the store, with the lock that some of it needs. */
async function journalCare() {
  const [care, { takeDataFolder }] = await Promise.all([
    import('../storage/journal-care.ts'),
    import('../storage/data-folder.ts'),
  ])
  return { ...care, takeDataFolder }
}
