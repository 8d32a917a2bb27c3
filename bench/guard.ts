// The benchmark's last will. It is told which process groups and temporary folders exist and does nothing, until the
// channel to the benchmark breaks, which also happens when the benchmark is killed without a chance to clean up.

import { rmSync } from 'node:fs'
import { basename } from 'node:path'

interface Thing {
  readonly group?: number
  readonly folder?: string
}

export interface GuardOrder {
  readonly remember?: Thing
  readonly forget?: Thing
}

const groups = new Set<number>()
const folders = new Set<string>()

function follow({ remember, forget }: GuardOrder): void {
  if (remember?.group !== undefined) groups.add(remember.group)
  if (forget?.group !== undefined) groups.delete(forget.group)
  if (remember?.folder !== undefined) folders.add(remember.folder)
  if (forget?.folder !== undefined) folders.delete(forget.folder)
}

function cleanUp(): void {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
  for (const folder of folders) {
    // Never anything but what `temporaryFolder` made.
    if (basename(folder).startsWith('busbar-bench-')) rmSync(folder, { recursive: true, force: true })
  }
  process.exit()
}

if (import.meta.main) {
  process.on('message', follow)
  process.on('disconnect', cleanUp)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
}
