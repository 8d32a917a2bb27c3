// Reading V8 CPU profiles: which functions the samples fell into, by self time.

import { fileURLToPath } from 'node:url'

/** As much of a .cpuprofile file as is used. Times are in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

export interface FunctionTime {
  readonly name: string
  /** File and line, shortened; empty for what V8 itself does. */
  readonly where: string
  readonly selfMs: number
}

/** Where a function stands, relative to the repository. */
function place(url: string, lineNumber: number, root: string): string {
  if (url === '') return ''
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  return `${path.startsWith(root) ? path.slice(root.length) : path}:${lineNumber + 1}`
}

/**
 * Self time of each function, largest first; idle time is left out.
 * @param root folder that paths are shown relative to, with a slash at the end
 */
export function selfTimes(profile: CpuProfile, root: string): FunctionTime[] {
  const selfUs = new Map<number, number>()
  profile.samples.forEach((node, index) => {
    selfUs.set(node, (selfUs.get(node) ?? 0) + (profile.timeDeltas[index] ?? 0))
  })
  const functions = new Map<string, { name: string; where: string; selfMs: number }>()
  for (const { id, callFrame } of profile.nodes) {
    if (callFrame.functionName === '(idle)' || callFrame.functionName === '(root)') continue
    const name = callFrame.functionName === '' ? '(anonymous)' : callFrame.functionName
    const where = place(callFrame.url, callFrame.lineNumber, root)
    const known = functions.get(`${name} ${where}`)
    const ms = (selfUs.get(id) ?? 0) / 1_000
    if (known === undefined) functions.set(`${name} ${where}`, { name, where, selfMs: ms })
    else known.selfMs += ms
  }
  return [...functions.values()].filter(({ selfMs }) => selfMs > 0).sort((a, b) => b.selfMs - a.selfMs)
}
