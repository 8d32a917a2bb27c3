// `busbar backends`: the backends of a running broker and what they are owed.

import type { Command } from 'commander'
import type { BackendDocument } from '../api/documents.ts'
import type { Page } from './api-client.ts'
import { type ApiOptions, type Context, connect, printJson, withApiOptions, withExamples } from './context.ts'
import { renderTable } from './table.ts'

/** Declares the command. */
export function declareBackends(program: Command, context: Context): void {
  const command = withApiOptions(program.command('backends').description('backends of a running broker'))
  withExamples(command, 'busbar backends').action(
    context.ending(async (options: ApiOptions) => {
      const { items: backends } = await connect(context, options).get<Page<BackendDocument>>('backends')
      if (options.json === true) {
        printJson(context, backends)
        return 0
      }
      const { terminal } = context
      if (backends.length === 0) {
        terminal.err('no backends are configured\n')
        return 0
      }
      terminal.out(
        renderTable<BackendDocument>(
          [
            { title: 'BACKEND', of: (backend) => backend.name },
            { title: 'URL', of: (backend) => backend.url },
            { title: 'UP', of: (backend) => backend.links?.up, align: 'right' },
            { title: 'DOWN', of: (backend) => backend.links?.down, align: 'right' },
            { title: 'PENDING', of: (backend) => backend.pending, align: 'right' },
            { title: 'OLDEST PENDING', of: (backend) => backend.oldestPendingAt },
            { title: 'ACKNOWLEDGED', of: (backend) => backend.acknowledged, align: 'right' },
            { title: 'QUARANTINED', of: (backend) => backend.quarantined, align: 'right' },
            { title: 'MS', of: (backend) => rounded(backend.latencyMs), align: 'right' },
          ],
          backends,
          terminal.columns,
        ),
      )
      return 0
    }),
  )
}

/** To a tenth: what is finer says nothing. */
function rounded(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.round(ms * 10) / 10
}
