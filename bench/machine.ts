// What the figures were measured on. Absolute figures mean nothing without it, and a limit of the machine that narrows a
// scenario is said, not hidden.

import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { percentile, rounded } from './figures.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  readonly node: string
  readonly nginx: string | null
  readonly descriptors: number
  /** Median and 99th percentile of write + fsync of 4 KiB in the temporary folder, in milliseconds. */
  readonly fsyncMs: { readonly p50: number; readonly p99: number }
  /** Load average of the last minute when the benchmark began; above about 0.5 something else was running. */
  readonly loadBefore: number
}

/** The most files a process may have open here (the hard limit; Node raises its own soft limit to it). */
export function descriptorLimit(limits = readFileSync('/proc/self/limits', 'utf8')): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1]
  return hard === undefined || hard === 'unlimited' ? 1_048_576 : Number(hard)
}

function fsyncTimes(): { readonly p50: number; readonly p99: number } {
  const path = join(tmpdir(), `busbar-bench-fsync-${process.pid}`)
  const file = openSync(path, 'w')
  try {
    const block = Buffer.alloc(4_096, 1)
    const times = new Float64Array(100)
    for (let index = 0; index < times.length; index++) {
      const began = performance.now()
      writeSync(file, block)
      fsyncSync(file)
      times[index] = performance.now() - began
    }
    times.sort()
    return { p50: rounded(percentile(times, 0.5), 3), p99: rounded(percentile(times, 0.99), 3) }
  } finally {
    closeSync(file)
    rmSync(path, { force: true })
  }
}

/** Describes this machine. Writes 400 KiB to the temporary folder. */
export function describeMachine(nginx: string | null): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    nginx,
    descriptors: descriptorLimit(),
    fsyncMs: fsyncTimes(),
    loadBefore: rounded(loadavg()[0] ?? 0, 2),
  }
}
