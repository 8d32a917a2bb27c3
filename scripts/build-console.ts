// Builds the web console when its sources are newer than what was built, told by a hash of the sources.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Hash of every file that decides how the console looks. */
function fingerprint(console: string): string {
  const hash = createHash('sha256')
  const files = readdirSync(console, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(dist|node_modules)\//.test(file) && !/\.(test|e2e)\.tsx?$/.test(file))
    .sort()
  for (const file of files) hash.update(relative(console, file)).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

/**
 * Builds packages/console/dist when it is missing or stale.
 * @param root the repository's folder
 * @throws when the build fails
 */
export async function buildConsoleWhenStale(root: string): Promise<void> {
  const console = join(root, 'packages', 'console')
  if (!existsSync(join(console, 'index.html'))) return
  const wanted = fingerprint(console)
  const stamp = join(console, 'dist', '.sources')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  process.stderr.write('busbar: building the console\n')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const run = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: console,
    stdio: ['ignore', 2, 2],
  })
  if (run.status !== 0) throw new Error('the console could not be built; the lines above say why')
  writeFileSync(stamp, wanted)
}

if (import.meta.main) await buildConsoleWhenStale(join(import.meta.dirname, '..'))
