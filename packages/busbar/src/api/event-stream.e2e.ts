// Event streams over real sockets: the seam between the journal and what happens, resuming, slow readers.

import assert from 'node:assert/strict'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Entry } from '@busbar/core/journal/entry.ts'
import { HEARTBEAT_MS, STALLED_MS } from './event-stream.ts'
import { FakeWorld, frame, openFakeApi, testTokens } from './fake-ports.ts'

interface Reader {
  /** Positions received, in order. */
  readonly positions: number[]
  readonly bodies: Record<string, unknown>[]
  /** The last id, also of events without data. */
  lastId: string
  text: string
  ended: boolean
  readonly response: IncomingMessage
  close(): void
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 5000
  while (!condition()) {
    if (performance.now() > deadline) assert.fail(`did not happen in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function rig(context: TestContext, over: Parameters<typeof openFakeApi>[1] = {}) {
  const world = new FakeWorld()
  const api = await openFakeApi(world, { url: 'http://127.0.0.1:0', ...over })
  const url = await api.listen()
  context.after(() => api.close())
  const read = async (query = '', headers: Record<string, string> = {}): Promise<Reader> => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${url}/api/v1/events${query}`, { headers }, resolve).on('error', reject)
    })
    assert.equal(response.statusCode, 200)
    assert.match(String(response.headers['content-type']), /^text\/event-stream/)
    const reader: Reader = {
      positions: [],
      bodies: [],
      lastId: '',
      text: '',
      ended: false,
      response,
      close: () => response.destroy(),
    }
    let rest = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      reader.text += chunk
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) {
        const id = /^id: (\d+)$/m.exec(event)?.[1]
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (id !== undefined) reader.lastId = id
        if (data === undefined) continue
        const body = JSON.parse(data) as Record<string, unknown>
        assert.equal(String(body.position), id)
        reader.positions.push(Number(body.position))
        reader.bodies.push(body)
      }
    })
    response.on('close', () => {
      reader.ended = true
    })
    response.on('error', () => {})
    await until(() => reader.text.includes('\n: '), 'the head of the stream')
    return reader
  }
  return { world, api, url, read }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)
const some = (count: number, station = 'A'): Entry[] => Array.from({ length: count }, (_, n) => frame(station, n))

test('AP14 a stream begins with what happens', async (context) => {
  const { world, read } = await rig(context)
  world.timeline.commit(...some(5))
  const reader = await read()
  assert.equal(reader.lastId, '5')
  world.timeline.commit(...some(2))
  world.timeline.commit(...some(1))
  await until(() => reader.positions.length === 3, 'three entries')
  assert.deepEqual(reader.positions, [6, 7, 8])
  assert.equal(reader.bodies[0]?.kind, 'frame')
})

test('AP14 across the seam each entry comes once and in order, while entries are written', async (context) => {
  const { world, read } = await rig(context)
  world.timeline.commit(...some(3000))
  const opening = read('?after=0')
  const writing = setInterval(() => world.timeline.commit(...some(7)), 1)
  const reader = await opening
  await until(() => reader.positions.length > 4000, 'catching up')
  clearInterval(writing)
  await until(() => reader.positions.length === world.timeline.synced, 'the end')
  assert.deepEqual(reader.positions, range(1, world.timeline.synced))
})

test('AP14 what can be read before it is announced comes once', async (context) => {
  const { world, read } = await rig(context)
  const placed = world.timeline.append(...some(3))
  world.timeline.synced = 3
  const reader = await read('?after=0')
  await until(() => reader.positions.length === 3, 'what is in the journal')
  world.timeline.announce(placed)
  world.timeline.commit(...some(1))
  await until(() => reader.lastId === '4', 'the next one')
  assert.deepEqual(reader.positions, [1, 2, 3, 4])
})

test('AP17 the place of a filtered stream is behind what was left out, from the beginning', async (context) => {
  const { world, read } = await rig(context)
  world.timeline.commit(...some(2, 'B'), ...some(5, 'A'))
  const reader = await read('?after=0&station=B')
  await until(() => reader.positions.length === 2, 'what is asked for')
  world.clock.advance(HEARTBEAT_MS)
  await until(() => reader.lastId === '7', 'the place')
})

test('AP15 a reader that comes back misses nothing and gets nothing twice', async (context) => {
  const { world, read } = await rig(context)
  const seen: number[] = []
  let lastId = ''
  for (let round = 0; round < 5; round++) {
    // The query is the one it began with: what it reached goes first.
    const reader = await read('?after=0', lastId === '' ? {} : { 'last-event-id': lastId })
    world.timeline.commit(...some(10))
    await until(
      () => reader.positions.length > 0 && reader.positions.at(-1) === world.timeline.synced,
      `round ${round}`,
    )
    reader.close()
    seen.push(...reader.positions)
    lastId = reader.lastId
    // While it is away.
    world.timeline.commit(...some(7))
  }
  assert.deepEqual(seen, range(1, 78))
})

test('AP15 a position of another journal leads to the end of this one', async (context) => {
  const { world, read } = await rig(context)
  world.timeline.commit(...some(3))
  const reader = await read('?after=1000000')
  world.timeline.commit(...some(1))
  await until(() => reader.positions.length === 1, 'the new entry')
  assert.deepEqual(reader.positions, [4])
})

test('AP14 entries are filtered by station and kind, and the place moves on all the same', async (context) => {
  const { world, read } = await rig(context)
  const fault: Entry = { kind: 'fault', at: 0, station: 'B', code: 'BB-CORE-001', text: '', detail: {}, ref: null }
  world.timeline.commit(...some(2, 'A'), ...some(2, 'B'), fault)
  const ofB = await read('?after=0&station=B')
  const faults = await read('?after=0&kind=fault,link')
  world.timeline.commit(...some(1, 'A'), ...some(1, 'B'), fault)
  await until(() => ofB.positions.length === 5 && faults.positions.length === 2, 'the entries')
  assert.deepEqual(ofB.positions, [3, 4, 5, 7, 8])
  assert.deepEqual(faults.positions, [5, 8])
  world.timeline.commit(...some(3, 'A'))
  world.clock.advance(HEARTBEAT_MS)
  await until(() => ofB.lastId === '11', 'the place behind what was left out')
})

test('AP13 in streams tokens are pseudonyms below operator', async (context) => {
  const { world, read } = await rig(context, { tokens: () => testTokens })
  const below = await read('', { authorization: 'Bearer support-token' })
  const above = await read('', { authorization: 'Bearer operator-token' })
  world.timeline.commit(...some(1))
  await until(() => below.positions.length + above.positions.length === 2, 'both')
  assert.ok(above.text.includes('ANNA-1'))
  assert.ok(!below.text.includes('ANNA-1'))
  assert.equal(below.bodies[0]?.redacted, true)
})

test('AP16 a reader that takes nothing costs a page and is dropped; others get everything at once', async (context) => {
  const { world, api, url, read } = await rig(context)
  const port = Number(new URL(url).port)
  const slow = connect(port, '127.0.0.1')
  slow.on('error', () => {})
  slow.pause()
  slow.write(`GET /api/v1/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  await until(() => api.eventStreams() === 1, 'the slow reader')
  const quick = await read('?after=0')
  const large = 'x'.repeat(100_000)
  // Twice what the buffers of both ends of a loopback connection hold.
  for (let n = 0; n < 300; n++) {
    world.timeline.commit(frame('A', n, { raw: large }))
    if (n % 20 === 0) await until(() => quick.positions.length === n + 1, `entry ${n}`)
  }
  await until(() => quick.positions.length === 300, 'all entries at the quick reader')
  quick.close()
  await until(() => api.eventStreams() === 1, 'the quick reader to leave')
  // What is unsent sits in the response: one entry above its mark at most, whatever was written since.
  const before = world.timeline.reads
  for (let n = 0; n < 50; n++) world.timeline.commit(frame('A', n, { raw: large }))
  assert.equal(world.timeline.reads, before, 'nothing is read for a reader that takes nothing')
  world.clock.advance(STALLED_MS)
  await until(() => api.eventStreams() === 0, 'the slow reader to be dropped')
  assert.equal(world.timeline.listeners, 0, 'nobody watches, nobody listens')
  slow.destroy()
})

test('AP16 a reader that pauses and goes on gets everything in order', async (context) => {
  const { world, read } = await rig(context)
  const reader = await read()
  reader.response.pause()
  const large = 'x'.repeat(100_000)
  for (let n = 0; n < 200; n++) world.timeline.commit(frame('A', n, { raw: large }))
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(reader.positions.length < 200)
  world.clock.advance(HEARTBEAT_MS)
  reader.response.resume()
  await until(() => reader.positions.length === 200, 'everything')
  assert.deepEqual(reader.positions, range(1, 200))
})

test('AP16 the number of streams is limited', async (context) => {
  const { api, url, read } = await rig(context, { maxEventStreams: 2 })
  await Promise.all([read(), read()])
  const answer = await fetch(`${url}/api/v1/events`)
  assert.equal(answer.status, 503)
  assert.equal(((await answer.json()) as { code: string }).code, 'BB-API-022')
  assert.equal(api.eventStreams(), 2)
})

test('AP17 a silent stream says that it lives and how far it is', async (context) => {
  const { world, read } = await rig(context)
  world.timeline.commit(...some(4))
  const reader = await read()
  const began = reader.text.length
  world.clock.advance(HEARTBEAT_MS)
  await until(() => reader.text.length > began, 'a heartbeat')
  assert.equal(reader.text.slice(began), 'id: 4\n: live\n\n')
  assert.deepEqual(reader.positions, [])
})

test('AP17 when the broker goes down the streams end and it does not wait for them', async (context) => {
  const { api, read } = await rig(context)
  const reader = await read()
  const began = performance.now()
  await api.close()
  await until(() => reader.ended, 'the end of the stream')
  assert.ok(performance.now() - began < 2000)
})

test('AP3 a Last-Event-ID that is none is refused', async (context) => {
  const { url } = await rig(context)
  const answer = await fetch(`${url}/api/v1/events`, { headers: { 'last-event-id': 'x' } })
  assert.equal(answer.status, 400)
})
