// Whether this machine can hold the stations that are expected: descriptors, which run out first and suddenly, and memory,
// which runs out slowly. The figures per station are those of docs/benchmarks.md, rounded up.

import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import type { Report } from './problem.ts'
import { writeSize } from './quantities.ts'
import type { Settings } from './settings.ts'

export interface Machine {
  /** Descriptors this process may open; null where that cannot be told. */
  readonly openFiles: number | null
  /** Memory this process may use, in bytes. */
  readonly memoryBytes: number
}

// Its own connection and that to its backend.
const DESCRIPTORS_PER_STATION = 2
// Store, listeners, API clients, logs, and the moment in which a station's new connection replaces its old one.
const SPARE_DESCRIPTORS = 256

const BASE_BYTES = 160 * 1024 ** 2
const PLAIN_STATION_BYTES = 40 * 1024
const TLS_BYTES = 47 * 1024

// Above this share the garbage collector and the page cache of the store begin to suffer.
const MEMORY_SHARE = 0.8

/** The limits of this process as the system tells them. */
export function thisMachine(): Machine {
  return { openFiles: readOpenFiles(), memoryBytes: availableMemory() }
}

/** Bytes of memory that a number of stations needs, by what their listener and backends encrypt. */
export function estimateMemory(stations: number, settings: Settings): number {
  const encryptedIn = settings.listen.stations.some((listener) => listener.url.startsWith('wss:'))
  const encryptedOut = [...settings.backends.values()].some((backend) => backend.url.startsWith('wss:'))
  const legs = Number(encryptedIn) + Number(encryptedOut)
  return BASE_BYTES + stations * (PLAIN_STATION_BYTES + legs * TLS_BYTES)
}

/**
 * Checks descriptors and memory against `expectStations`, or against the accounts when that is not written. What is
 * written is refused when it cannot be kept; what is only counted is warned of.
 */
export function checkCapacity(settings: Settings, machine: Machine, report: Report): void {
  const written = settings.expectStations !== null
  const stations = settings.expectStations ?? settings.stations.accounts.length
  if (stations === 0) return
  const path = written ? ['expectStations'] : ['stations', 'accounts']
  const needed = stations * DESCRIPTORS_PER_STATION + SPARE_DESCRIPTORS
  if (machine.openFiles !== null && machine.openFiles < needed) {
    report({
      path,
      place: 'value',
      code: 'BB-CONFIG-015',
      what: `${stations} stations need ${needed} open files, the limit is ${machine.openFiles}`,
      remedy: `raise it to at least ${needed} (LimitNOFILE of the systemd unit, or ulimit -n)`,
      severity: written ? 'error' : 'warning',
    })
  }
  const memory = estimateMemory(stations, settings)
  if (memory > machine.memoryBytes * MEMORY_SHARE) {
    report({
      path,
      place: 'value',
      code: 'BB-CONFIG-016',
      what: `${stations} stations need about ${writeSize(memory)} of memory, there are ${writeSize(machine.memoryBytes)}`,
      remedy: 'give it more memory, or spread the stations over several installations',
      severity: 'warning',
    })
  }
}

// Node raises its soft limit to the hard one at start, so what stands here is what can be used.
function readOpenFiles(): number | null {
  let limits: string
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    // Only Linux has this file; elsewhere nothing is claimed.
    return null
  }
  return parseOpenFiles(limits)
}

/** The soft limit of open files in the text of /proc/self/limits; null when it is unlimited or not there. */
export function parseOpenFiles(limits: string): number | null {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? null : Number(soft)
}

function availableMemory(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}
