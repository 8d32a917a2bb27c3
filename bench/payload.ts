// What the simulated stations say under load: a Heartbeat of 57 bytes and a MeterValues of 681 bytes in turn, OCPP 1.6,
// every message with a random UUID as its id and with moving values. A fixed message repeated would compress two to
// three times better than real traffic and flatter whoever stores it.

import { randomUUID } from 'node:crypto'
import { headerLength, opcode, sealFrame } from './wire.ts'

/** How the mix is called wherever a figure stands. */
export const payloadMix = 'OCPP 1.6, Heartbeat (57 B) and MeterValues (681 B) in turn'

const ID_LENGTH = 36
const ID_AT = 4
const placeholderId = 'x'.repeat(ID_LENGTH)

const heartbeatText = `[2,"${placeholderId}","Heartbeat",{}]`

/** Each `#name:length` is a field of fixed length that is written anew for every message. */
const meterValuesText = `[2,"${placeholderId}","MeterValues",${JSON.stringify({
  connectorId: 1,
  transactionId: 123_456_789,
  meterValue: [
    {
      timestamp: '#time#-###T##:##:##.###Z',
      sampledValue: [
        { value: '#energy#', context: 'Sample.Periodic', measurand: 'Energy.Active.Import.Register' },
        { value: '#powr', context: 'Sample.Periodic', measurand: 'Power.Active.Import', unit: 'W' },
        { value: '#ia#', measurand: 'Current.Import', phase: 'L1', unit: 'A' },
        { value: '#ib#', measurand: 'Current.Import', phase: 'L2', unit: 'A' },
        { value: '#ic#', measurand: 'Current.Import', phase: 'L3', unit: 'A' },
        { value: '#va##', measurand: 'Voltage', phase: 'L1', unit: 'V' },
        { value: '#s', measurand: 'SoC', unit: 'Percent' },
      ],
    },
  ],
})}]`

function place(marker: string): number {
  const at = meterValuesText.indexOf(marker)
  if (at < 0 || meterValuesText.indexOf(marker, at + 1) >= 0) throw new Error(`field ${marker} is not there once`)
  return at
}

const fields = {
  time: place('#time#'),
  energy: place('#energy#'),
  power: place('#powr'),
  currents: [place('#ia#'), place('#ib#'), place('#ic#')],
  voltage: place('#va##'),
  charge: place('#s'),
} as const

const TIME_LENGTH = '2026-01-01T00:00:00.000Z'.length

/** The next message of a station, ready to be written to its socket. */
export interface Message {
  readonly id: string
  /** The masked frame; valid until the next message of the same station is made. */
  readonly frame: Buffer
}

let clockText = { at: 0, text: '' }

function timeText(now: number): string {
  if (clockText.at !== now) clockText = { at: now, text: new Date(now).toISOString() }
  return clockText.text
}

/** The messages of one station: writes into two buffers of its own, since only one message is out at a time. */
export class MessageMix {
  readonly #heartbeat = templateFrame(heartbeatText)
  readonly #meterValues = templateFrame(meterValuesText)
  readonly #random: () => number
  #energyWh: number
  #turn = 0

  /** @param random uniform in [0, 1) */
  constructor(random: () => number = Math.random) {
    this.#random = random
    this.#energyWh = 10_000_000 + Math.floor(random() * 80_000_000)
  }

  /**
   * Makes the next message as a frame.
   * @param now wall clock in milliseconds
   */
  next(now: number): Message {
    const id = randomUUID()
    const { frame, length } = this.#write(id, now)
    sealFrame(frame, opcode.text, length, 1 + Math.floor(this.#random() * 0xfffffffe))
    return { id, frame }
  }

  /** Makes the next message as text, with an id of 36 characters. */
  nextText(id: string, now: number): { readonly action: string; readonly text: string } {
    const { frame, length, action } = this.#write(id, now)
    return { action, text: frame.toString('latin1', headerLength(length)) }
  }

  /** Writes the text behind its header's room. A frame is masked where it stands, so all of it is written anew. */
  #write(id: string, now: number): { readonly frame: Buffer; readonly length: number; readonly action: string } {
    this.#turn ^= 1
    const isHeartbeat = this.#turn === 1
    const frame = isHeartbeat ? this.#heartbeat : this.#meterValues
    const bytes = isHeartbeat ? heartbeatBytes : meterValuesBytes
    const payload = headerLength(bytes.length)
    frame.set(bytes, payload)
    frame.write(id, payload + ID_AT, ID_LENGTH, 'latin1')
    if (!isHeartbeat) this.#meter(frame, payload, now)
    return { frame, length: bytes.length, action: isHeartbeat ? 'Heartbeat' : 'MeterValues' }
  }

  #meter(frame: Buffer, payload: number, now: number): void {
    const random = this.#random
    this.#energyWh += 10 + Math.floor(random() * 40)
    frame.write(timeText(now), payload + fields.time, TIME_LENGTH, 'latin1')
    frame.write(String(this.#energyWh), payload + fields.energy, 8, 'latin1')
    frame.write(String(10_000 + Math.floor(random() * 12_000)), payload + fields.power, 5, 'latin1')
    for (const at of fields.currents) frame.write(tenths(140 + Math.floor(random() * 180)), payload + at, 4, 'latin1')
    frame.write(tenths(2_250 + Math.floor(random() * 120)), payload + fields.voltage, 5, 'latin1')
    frame.write(String(10 + Math.floor(random() * 90)), payload + fields.charge, 2, 'latin1')
  }
}

const heartbeatBytes = Buffer.from(heartbeatText, 'latin1')
const meterValuesBytes = Buffer.from(meterValuesText, 'latin1')

function templateFrame(text: string): Buffer {
  return Buffer.alloc(headerLength(text.length) + text.length)
}

/** One decimal, as meters report it: 163 becomes 16.3. */
function tenths(value: number): string {
  return `${Math.floor(value / 10)}.${value % 10}`
}

/** A frame of any other CALL: boots, mostly. Gives its random id and the masked frame. */
export function callFrame(action: string, payload: unknown): Message {
  const id = randomUUID()
  const text = Buffer.from(`[2,"${id}","${action}",${JSON.stringify(payload)}]`)
  const frame = Buffer.alloc(headerLength(text.length) + text.length)
  frame.set(text, headerLength(text.length))
  sealFrame(frame, opcode.text, text.length, 1 + Math.floor(Math.random() * 0xfffffffe))
  return { id, frame }
}

/** What a station says when it comes up. */
export const bootPayload = {
  chargePointVendor: 'BenchCo',
  chargePointModel: 'Load-1',
  chargePointSerialNumber: 'B-0001',
  firmwareVersion: '1.0.0',
}

/**
 * Where the id of an answer stands in its text when it is written the usual way, `[3,"<36 characters>",…`.
 */
export const answerId = { at: ID_AT, length: ID_LENGTH } as const
