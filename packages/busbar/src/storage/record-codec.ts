// The stored form of one entry, version 1: the one place that writes it and the one place that reads it. A record is a
// header of fixed size, the station's identity, and then, for a frame, a small table of what is known about it followed
// by its text as UTF-8, for any other kind the JSON of its fields. Frames are written for every message that passes, so
// their way through here makes no objects; reading trusts nothing and answers damage with a code (rules JN5, JN6).
//
// Header, little endian, 32 bytes:
//    0 u32 length of the whole record     16 f64 wall time in milliseconds
//    4 u8  format version                 24 u32 bytes of the station's identity
//    5 u8  flags                          28 u32 bytes of the body (text of a frame, JSON of other kinds)
//    6 u8  kind                            8 u64 position (as two u32, low first)
//    7 u8  shape of the station
// Between the identity and the body of a frame: u8 type, u8 version, u8 what is there, u8 zero, then where present u64
// ref, f64 latency, and the short texts from, to, message id, action and the JSON of the findings, each with its length.

import { isUtf8 } from 'node:buffer'
import type { Entry, EntryKind, FrameEntry, Placed } from '@busbar/core/journal/entry.ts'
import { type Subprotocol, subprotocols } from '@busbar/ocpp/versions.ts'
import { entryOf, kindNumbers, kindOf, storedFields } from './entry-shape.ts'
import { StoreError } from './store-fault.ts'

/** The record format this release writes; it reads this one and every older one. */
export const RECORD_VERSION = 1
export const HEADER_BYTES = 32

const FLAG_REDACTED = 1
/** Set by nobody yet: the body is encrypted. Kept so that sealing needs no new format. */
const FLAG_SEALED = 2

const STATION_PRESENT = 1
const STATION_UTF16 = 2

const HAS_TO = 1
const HAS_MESSAGE_ID = 2
const HAS_ACTION = 4
const HAS_RAW = 8
const HAS_REF = 16
const HAS_LATENCY = 32
const HAS_FINDINGS = 64
const RAW_UTF16 = 128

const typeNumbers = { call: 2, result: 3, error: 4, resultError: 5, send: 6 } as const
const typeNames = [null, undefined, 'call', 'result', 'error', 'resultError', 'send'] as const
// Versions are numbered from 1 in the order of the table of versions, which only ever grows at its end; the golden
// journals would notice if it did not.
const versionNames = [null, ...subprotocols]
const versionNumbers = Object.fromEntries(subprotocols.map((name, index) => [name, index + 1])) as Record<
  Subprotocol,
  number
>

const TWO_TO_32 = 2 ** 32

/** Memory that records are written into one after the other. */
export interface Sheet {
  readonly bytes: Buffer
  readonly view: DataView
  /** Bytes written so far. */
  used: number
}

/**
 * Lays a sheet over memory.
 * @param memory the memory; it may be transferred to another thread later, which ends the sheet
 */
export function sheetOver(memory: ArrayBuffer): Sheet {
  return { bytes: Buffer.from(memory), view: new DataView(memory), used: 0 }
}

/** Bytes a record takes at most, for choosing memory that surely holds it. */
export function recordBound(entry: Entry): number {
  const station = entry.station === null ? 0 : entry.station.length * 3
  if (entry.kind !== 'frame') return HEADER_BYTES + station + JSON.stringify(storedFields(entry)).length * 3
  const text = entry.bytes !== undefined ? entry.bytes.length : entry.raw === null ? 0 : entry.raw.length * 3
  const findings = entry.findings === null ? 0 : JSON.stringify(entry.findings).length * 3
  return frameBound(entry, text, findings) + station
}

/** As `recordBound`, without the station: everything but the texts of unusual length fits into the constant. */
function frameBound(entry: FrameEntry, text: number, findings: number): number {
  const names =
    entry.from.length + (entry.to?.length ?? 0) + (entry.messageId?.length ?? 0) + (entry.action?.length ?? 0)
  return HEADER_BYTES + 4 + 16 + 5 * 5 + names * 3 + text + findings
}

/**
 * Writes one entry behind what the sheet holds.
 * @returns the bytes written, or -1 when there may not be room; the sheet is then as it was
 * @throws TypeError when a field that is stored as JSON cannot be (a cycle, a bigint): a defect of the caller
 */
export function writeRecord(sheet: Sheet, position: number, entry: Entry): number {
  return entry.kind === 'frame' ? writeFrame(sheet, position, entry) : writeOther(sheet, position, entry)
}

function writeFrame(sheet: Sheet, position: number, entry: FrameEntry): number {
  const { bytes, view } = sheet
  const start = sheet.used
  const { station, to, messageId, action, raw, ref, latencyMs } = entry
  const findings = entry.findings === null ? null : JSON.stringify(entry.findings)
  const ready = entry.bytes
  const textBound = raw === null ? 0 : ready !== undefined ? ready.length : raw.length * 3
  const stationBound = station === null ? 0 : station.length * 3
  const bound = frameBound(entry, textBound, findings === null ? 0 : findings.length * 3) + stationBound
  if (start + bound > bytes.length) return -1

  let shape = 0
  let at = start + HEADER_BYTES
  if (station !== null) {
    shape = STATION_PRESENT
    const written = writeAscii(bytes, at, station)
    if (written >= 0) at += written
    else if (station.isWellFormed()) at += bytes.write(station, at, 'utf8')
    else {
      shape |= STATION_UTF16
      at += bytes.write(station, at, 'utf16le')
    }
  }
  const stationBytes = at - start - HEADER_BYTES

  const table = at
  let present = 0
  bytes[table] = entry.type === null ? 0 : typeNumbers[entry.type]
  bytes[table + 1] = entry.ocpp === null ? 0 : versionNumbers[entry.ocpp]
  bytes[table + 3] = 0
  at += 4
  if (ref !== null) {
    present |= HAS_REF
    view.setUint32(at, ref >>> 0, true)
    view.setUint32(at + 4, Math.floor(ref / TWO_TO_32), true)
    at += 8
  }
  if (latencyMs !== null) {
    present |= HAS_LATENCY
    view.setFloat64(at, latencyMs, true)
    at += 8
  }
  at = writeText(bytes, at, entry.from)
  if (to !== null) {
    present |= HAS_TO
    at = writeText(bytes, at, to)
  }
  if (messageId !== null) {
    present |= HAS_MESSAGE_ID
    at = writeText(bytes, at, messageId)
  }
  if (action !== null) {
    present |= HAS_ACTION
    at = writeText(bytes, at, action)
  }
  if (findings !== null) {
    present |= HAS_FINDINGS
    at = writeText(bytes, at, findings)
  }

  const body = at
  if (raw !== null) {
    present |= HAS_RAW
    if (ready !== undefined) {
      bytes.set(ready, at)
      at += ready.length
    } else if (raw.isWellFormed()) {
      at += bytes.write(raw, at, 'utf8')
    } else {
      // A lone surrogate has no UTF-8; it cannot come off a socket, but what Busbar writes itself is kept as it is too.
      present |= RAW_UTF16
      at += bytes.write(raw, at, 'utf16le')
    }
  }
  bytes[table + 2] = present
  const flags = entry.redacted ? FLAG_REDACTED : 0
  writeHeader(sheet, start, at, flags, 1, shape, position, entry.at, stationBytes, at - body)
  sheet.used = at
  return at - start
}

function writeOther(sheet: Sheet, position: number, entry: Exclude<Entry, FrameEntry>): number {
  const { bytes } = sheet
  const start = sheet.used
  const { station } = entry
  const json = JSON.stringify(storedFields(entry))
  const stationBound = station === null ? 0 : station.length * 3
  if (start + HEADER_BYTES + stationBound + json.length * 3 > bytes.length) return -1
  let shape = 0
  let at = start + HEADER_BYTES
  if (station !== null) {
    const wellFormed = station.isWellFormed()
    shape = wellFormed ? STATION_PRESENT : STATION_PRESENT | STATION_UTF16
    at += bytes.write(station, at, wellFormed ? 'utf8' : 'utf16le')
  }
  const stationBytes = at - start - HEADER_BYTES
  const body = at
  at += bytes.write(json, at, 'utf8')
  writeHeader(sheet, start, at, 0, kindNumbers[entry.kind], shape, position, entry.at, stationBytes, at - body)
  sheet.used = at
  return at - start
}

function writeHeader(
  sheet: Sheet,
  start: number,
  end: number,
  flags: number,
  kind: number,
  shape: number,
  position: number,
  wallTime: number,
  stationBytes: number,
  bodyBytes: number,
): void {
  const { bytes, view } = sheet
  view.setUint32(start, end - start, true)
  bytes[start + 4] = RECORD_VERSION
  bytes[start + 5] = flags
  bytes[start + 6] = kind
  bytes[start + 7] = shape
  view.setUint32(start + 8, position >>> 0, true)
  view.setUint32(start + 12, Math.floor(position / TWO_TO_32), true)
  view.setFloat64(start + 16, wallTime, true)
  view.setUint32(start + 24, stationBytes, true)
  view.setUint32(start + 28, bodyBytes, true)
}

/** Writes a text of plain ASCII; -1 when it holds anything else. A loop beats the call into the runtime at this length. */
function writeAscii(bytes: Buffer, at: number, text: string): number {
  const { length } = text
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) return -1
    bytes[at + index] = unit
  }
  return length
}

/** Writes a short text behind its length (bytes shifted by one; the low bit says UTF-16); gives where it ends. */
function writeText(bytes: Buffer, at: number, text: string): number {
  if (text.length < 64 && writeAscii(bytes, at + 1, text) >= 0) {
    bytes[at] = text.length << 1
    return at + 1 + text.length
  }
  const wellFormed = text.isWellFormed()
  const encoding = wellFormed ? 'utf8' : 'utf16le'
  let prefix = Buffer.byteLength(text, encoding) * 2 + (wellFormed ? 0 : 1)
  let end = at
  while (prefix >= 0x80) {
    bytes[end++] = (prefix % 0x80) | 0x80
    prefix = Math.floor(prefix / 0x80)
  }
  bytes[end++] = prefix
  return end + bytes.write(text, end, encoding)
}

/** What can be known of a record without taking it apart. */
export interface RecordHead {
  readonly length: number
  readonly position: number
  readonly kind: number
  readonly at: number
}

function damaged(detail: string): StoreError {
  return new StoreError('BB-STORE-008', detail)
}

/**
 * Length of the record at an offset.
 * @throws StoreError BB-STORE-008 when it cannot be a record's length
 */
export function recordLength(view: DataView, offset: number): number {
  if (offset + HEADER_BYTES > view.byteLength) throw damaged(`A record is cut off at byte ${offset}.`)
  const length = view.getUint32(offset, true)
  if (length < HEADER_BYTES || offset + length > view.byteLength) {
    throw damaged(`A record at byte ${offset} claims ${length} bytes.`)
  }
  return length
}

/** Position of the record at an offset; call `recordLength` first. */
export function recordPosition(view: DataView, offset: number): number {
  return view.getUint32(offset + 8, true) + view.getUint32(offset + 12, true) * TWO_TO_32
}

/** Number of the kind of the record at an offset; call `recordLength` first. */
export function recordKind(view: DataView, offset: number): number {
  return view.getUint8(offset + 6)
}

/** Wall time of the record at an offset; call `recordLength` first. */
export function recordAt(view: DataView, offset: number): number {
  return view.getFloat64(offset + 16, true)
}

/**
 * Station of the record at an offset, without reading the rest.
 * @throws StoreError BB-STORE-008
 */
export function recordStation(bytes: Buffer, view: DataView, offset: number): string | null {
  const length = recordLength(view, offset)
  const shape = view.getUint8(offset + 7)
  const stationBytes = view.getUint32(offset + 24, true)
  if (shape > (STATION_PRESENT | STATION_UTF16)) throw damaged(`A record at byte ${offset} has an unknown shape.`)
  if ((shape & STATION_PRESENT) === 0) {
    if (stationBytes !== 0 || shape !== 0) throw damaged(`A record at byte ${offset} contradicts itself.`)
    return null
  }
  if (HEADER_BYTES + stationBytes > length) throw damaged(`The station of a record at byte ${offset} is cut off.`)
  const start = offset + HEADER_BYTES
  return readString(bytes, start, start + stationBytes, (shape & STATION_UTF16) !== 0)
}

/**
 * Reads the record at an offset of a sheet or a stored row, checking everything in it.
 * @throws StoreError BB-STORE-008 when it is damaged or of a newer format
 */
export function readRecord(bytes: Buffer, view: DataView, offset: number): Placed {
  const length = recordLength(view, offset)
  const end = offset + length
  const version = view.getUint8(offset + 4)
  if (version !== RECORD_VERSION) throw damaged(`A record has format ${version}; this release reads 1.`)
  const flags = view.getUint8(offset + 5)
  if ((flags & FLAG_SEALED) !== 0) throw damaged('A record is sealed; this release cannot open it.')
  if ((flags & ~FLAG_REDACTED) !== 0) throw damaged(`A record has unknown flags ${flags}.`)
  const kind = kindOf(recordKind(view, offset))
  if (kind === null) throw damaged(`A record has the unknown kind ${recordKind(view, offset)}.`)
  const position = recordPosition(view, offset)
  if (!Number.isSafeInteger(position) || position < 1) throw damaged('A record has no valid position.')
  const at = recordAt(view, offset)
  const station = recordStation(bytes, view, offset)
  const fieldsStart = offset + HEADER_BYTES + view.getUint32(offset + 24, true)
  const bodyStart = end - view.getUint32(offset + 28, true)
  if (bodyStart < fieldsStart) throw damaged(`The body of record ${position} overlaps its head.`)
  const fields =
    kind === 'frame'
      ? readFrameFields(bytes, view, fieldsStart, bodyStart, end, (flags & FLAG_REDACTED) !== 0)
      : readJsonFields(bytes, fieldsStart, bodyStart, end)
  return { position, entry: checkedEntry(kind, at, station, fields, position) }
}

function checkedEntry(
  kind: EntryKind,
  at: number,
  station: string | null,
  fields: Readonly<Record<string, unknown>>,
  position: number,
): Entry {
  const entry = entryOf(kind, at, station, fields)
  if ('badField' in entry) throw damaged(`Record ${position} has an impossible ${entry.badField}.`)
  return entry
}

function readJsonFields(bytes: Buffer, start: number, body: number, end: number): Record<string, unknown> {
  if (start !== body) throw damaged(`A record at byte ${start} has bytes that belong to nothing.`)
  const fields = readJson(readString(bytes, body, end, false))
  if (typeof fields !== 'object' || fields === null) throw damaged(`A record at byte ${start} is not an object.`)
  return fields as Record<string, unknown>
}

function readFrameFields(
  bytes: Buffer,
  view: DataView,
  start: number,
  body: number,
  end: number,
  redacted: boolean,
): Record<string, unknown> {
  if (start + 4 > body) throw damaged(`A frame at byte ${start} is cut off.`)
  const type = typeNames[view.getUint8(start)]
  const ocpp = versionNames[view.getUint8(start + 1)]
  const present = view.getUint8(start + 2)
  if (type === undefined || ocpp === undefined || view.getUint8(start + 3) !== 0) {
    throw damaged(`A frame at byte ${start} has an unknown type or version.`)
  }
  const cursor = { at: start + 4, limit: body }
  let ref: number | null = null
  if ((present & HAS_REF) !== 0) {
    if (cursor.at + 8 > body) throw damaged(`A frame at byte ${start} is cut off.`)
    ref = view.getUint32(cursor.at, true) + view.getUint32(cursor.at + 4, true) * TWO_TO_32
    cursor.at += 8
  }
  let latencyMs: number | null = null
  if ((present & HAS_LATENCY) !== 0) {
    if (cursor.at + 8 > body) throw damaged(`A frame at byte ${start} is cut off.`)
    latencyMs = view.getFloat64(cursor.at, true)
    cursor.at += 8
  }
  const from = readText(bytes, cursor)
  const to = (present & HAS_TO) === 0 ? null : readText(bytes, cursor)
  const messageId = (present & HAS_MESSAGE_ID) === 0 ? null : readText(bytes, cursor)
  const action = (present & HAS_ACTION) === 0 ? null : readText(bytes, cursor)
  const findings = (present & HAS_FINDINGS) === 0 ? null : readJson(readText(bytes, cursor))
  if (cursor.at !== body) throw damaged(`A frame at byte ${start} has bytes that belong to nothing.`)
  if ((present & HAS_RAW) === 0 && body !== end) throw damaged(`A frame at byte ${start} has a text it denies.`)
  const raw = (present & HAS_RAW) === 0 ? null : readString(bytes, body, end, (present & RAW_UTF16) !== 0)
  return { from, to, type, messageId, action, ocpp, raw, redacted, ref, latencyMs, findings }
}

function readText(bytes: Buffer, cursor: { at: number; readonly limit: number }): string {
  let prefix = 0
  let scale = 1
  for (;;) {
    const byte = cursor.at < cursor.limit ? bytes[cursor.at++] : undefined
    if (byte === undefined || scale > TWO_TO_32 * 0x80) throw damaged(`A text at byte ${cursor.at} is cut off.`)
    prefix += (byte & 0x7f) * scale
    if (byte < 0x80) break
    scale *= 0x80
  }
  const start = cursor.at
  const end = start + Math.floor(prefix / 2)
  if (end > cursor.limit) throw damaged(`A text at byte ${start} is cut off.`)
  cursor.at = end
  return readString(bytes, start, end, prefix % 2 === 1)
}

function readString(bytes: Buffer, start: number, end: number, utf16: boolean): string {
  if (utf16) {
    if ((end - start) % 2 !== 0) throw damaged(`A text at byte ${start} is cut off.`)
    return bytes.toString('utf16le', start, end)
  }
  if (!isUtf8(bytes.subarray(start, end))) throw damaged(`A text at byte ${start} is not UTF-8.`)
  return bytes.toString('utf8', start, end)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StoreError('BB-STORE-008', 'The fields of a record are not JSON.', error)
  }
}

/**
 * Lays a buffer and a view over stored bytes.
 * @param stored a BLOB as SQLite gives it
 */
export function overBytes(stored: Uint8Array): { readonly bytes: Buffer; readonly view: DataView } {
  return {
    bytes: Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength),
    view: new DataView(stored.buffer, stored.byteOffset, stored.byteLength),
  }
}
