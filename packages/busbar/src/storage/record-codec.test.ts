import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Entry } from '@busbar/core/journal/entry.ts'
import fc from 'fast-check'
import { frame, otherEntries } from './journal.contract.ts'
import {
  overBytes,
  readRecord,
  recordBound,
  recordLength,
  recordStation,
  sheetOver,
  writeRecord,
} from './record-codec.ts'

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constant('\ud800'),
)
const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary)
const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })
const position = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const wallTime = fc.double({ noNaN: true, noDefaultInfinity: true })

const anyFrame: fc.Arbitrary<Entry> = plain({
  kind: fc.constant('frame' as const),
  at: wallTime,
  station: nullable(anyText),
  from: anyText,
  to: nullable(anyText),
  type: nullable(fc.constantFrom('call', 'result', 'error', 'resultError', 'send')),
  messageId: nullable(anyText),
  action: nullable(anyText),
  ocpp: nullable(fc.constantFrom('ocpp1.6', 'ocpp2.0.1', 'ocpp2.1')),
  raw: nullable(anyText),
  redacted: fc.boolean(),
  ref: nullable(position),
  latencyMs: nullable(wallTime),
  findings: nullable(fc.array(plain({ code: anyText, path: anyText, detail: anyText }))),
})

const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))

const anyChange: fc.Arbitrary<Entry> = plain({
  kind: fc.constant('change' as const),
  at: wallTime,
  station: nullable(anyText),
  by: anyText,
  what: anyText,
  before: json,
  after: json,
  ref: nullable(position),
})

function written(at: number, entry: Entry): Buffer {
  const sheet = sheetOver(new ArrayBuffer(recordBound(entry) + 8))
  const bytes = writeRecord(sheet, at, entry)
  assert.ok(bytes > 0)
  assert.equal(sheet.used, bytes)
  return sheet.bytes.subarray(0, bytes)
}

function read(stored: Buffer): unknown {
  const { bytes, view } = overBytes(stored)
  return readRecord(bytes, view, 0)
}

describe('record codec', () => {
  test('JN5 any entry survives writing and reading', () => {
    fc.assert(
      fc.property(position, fc.oneof(anyFrame, anyChange, fc.constantFrom(...otherEntries)), (at, entry) => {
        const stored = written(at, entry)
        assert.deepEqual(read(stored), { position: at, entry })
        const { bytes, view } = overBytes(stored)
        assert.equal(recordStation(bytes, view, 0), entry.station)
      }),
      { numRuns: 500 },
    )
  })

  test('JN5 a text of 900 kB, an empty one, and bytes at hand instead of a text', () => {
    const long = `[2,"1","DataTransfer",{"data":"${'ä€😀x'.repeat(75_000)}"}]`
    for (const raw of [long, '', 'x']) {
      const entry = frame({ raw })
      const stored = written(7, entry)
      assert.deepEqual(read(stored), { position: 7, entry })
      assert.deepEqual(written(7, { ...entry, bytes: Buffer.from(raw), payload: {} }), stored)
    }
  })

  test('JN5 a record without room leaves the sheet as it was', () => {
    const entry = frame()
    const sheet = sheetOver(new ArrayBuffer(recordBound(entry) + 40))
    assert.ok(writeRecord(sheet, 1, entry) > 0)
    const { used } = sheet
    assert.equal(writeRecord(sheet, 2, entry), -1)
    assert.equal(writeRecord(sheet, 2, otherEntries[0]!), -1)
    assert.equal(sheet.used, used)
  })

  test('JN6 memory that was used before leaves nothing in a record', () => {
    fc.assert(
      fc.property(position, fc.oneof(anyFrame, anyChange), (at, entry) => {
        const dirty = sheetOver(new Uint8Array(recordBound(entry)).fill(0xff).buffer)
        const bytes = writeRecord(dirty, at, entry)
        assert.deepEqual(dirty.bytes.subarray(0, bytes), written(at, entry))
      }),
      { numRuns: 100 },
    )
  })

  test('JN6 any damage gives a code or an entry, never a crash', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyFrame, anyChange, fc.constantFrom(...otherEntries)),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.nat(),
        (entry, where, flip, cut) => {
          const stored = Buffer.from(written(3, entry))
          const at = where % stored.length
          stored[at] = stored[at]! ^ flip
          for (const damaged of [stored, stored.subarray(0, cut % stored.length)]) {
            const { bytes, view } = overBytes(damaged)
            try {
              readRecord(bytes, view, 0)
            } catch (error) {
              assert.equal((error as { code?: unknown }).code, 'BB-STORE-008')
            }
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('JN6 an unknown version, flag or kind is refused', () => {
    for (const [at, value] of [
      [4, 2],
      [5, 2],
      [5, 128],
      [6, 0],
      [6, 9],
      [7, 4],
      [8, 0],
    ] as const) {
      const stored = Buffer.from(written(1, frame()))
      stored[at] = value
      assert.throws(() => read(stored), { code: 'BB-STORE-008' }, `byte ${at}`)
    }
    assert.throws(() => recordLength(new DataView(new ArrayBuffer(10)), 0), { code: 'BB-STORE-008' })
  })
})
