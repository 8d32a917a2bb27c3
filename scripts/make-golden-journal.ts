// Makes the golden journal of the present store format: a small store with entries of every kind, in blocks and in batches,
// with lost positions, pruned ones and a fold, and its export. It is made once per format, when the format is released, and
// never again: `packages/busbar/src/storage/golden-journals.test.ts` reads every one of them with every later release.
//
// node scripts/make-golden-journal.ts v1

import { appendFileSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry } from '@busbar/core/journal/entry.ts'
import { exportJournal } from '../packages/busbar/src/storage/journal-care.ts'
import { JOURNAL_FILE } from '../packages/busbar/src/storage/journal-schema.ts'
import { SqliteJournal } from '../packages/busbar/src/storage/journal-sqlite.ts'

const format = process.argv[2]
if (format === undefined || !/^v\d+$/.test(format)) throw new Error('Name the format, such as v1.')
const target = join(import.meta.dirname, '..', 'recordings', 'journals', format)
if (existsSync(target)) throw new Error(`${target} exists; a golden journal is never made anew.`)

const START = Date.UTC(2026, 0, 1, 8)
const stations = ['DEPOT-01', 'DEPOT-02', 'Straße 5/links', 'x'.repeat(48)]

/** One exchange of a station: a call, its answer, and now and then something else. */
function exchange(number: number, position: number): Entry[] {
  const station = stations[number % stations.length] ?? null
  const at = START + number * 1500 + 0.25
  const ocpp = (['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const)[number % 3] ?? null
  const messageId = `golden-${String(number).padStart(4, '0')}`
  const reading = {
    connectorId: 1,
    transactionId: 7,
    meterValue: [{ value: `${number * 11}.50`, note: 'ü €  \u0001' }],
  }
  const call = JSON.stringify([2, messageId, 'MeterValues', reading]).replace('{', '{ ')
  const head = { kind: 'frame', station, ocpp, messageId, action: 'MeterValues', redacted: number % 10 === 0 } as const
  const findings =
    number % 5 === 0 ? [{ code: 'BB-FRAME-010', path: '/connectorId', detail: 'Not as in the schema.' }] : null
  const entries: Entry[] = [
    { ...head, at, from: 'station', to: 'cloud', type: 'call', raw: call, ref: null, latencyMs: null, findings },
    {
      ...head,
      at: at + 20,
      from: 'cloud',
      to: 'station',
      type: 'result',
      raw: `[3,"${messageId}",{}]`,
      ref: position,
      latencyMs: 20.125,
      findings: null,
    },
  ]
  if (number % 20 === 0) entries.push(...others(station, at, position))
  return entries
}

function others(station: string | null, at: number, ref: number): Entry[] {
  return [
    {
      kind: 'link',
      at,
      station,
      peer: 'station',
      state: 'down',
      code: 1006,
      reason: null,
      ocpp: 'ocpp1.6',
      remote: '192.0.2.1',
      profile: 1,
    },
    { kind: 'delivery', at, station, backend: 'cloud', ref, state: 'acknowledged', reason: null },
    {
      kind: 'decision',
      at,
      station: null,
      what: 'limit',
      why: 'grid',
      inputs: { amps: [6, 16.5], none: null },
      rule: 'peak',
      ref,
    },
    {
      kind: 'change',
      at,
      station,
      by: 'api:ops',
      what: 'stations.accounts',
      before: null,
      after: { tags: ['yard'] },
      ref: null,
    },
    { kind: 'fault', at, station: null, code: 'BB-FRAME-001', text: 'unreadable', detail: { size: 3 }, ref },
    {
      kind: 'frame',
      at,
      station,
      from: 'station',
      to: null,
      type: null,
      messageId: null,
      action: null,
      ocpp: 'ocpp2.1',
      raw: '{no json',
      redacted: false,
      ref: null,
      latencyMs: null,
      findings: null,
    },
    {
      kind: 'frame',
      at,
      station,
      from: 'station',
      to: null,
      type: null,
      messageId: null,
      action: null,
      ocpp: null,
      raw: null,
      redacted: false,
      ref: null,
      latencyMs: null,
      findings: null,
    },
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'busbar-golden-'))
try {
  const options = { folder, windowPositions: 128, waitingBytes: 1, retryMs: 20 }
  const journal = await SqliteJournal.open(options)
  const write = async (from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number++) {
      journal.append(exchange(number, journal.next))
      if (number % 9 === 0) await journal.flush()
    }
    await journal.flush()
  }
  await write(0, 40)

  // Three positions are let go of while writing fails.
  const failed = Promise.withResolvers<void>()
  const recovered = Promise.withResolvers<void>()
  journal.onFailed((failure) => (failure === null ? recovered : failed).resolve())
  journal.rehearse({ failCommits: 1 })
  journal.append(exchange(40, journal.next).slice(0, 1))
  await failed.promise
  journal.append([...exchange(41, journal.next), ...exchange(41, journal.next)].slice(0, 3))
  await recovered.promise

  await write(42, 120)
  const body = (energy: number): string => JSON.stringify({ energy, tag: 'Ä' })
  journal.snapshot({
    fold: 'sessions',
    position: journal.next - 1,
    version: 1,
    put: [
      { key: 's-1', station: 'DEPOT-01', from: START, to: START + 60_000, body: body(1.5) },
      { key: 's-2', station: 'DEPOT-02', from: START + 1000, to: null, body: body(0) },
    ],
    remove: [],
  })
  await journal.flush()
  await journal.settled()
  journal.prune(30)
  await journal.settled()
  await write(120, 124)
  await journal.close()

  mkdirSync(target, { recursive: true })
  copyFileSync(join(folder, JOURNAL_FILE), join(target, JOURNAL_FILE))
  const entries = await exportJournal(folder, (line) => appendFileSync(join(target, 'journal.jsonl'), `${line}\n`))
  process.stdout.write(`${entries} entries in ${target}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
