// Measures the embedded journal alone: what appending costs, how large the store is before and after compaction, how soon
// it opens after kill -9, and how quick a station's latest entries are. Run from the repository:
//
// node bench/journal-store.ts [entries]

import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FrameEntry } from '@busbar/core/journal/entry.ts'
import { SqliteJournal } from '../packages/busbar/src/storage/journal-sqlite.ts'
import { sheetOver, writeRecord } from '../packages/busbar/src/storage/record-codec.ts'

const STATIONS = 1000
/** Entries per append, about what one turn of a busy event loop brings. */
const TOGETHER = 10

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const stationOf = (number: number): string => `CS-${String(number % STATIONS).padStart(4, '0')}`

/** A call or an answer with moving values and a random id, about 240 bytes as stored. */
function entryOf(number: number): FrameEntry {
  const messageId = randomUUID()
  const call = number % 2 === 0
  const value = (number * 13) % 100_000
  const reading = `{"timestamp":"2026-01-01T${10 + (number % 10)}:00:00Z","sampledValue":[{"value":"${value}","unit":"Wh"}]}`
  const raw = call
    ? `[2,"${messageId}","MeterValues",{"connectorId":1,"transactionId":${number % 9999},"meterValue":[${reading}]}]`
    : `[3,"${messageId}",{}]`
  return {
    kind: 'frame',
    at: 1_760_000_000_000 + number,
    station: stationOf(number * 7919),
    from: call ? 'station' : 'cloud',
    to: call ? 'cloud' : 'station',
    type: call ? 'call' : 'result',
    messageId,
    action: 'MeterValues',
    ocpp: 'ocpp1.6',
    raw,
    bytes: Buffer.from(raw),
    redacted: false,
    ref: call ? null : number,
    latencyMs: call ? null : 12.5,
    findings: null,
  }
}

function measureEncoding(): void {
  const entries = Array.from({ length: 1000 }, (_, number) => {
    const raw = `[2,"${randomUUID()}","MeterValues",{"pad":"`.padEnd(678, `${number} abc`).concat('"}]')
    return { ...entryOf(number), raw, bytes: Buffer.from(raw) }
  })
  const sheet = sheetOver(new ArrayBuffer(1 << 20))
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 200; round++) {
    const start = performance.now()
    sheet.used = 0
    for (const [index, entry] of entries.entries()) writeRecord(sheet, index + 1, entry)
    best = Math.min(best, performance.now() - start)
  }
  say(`encode a frame of 681 B: ${best.toFixed(3)} us`)
}

function sizes(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.startsWith('journal.db'))
  return files.map((name) => `${name} ${(statSync(join(folder, name)).size / 1e6).toFixed(1)} MB`).join(', ')
}

/** Fills a store without compaction and dies, as a broker would. */
async function fillAndDie(folder: string, count: number): Promise<void> {
  const journal = await SqliteJournal.open({ folder, compact: false })
  let appendMs = 0
  const start = performance.now()
  const before = { all: process.cpuUsage(), main: process.threadCpuUsage() }
  for (let number = 0; number < count; ) {
    const entries = Array.from({ length: TOGETHER }, () => entryOf(number++))
    const from = performance.now()
    journal.append(entries)
    appendMs += performance.now() - from
    if (number % 200 === 0) await new Promise((resolve) => setImmediate(resolve))
    while (journal.pressure() > 0.3) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await journal.flush()
  const took = performance.now() - start
  const all = process.cpuUsage(before.all)
  const main = process.threadCpuUsage(before.main)
  const others = (all.user + all.system - main.user - main.system) / count
  say(
    `${count} entries, ${(count / took).toFixed(0)} per ms; append ${((appendMs / count) * 1000).toFixed(2)} us each, other threads ${others.toFixed(2)} us`,
  )
  say(`before compaction: ${sizes(folder)}`)
  process.kill(process.pid, 'SIGKILL')
}

function percentile(values: number[], share: number): string {
  return (values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? 0).toFixed(2)
}

function measureTimeline(journal: SqliteJournal, what: string): void {
  const times = Array.from({ length: STATIONS }, (_, number) => {
    const start = performance.now()
    journal.timeline({ station: stationOf(number), order: 'desc', limit: 200 })
    return performance.now() - start
  })
  say(`latest 200 of a station, ${what}: p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms`)
}

async function measureStore(folder: string): Promise<void> {
  const start = performance.now()
  let journal = await SqliteJournal.open({ folder, compact: false })
  say(`open after kill -9, ${journal.synced} entries: ${(performance.now() - start).toFixed(0)} ms`)
  measureTimeline(journal, 'not compacted')
  await journal.close()
  journal = await SqliteJournal.open({ folder })
  const from = performance.now()
  const cpu = process.cpuUsage()
  await journal.settled()
  const { user, system } = process.cpuUsage(cpu)
  say(
    `compaction: ${(performance.now() - from).toFixed(0)} ms, CPU ${((user + system) / journal.synced).toFixed(2)} us each`,
  )
  await journal.retain({ keepMs: Number.MAX_VALUE, maxBytes: Number.MAX_VALUE, now: 0, owedFrom: null })
  measureTimeline(journal, 'compacted')
  await journal.close()
  say(`after compaction: ${sizes(folder)}`)
}

const [, script = '', first = '1000000', folderToFill] = process.argv
if (folderToFill !== undefined) {
  await fillAndDie(folderToFill, Number(first))
} else {
  measureEncoding()
  const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))
  try {
    spawnSync(process.execPath, [script, first, folder], { stdio: 'inherit' })
    await measureStore(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
