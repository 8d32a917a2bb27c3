// `npm start`: builds the console when its sources changed, then becomes `busbar demo` in the same process. The demo keeps
// its store in a temporary folder, which lies inside the clone here (TMPDIR is set by run.mjs), unless `--data` names
// another.

import { join } from 'node:path'
import { buildConsoleWhenStale } from './build-console.ts'

const root = join(import.meta.dirname, '..')
await buildConsoleWhenStale(root)
const bin = join(root, 'packages', 'busbar', 'bin', 'busbar.js')
process.argv.splice(1, process.argv.length, bin, 'demo', ...process.argv.slice(2))
await import(bin)
