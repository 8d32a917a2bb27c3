import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseSchedstat, readMemory, readTree, treeOf } from './process-tree.ts'

interface FakeProcess {
  readonly pid: number
  readonly parent: number
  readonly command: string
  readonly threads: readonly number[]
  readonly rssKiB: number
}

function withProc(processes: readonly FakeProcess[], body: (proc: string) => void): void {
  const proc = mkdtempSync(join(tmpdir(), 'busbar-bench-proc-'))
  try {
    for (const { pid, parent, command, threads, rssKiB } of processes) {
      mkdirSync(join(proc, String(pid), 'task'), { recursive: true })
      writeFileSync(join(proc, String(pid), 'stat'), `${pid} (${command}) S ${parent} 1 1 0 -1`)
      writeFileSync(join(proc, String(pid), 'status'), `Name:\tx\nVmRSS:\t  ${rssKiB} kB\nThreads:\t1\n`)
      writeFileSync(join(proc, String(pid), 'smaps_rollup'), `00-ff ---p 0 00:00 0 [rollup]\nPss:   ${rssKiB - 1} kB\n`)
      threads.forEach((onCpuNs, index) => {
        const task = join(proc, String(pid), 'task', String(pid + index))
        mkdirSync(task)
        writeFileSync(join(task, 'schedstat'), `${onCpuNs} 5 7\n`)
      })
    }
    mkdirSync(join(proc, 'sys'))
    body(proc)
  } finally {
    rmSync(proc, { recursive: true })
  }
}

const family: readonly FakeProcess[] = [
  { pid: 10, parent: 1, command: 'broker', threads: [1_000, 20], rssKiB: 100 },
  { pid: 20, parent: 10, command: 'worker (a) b', threads: [300], rssKiB: 30 },
  { pid: 30, parent: 20, command: 'grandchild', threads: [4], rssKiB: 5 },
  { pid: 40, parent: 1, command: 'stranger', threads: [9_999], rssKiB: 999 },
]

test('CPU: every thread of the process and its descendants counts, strangers do not', () => {
  withProc(family, (proc) => {
    assert.deepEqual(treeOf(10, proc), [10, 20, 30])
    assert.deepEqual(readTree(10, proc), { onCpuNs: 1_324, processes: 3, threads: 4 })
    assert.equal(readTree(11, proc), null)
  })
})

test('memory: RSS and PSS are summed over the tree', () => {
  withProc(family, (proc) => assert.deepEqual(readMemory(10, proc), { rssKiB: 135, pssKiB: 132 }))
})

test('schedstat: only the three numbers are accepted', () => {
  assert.equal(parseSchedstat('123456789 5 6\n'), 123_456_789)
  assert.throws(() => parseSchedstat(''))
  assert.throws(() => parseSchedstat('1 2'))
})

test('CPU: this very process uses some', { skip: process.platform !== 'linux' && 'procfs is Linux only' }, () => {
  const before = readTree(process.pid)
  for (const until = performance.now() + 20; performance.now() < until; );
  const after = readTree(process.pid)
  assert.ok(before !== null && after !== null)
  assert.ok(after.onCpuNs - before.onCpuNs > 5_000_000)
})
