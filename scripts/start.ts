// `npm start`: builds the console when its sources changed, then runs the demo. The demo keeps its store in a temporary
// folder, which lies inside the clone here (TMPDIR is set by run.mjs), unless `--data` names another.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildConsoleWhenStale } from './build-console.ts'

const root = join(import.meta.dirname, '..')
await buildConsoleWhenStale(root)
const bin = join(root, 'packages', 'busbar', 'bin', 'busbar.js')
const child = spawn(process.execPath, [bin, 'demo', ...process.argv.slice(2)], { stdio: 'inherit' })
// A terminal sends SIGINT to the whole group; the demo ends itself and this process waits for it.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1
})
