// The programs that some end-to-end tests need beside npm's packages: Chromium for the console, nginx as a proxy in front.
// They are Debian packages. They are installed only as root and with CI set, no terminal attached, or BUSBAR_INSTALL=1; on
// a terminal the question is asked; otherwise what is missing is named and its tests do not run.

import { spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline/promises'

interface Tool {
  readonly name: string
  /** What needs it. */
  readonly used: string
  /** The end-to-end files that cannot run without it. */
  readonly files: RegExp
}

export interface MissingTool extends Tool {
  /** Why it is not there. */
  readonly why: string
}

const tools: readonly Tool[] = [
  { name: 'chromium', used: 'the tests of the console in a browser', files: /\.browser\.e2e\.ts$/ },
  { name: 'nginx', used: 'the test behind a reverse proxy', files: /\breverse-proxy\.e2e\.ts$/ },
]

function isThere(tool: Tool): boolean {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
  return spawnSync('sh', ['-c', `command -v ${tool.name}`], { env: { ...process.env, PATH: path } }).status === 0
}

/** Whether installing is permitted; asks when a person sits at a terminal. */
async function mayInstall(names: string): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'installing needs root'
  if ((process.env['CI'] ?? '') !== '' || process.env['BUSBAR_INSTALL'] === '1' || !process.stdin.isTTY) return null
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(`Install the Debian packages ${names} now? [y/N] `)
  ask.close()
  return /^y/i.test(answer) ? null : 'installing was declined'
}

/** Installs what is missing where that is permitted. @returns what is still missing, and why */
export async function ensureTools(): Promise<readonly MissingTool[]> {
  const absent = tools.filter((tool) => !isThere(tool))
  if (absent.length === 0) return []
  const names = absent.map((tool) => tool.name).join(' ')
  const refusal = await mayInstall(names)
  if (refusal !== null) return absent.map((tool) => ({ ...tool, why: refusal }))
  process.stdout.write(`installing ${names}\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['-c', `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${names}`]
  const run = spawnSync('sh', install, { env, encoding: 'utf8', timeout: 300_000 })
  return absent
    .filter((tool) => !isThere(tool))
    .map((tool) => ({
      ...tool,
      why: `apt-get failed: ${(run.stderr ?? '').trim().split('\n').at(-1) ?? 'no reason given'}`,
    }))
}
