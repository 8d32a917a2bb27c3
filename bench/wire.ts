// The client's half of RFC 6455, as little of it as a load generator needs: the opening handshake, masked frames out,
// unmasked frames in. The brokers and the sink use `ws`; the swarm does not, because on a small machine every
// microsecond that the load generator saves is one that the broker under test gets. Frames are masked with a key that
// is not zero, as servers skip the work for a zero key and would look cheaper than they are.

import { randomBytes } from 'node:crypto'

export const opcode = { text: 1, close: 8, ping: 9, pong: 10 } as const

/** The text of an upgrade request for an OCPP connection, without any extension on offer. */
export function upgradeRequest(host: string, path: string, subprotocol: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    '',
    '',
  ].join('\r\n')
}

/** Bytes that a header of a masked frame takes before the payload. */
export function headerLength(payloadLength: number): number {
  return payloadLength < 126 ? 6 : 8
}

/**
 * Makes a masked frame in place: the payload stands in `frame` behind its header's room and is masked there.
 * @param frame header room and payload; at most 65,535 bytes of payload
 * @param mask 32 bits, not zero
 */
export function sealFrame(frame: Uint8Array, opcodeOf: number, payloadLength: number, mask: number): void {
  if (payloadLength > 0xffff) throw new Error(`a frame of ${payloadLength} bytes is too long for this generator`)
  frame[0] = 0x80 | opcodeOf
  let at = 2
  if (payloadLength < 126) {
    frame[1] = 0x80 | payloadLength
  } else {
    frame[1] = 0x80 | 126
    frame[2] = payloadLength >> 8
    frame[3] = payloadLength & 0xff
    at = 4
  }
  const key0 = (mask >>> 24) & 0xff
  const key1 = (mask >>> 16) & 0xff
  const key2 = (mask >>> 8) & 0xff
  const key3 = mask & 0xff
  frame[at] = key0
  frame[at + 1] = key1
  frame[at + 2] = key2
  frame[at + 3] = key3
  at += 4
  const end = at + payloadLength
  const whole = end - (payloadLength & 3)
  for (; at < whole; at += 4) {
    frame[at]! ^= key0
    frame[at + 1]! ^= key1
    frame[at + 2]! ^= key2
    frame[at + 3]! ^= key3
  }
  if (at < end) frame[at]! ^= key0
  if (at + 1 < end) frame[at + 1]! ^= key1
  if (at + 2 < end) frame[at + 2]! ^= key2
}

/** Called for each complete frame: its opcode, and where its payload stands. The bytes are valid during the call only. */
export type OnFrame = (opcodeOf: number, bytes: Buffer, start: number, end: number) => void

/** Cuts the stream of a server into frames. Throws on what a broker should not send: masks and fragments. */
export class FrameReader {
  #kept: Buffer | null = null
  readonly #onFrame: OnFrame

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  /** Takes the next `length` bytes of the stream; they may be overwritten afterwards. */
  push(chunk: Buffer, length: number): void {
    let bytes = chunk
    let end = length
    if (this.#kept !== null) {
      bytes = Buffer.concat([this.#kept, chunk.subarray(0, length)])
      end = bytes.length
      this.#kept = null
    }
    let at = 0
    while (at + 2 <= end) {
      const first = bytes[at]!
      const second = bytes[at + 1]!
      if ((first & 0x80) === 0 || (first & 0x0f) === 0) throw new Error('the broker sent a fragmented message')
      if ((first & 0x70) !== 0) throw new Error('the broker sent a compressed message that was not agreed on')
      if ((second & 0x80) !== 0) throw new Error('the broker sent a masked frame')
      let size = second
      let start = at + 2
      if (second === 126) {
        if (at + 4 > end) break
        size = (bytes[at + 2]! << 8) | bytes[at + 3]!
        start = at + 4
      } else if (second === 127) {
        throw new Error('the broker sent a frame larger than this generator expects')
      }
      if (start + size > end) break
      this.#onFrame(first & 0x0f, bytes, start, start + size)
      at = start + size
    }
    if (at < end) this.#kept = Buffer.from(bytes.subarray(at, end))
  }
}
