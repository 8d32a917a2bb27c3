// What a broker costs, read from procfs: the nanoseconds that all threads of its process and of every descendant were on
// a CPU, and the memory they hold. `process.cpuUsage()` would miss children; a thread that ended takes its nanoseconds
// with it, which is why the threads of a broker should live as long as the window does.

import { readdirSync, readFileSync } from 'node:fs'

/** What the tree has used up to now. */
export interface TreeReading {
  /** Nanoseconds on CPU of all living threads since they began. */
  readonly onCpuNs: number
  /** Processes and threads that were counted. */
  readonly processes: number
  readonly threads: number
}

/**
 * The process and all its descendants.
 * @param root process id
 * @param proc where procfs is mounted
 * @returns ids, the root first; empty when the process is gone
 */
export function treeOf(root: number, proc = '/proc'): number[] {
  const children = new Map<number, number[]>()
  let rootLives = false
  for (const name of readdirSync(proc)) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOf(Number(name), proc)
    if (parent === null) continue
    if (Number(name) === root) rootLives = true
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [Number(name)])
    else siblings.push(Number(name))
  }
  if (!rootLives) return []
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

function parentOf(pid: number, proc: string): number | null {
  const stat = textOrNull(`${proc}/${pid}/stat`)
  if (stat === null) return null
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const afterCommand = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const parent = Number(afterCommand[1])
  return Number.isInteger(parent) ? parent : null
}

/**
 * Reads the CPU time of a process tree.
 * @param root process id of the broker
 * @returns null when the process is gone
 */
export function readTree(root: number, proc = '/proc'): TreeReading | null {
  const tree = treeOf(root, proc)
  if (tree.length === 0) return null
  let onCpuNs = 0
  let threads = 0
  for (const pid of tree) {
    for (const thread of namesOrNone(`${proc}/${pid}/task`)) {
      const text = textOrNull(`${proc}/${pid}/task/${thread}/schedstat`)
      if (text === null) continue
      onCpuNs += parseSchedstat(text)
      threads++
    }
  }
  return { onCpuNs, processes: tree.length, threads }
}

/** Nanoseconds on CPU: the first of the three numbers of a schedstat file. Throws on anything else. */
export function parseSchedstat(text: string): number {
  const match = /^(\d+) \d+ \d+\s*$/.exec(text)
  if (match === null) throw new Error(`not a schedstat line: ${JSON.stringify(text)}`)
  return Number(match[1])
}

/** Memory of a process tree in KiB. `pssKiB` shares out pages that several processes use; null where not readable. */
export interface TreeMemory {
  readonly rssKiB: number
  readonly pssKiB: number | null
}

/**
 * Reads the memory of a process tree.
 * @returns null when the process is gone
 */
export function readMemory(root: number, proc = '/proc'): TreeMemory | null {
  const tree = treeOf(root, proc)
  if (tree.length === 0) return null
  let rssKiB = 0
  let pssKiB: number | null = 0
  for (const pid of tree) {
    rssKiB += kibibytes(textOrNull(`${proc}/${pid}/status`), 'VmRSS') ?? 0
    const pss = kibibytes(textOrNull(`${proc}/${pid}/smaps_rollup`), 'Pss')
    pssKiB = pss === null || pssKiB === null ? null : pssKiB + pss
  }
  return { rssKiB, pssKiB }
}

function kibibytes(text: string | null, key: string): number | null {
  const match = text === null ? null : new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text)
  return match === null ? null : Number(match[1])
}

/** A thread or process may end between being listed and being read. */
function textOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function namesOrNone(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
