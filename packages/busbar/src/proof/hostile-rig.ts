// What hostile, broken or merely unlucky peers send to the listener of stations: one function per kind of bad input, each
// with the entry it has to leave. Everything is drawn from a seeded source, so that a run can be repeated. For tests only.

import { type Bare, frameBytes, openBare, pause, until, upgradeText } from './wire-rig.ts'

/** Gives a number from 0 to 1. */
export type Chance = () => number

/** A small seeded source (mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const below = (chance: Chance, n: number): number => Math.floor(chance() * n)
export const oneOf = <T>(chance: Chance, items: readonly T[]): T => items[below(chance, items.length)]!
const randomBytes = (chance: Chance, n: number): Buffer =>
  Buffer.from(Array.from({ length: n }, () => below(chance, 256)))

export interface Attempt {
  readonly chance: Chance
  readonly url: string
  /** The identity this attempt uses, where it gets that far. */
  readonly id: string
}

export interface BadInput {
  readonly name: string
  /** Code of the fault that each attempt leaves; null: an end of a link, or nothing at all. */
  readonly code: string | null
  /** Whether the fault names the station: it does not where no identity could be read. */
  readonly named: boolean
  run(attempt: Attempt): Promise<void>
}

/** Waits until the broker has ended the connection. */
const ended = (bare: Bare) => until(() => bare.isClosed(), 'the end of the connection', 8_000)

async function handshakes(attempt: Attempt, bytes: string | Uint8Array): Promise<void> {
  using bare = openBare(attempt.url)
  bare.socket.write(bytes)
  await bare.status(8_000)
  bare.socket.end()
  await ended(bare)
}

/** Gets in and sends bytes; waits for the broker to end it. */
async function breaks(attempt: Attempt, bytes: Uint8Array): Promise<void> {
  using bare = openBare(attempt.url)
  const hello = Buffer.from(upgradeText(`/${attempt.id}`))
  if (attempt.chance() < 0.5) bare.socket.write(Buffer.concat([hello, bytes]))
  else {
    bare.socket.write(hello)
    await bare.status()
    const cut = below(attempt.chance, bytes.length)
    bare.socket.write(bytes.subarray(0, cut))
    await pause(below(attempt.chance, 5))
    bare.socket.write(bytes.subarray(cut))
  }
  await until(() => bare.isClosed() || bare.closeCode() !== null, 'a close frame')
  bare.socket.end()
  await ended(bare)
}

/** Gets in, sends a message that is recorded and goes nowhere, and leaves in order. */
async function says(attempt: Attempt, text: string | Uint8Array): Promise<void> {
  using bare = openBare(attempt.url)
  bare.socket.write(
    Buffer.concat([Buffer.from(upgradeText(`/${attempt.id}`)), frameBytes(1, text), frameBytes(8, '\x03\xe8')]),
  )
  await bare.status()
  await until(() => bare.isClosed() || bare.received().includes('\x88\x02\x03\xe8'), 'the close frame')
  bare.socket.end()
  await ended(bare)
}

const withoutLine = (text: string, start: string) =>
  text
    .split('\r\n')
    .filter((each) => !each.startsWith(start))
    .join('\r\n')

const hostileTargets = [
  '/',
  '//',
  '/%',
  '/%zz',
  '/%00',
  '/a%00b',
  '/..',
  '/%2e%2e',
  '/%ff%fe',
  `/${'x'.repeat(300)}`,
  '/a%0d%0aX-Evil:1',
]

const brokenTexts: readonly ((chance: Chance) => string)[] = [
  () => '',
  () => '[',
  () => 'null',
  (chance) => randomBytes(chance, 1 + below(chance, 400)).toString('latin1'),
  (chance) => '['.repeat(1 + below(chance, 20_000)),
  (chance) => `{"a":${'{"a":'.repeat(below(chance, 5_000))}`,
  (chance) => '[2,"id","Heartbeat",{}]'.slice(0, 1 + below(chance, 21)),
  (chance) => `[2,${oneOf(chance, ['null', '{}', '[]', 'true'])},"Heartbeat",{}]`,
]

/** Frames that break RFC 6455, by what is wrong with them. */
const brokenFrames: readonly ((chance: Chance) => Buffer)[] = [
  (chance) => frameBytes(oneOf(chance, [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), 'x'),
  // Not masked.
  () => Buffer.from([0x81, 0x02, 0x68, 0x69]),
  () => frameBytes(9, 'p'.repeat(126)),
  () => frameBytes(9, 'p', { bits: 0 }),
  () => frameBytes(0, 'continues nothing'),
  () => Buffer.concat([frameBytes(1, 'begin', { bits: 0 }), frameBytes(1, 'another')]),
  () => frameBytes(8, '\x03'),
  () => frameBytes(8, Buffer.from([0x03, 0xed])),
  () => frameBytes(8, Buffer.from([0x00, 0x00])),
]

/** Every kind of bad input. */
export const badInputs: readonly BadInput[] = [
  {
    name: 'bytes-that-are-no-http',
    code: 'BB-LINK-030',
    named: false,
    run: (attempt) =>
      handshakes(
        attempt,
        Buffer.concat([Buffer.from([0x16, 0x03]), randomBytes(attempt.chance, 200), Buffer.from('\r\n\r\n')]),
      ),
  },
  {
    name: 'headers-without-end',
    code: 'BB-LINK-030',
    named: false,
    run: (attempt) => handshakes(attempt, upgradeText('/X', [`X-Long: ${'h'.repeat(20_000)}`])),
  },
  {
    name: 'handshake-without-key',
    code: 'BB-LINK-030',
    named: false,
    run: (attempt) =>
      handshakes(
        attempt,
        withoutLine(upgradeText('/X'), oneOf(attempt.chance, ['Sec-WebSocket-Key', 'Sec-WebSocket-Version'])),
      ),
  },
  {
    name: 'hostile-identity',
    code: 'BB-LINK-020',
    named: false,
    run: (attempt) => handshakes(attempt, upgradeText(oneOf(attempt.chance, hostileTargets))),
  },
  {
    name: 'version-nobody-speaks',
    code: 'BB-LINK-025',
    named: true,
    run: (attempt) =>
      handshakes(
        attempt,
        upgradeText(`/${attempt.id}`, [
          `Sec-WebSocket-Protocol: ${oneOf(attempt.chance, ['soap', 'ocpp1.2', 'OCPP1.6', 'mqtt, wamp'])}`,
        ]),
      ),
  },
  {
    name: 'no-version',
    code: 'BB-LINK-026',
    named: true,
    run: (attempt) => handshakes(attempt, upgradeText(`/${attempt.id}`, [])),
  },
  {
    name: 'credentials-that-cannot-be-read',
    code: 'BB-LINK-022',
    named: true,
    run: (attempt) =>
      handshakes(
        attempt,
        upgradeText(`/${attempt.id}`, [
          'Sec-WebSocket-Protocol: ocpp1.6',
          `Authorization: Basic ${oneOf(attempt.chance, ['????', '=', '%%%', 'e e e'])}`,
        ]),
      ),
  },
  {
    name: 'knock-and-run',
    code: null,
    named: false,
    async run(attempt) {
      using bare = openBare(attempt.url)
      const hello = Buffer.from(upgradeText(`/${attempt.id}`))
      bare.socket.write(hello.subarray(0, below(attempt.chance, hello.length)))
      await pause(below(attempt.chance, 20))
      if (attempt.chance() < 0.5) bare.socket.resetAndDestroy()
      else bare.socket.end()
      await ended(bare)
    },
  },
  {
    name: 'half-closed-after-the-handshake',
    code: null,
    named: true,
    async run(attempt) {
      using bare = openBare(attempt.url)
      bare.socket.end(upgradeText(`/${attempt.id}`))
      await ended(bare)
    },
  },
  {
    name: 'gone-in-the-middle-of-a-frame',
    code: null,
    named: true,
    async run(attempt) {
      using bare = openBare(attempt.url)
      const frame = frameBytes(1, `[2,"x","DataTransfer",{"vendorId":"${'v'.repeat(below(attempt.chance, 3_000))}"}]`)
      bare.socket.write(upgradeText(`/${attempt.id}`))
      await bare.status()
      bare.socket.write(frame.subarray(0, 1 + below(attempt.chance, frame.length - 1)))
      await pause(below(attempt.chance, 10))
      bare.socket.resetAndDestroy()
      await ended(bare)
    },
  },
  {
    name: 'broken-frame',
    code: 'BB-FRAME-005',
    named: true,
    run: (attempt) => breaks(attempt, oneOf(attempt.chance, brokenFrames)(attempt.chance)),
  },
  {
    name: 'reserved-bits',
    code: 'BB-FRAME-005',
    named: true,
    run: (attempt) =>
      breaks(
        attempt,
        frameBytes(1, '[2,"r","Heartbeat",{}]', { bits: oneOf(attempt.chance, [0xc0, 0xa0, 0x90, 0xf0]) }),
      ),
  },
  {
    name: 'giant-frame',
    code: 'BB-FRAME-005',
    named: true,
    run: (attempt) =>
      breaks(
        attempt,
        frameBytes(1, 'x'.repeat(5_000), { claimed: oneOf(attempt.chance, [1_048_577, 2 ** 32, 2 ** 40, 2 ** 52]) }),
      ),
  },
  {
    name: 'giant-in-small-pieces',
    code: 'BB-FRAME-005',
    named: true,
    async run(attempt) {
      using bare = openBare(attempt.url)
      bare.socket.write(upgradeText(`/${attempt.id}`))
      await bare.status()
      bare.socket.write(frameBytes(1, 'x', { bits: 0 }))
      const piece = frameBytes(0, 'x'.repeat(60_000), { bits: 0 })
      for (let at = 0; at < 20 && !bare.isClosed(); at++) bare.socket.write(piece)
      await until(() => bare.isClosed() || bare.closeCode() !== null, 'a close frame')
      bare.socket.end()
      await ended(bare)
    },
  },
  {
    name: 'invalid-utf8',
    code: 'BB-FRAME-005',
    named: true,
    run: (attempt) =>
      breaks(
        attempt,
        frameBytes(
          1,
          Buffer.concat([
            Buffer.from('[2,"'),
            oneOf(attempt.chance, [
              Buffer.from([0xc3, 0x28]),
              Buffer.from([0xff]),
              Buffer.from([0xed, 0xa0, 0x80]),
              Buffer.from([0xf8, 0x88, 0x80]),
            ]),
            Buffer.from('"]'),
          ]),
        ),
      ),
  },
  {
    name: 'random-bytes-as-frames',
    code: null,
    named: true,
    async run(attempt) {
      using bare = openBare(attempt.url)
      bare.socket.write(
        Buffer.concat([
          Buffer.from(upgradeText(`/${attempt.id}`)),
          randomBytes(attempt.chance, 1 + below(attempt.chance, 2_000)),
        ]),
      )
      await bare.status()
      await pause(below(attempt.chance, 20))
      bare.socket.end()
      await ended(bare)
    },
  },
  {
    name: 'binary-frame',
    code: 'BB-FRAME-005',
    named: true,
    async run(attempt) {
      using bare = openBare(attempt.url)
      const frames = [frameBytes(2, randomBytes(attempt.chance, below(attempt.chance, 500))), frameBytes(8, '\x03\xe8')]
      bare.socket.write(Buffer.concat([Buffer.from(upgradeText(`/${attempt.id}`)), ...frames]))
      await bare.status()
      bare.socket.end()
      await ended(bare)
    },
  },
  {
    name: 'text-without-envelope',
    code: 'BB-FRAME-001',
    named: true,
    run: (attempt) => says(attempt, oneOf(attempt.chance, brokenTexts)(attempt.chance)),
  },
  {
    name: 'unknown-type',
    code: 'BB-FRAME-002',
    named: true,
    run: (attempt) =>
      says(
        attempt,
        `[${oneOf(attempt.chance, ['0', '1', '7', '-2', '2.5', '"2"', 'null', '1e99'])},"id","Heartbeat",{}]`,
      ),
  },
  {
    name: 'type-of-another-version',
    code: 'BB-FRAME-003',
    named: true,
    run: (attempt) =>
      says(
        attempt,
        oneOf(attempt.chance, ['[5,"id","InternalError","",{}]', '[6,"id","NotifyPeriodicEventStream",{}]']),
      ),
  },
  {
    name: 'answer-to-nothing',
    code: 'BB-FRAME-004',
    named: true,
    run: (attempt) =>
      says(
        attempt,
        `[${oneOf(attempt.chance, [3, 4])},${JSON.stringify(oneOf(attempt.chance, ['', '__proto__', '../../x', 'x'.repeat(5_000), '\u0000', '1']))},{}]`,
      ),
  },
]
