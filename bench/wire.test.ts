import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameReader, headerLength, opcode, sealFrame, upgradeRequest } from './wire.ts'

/** Unmasks as RFC 6455 section 5.3 describes it, byte for byte. */
function unmasked(frame: Uint8Array): { readonly opcode: number; readonly payload: Buffer } {
  const short = frame[1]! & 0x7f
  const at = short === 126 ? 4 : 2
  const length = short === 126 ? frame[2]! * 256 + frame[3]! : short
  const key = frame.subarray(at, at + 4)
  const payload = Buffer.from(frame.subarray(at + 4, at + 4 + length).map((byte, index) => byte ^ key[index % 4]!))
  return { opcode: frame[0]! & 0x0f, payload }
}

function serverFrame(payload: Uint8Array): Buffer {
  const header = payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >> 8, payload.length & 0xff]
  return Buffer.concat([Buffer.from(header), payload])
}

test('a sealed frame unmasks to the payload, for every length and key', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 0xffffffff }), (payload, mask) => {
      const frame = Buffer.alloc(headerLength(payload.length) + payload.length)
      frame.set(payload, headerLength(payload.length))
      sealFrame(frame, opcode.text, payload.length, mask)
      assert.equal(frame[1]! & 0x80, 0x80)
      assert.deepEqual(unmasked(frame), { opcode: opcode.text, payload: Buffer.from(payload) })
    }),
  )
})

test('the reader gives the same frames however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 40 }),
      (payloads, cuts) => {
        const stream = Buffer.concat(payloads.map(serverFrame))
        const seen: Buffer[] = []
        const reader = new FrameReader((_, bytes, start, end) => seen.push(Buffer.from(bytes.subarray(start, end))))
        const shared = Buffer.alloc(200)
        for (let at = 0, cut = 0; at < stream.length; cut++) {
          const piece = stream.subarray(at, at + cuts[cut % cuts.length]!)
          shared.set(piece)
          reader.push(shared, piece.length)
          at += piece.length
        }
        assert.deepEqual(
          seen,
          payloads.map((payload) => Buffer.from(payload)),
        )
      },
    ),
  )
})

test('the reader refuses what a server may not send', () => {
  const reader = () => new FrameReader(() => assert.fail('no frame expected'))
  assert.throws(() => reader().push(Buffer.from([0x01, 0x00]), 2), /fragmented/)
  assert.throws(() => reader().push(Buffer.from([0x81, 0x80, 0, 0, 0, 0]), 6), /masked/)
  assert.throws(() => reader().push(Buffer.from([0xc1, 0x00]), 2), /compressed/)
})

test('the upgrade request offers the subprotocol and no extension', () => {
  const text = upgradeRequest('127.0.0.1:9000', '/A%20B', 'ocpp1.6')
  assert.match(text, /^GET \/A%20B HTTP\/1\.1\r\nHost: 127\.0\.0\.1:9000\r\n/)
  assert.match(text, /\r\nSec-WebSocket-Protocol: ocpp1\.6\r\n/)
  assert.doesNotMatch(text, /Extensions/)
  assert.ok(text.endsWith('\r\n\r\n'))
})
