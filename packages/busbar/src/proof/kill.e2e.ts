// SIGKILL under load: whatever answer reached a station, its call is in the journal after the restart (rule RL3), the
// journal has no hole and verifies, and the stations come back and go on. Fifty raw stations, about a thousand messages a
// second, six kills, on the real binary.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Broker, baseConfig, openHome } from './broker-rig.ts'
import { type Line, openWireBackend, pause, stationIn, until } from './wire-rig.ts'

const STATIONS = 50
const ROUNDS = 6
const ROUND_MS = 1_500
/** Each station waits this long after an answer: 50 stations, two messages per round trip, make a thousand a second. */
const PACE_MS = 95

/** A station that says one thing after the other, says again what was not answered, and remembers what was. */
class Talker {
  readonly id: string
  /** Texts of calls whose answer arrived. */
  readonly answered: string[] = []
  readonly wrong: string[] = []
  #next = 0
  #open: string | null = null
  #line: Line | null = null
  #timer: NodeJS.Timeout | undefined
  #goes = true

  constructor(id: string) {
    this.id = id
  }

  async connect(url: string): Promise<void> {
    const line = await stationIn(url, this.id)
    this.#line = line
    line.onText = (text) => this.#hear(line, text)
    this.#say()
  }

  #say(): void {
    if (!this.#goes || this.#line === null || this.#line.isClosed) return
    this.#open ??= `[2,"${this.id}-${++this.#next}","MeterValues",{"connectorId":1,"n":${this.#next}.0}]`
    this.#line.send(this.#open)
  }

  #hear(line: Line, text: string): void {
    if (line !== this.#line) return
    if (this.#open === null || text !== `[3,"${this.id}-${this.#next}",{"n":${this.#next}}]`) {
      this.wrong.push(text)
      return
    }
    this.answered.push(this.#open)
    this.#open = null
    this.#timer = setTimeout(() => this.#say(), PACE_MS * (0.5 + Math.random()))
  }

  get isIdle(): boolean {
    return this.#open === null
  }

  drop(): void {
    clearTimeout(this.#timer)
    this.#line?.ws.terminate()
  }

  rest(): void {
    this.#goes = false
    clearTimeout(this.#timer)
  }
}

test('RL3 RL8 T31 after each of six kills under load every answered call is in the journal, without a hole', async (t) => {
  await using backend = await openWireBackend()
  backend.onLink = (link) => {
    link.onText = (text) => {
      const [, id] = JSON.parse(text) as [number, string]
      link.send(`[3,"${id}",{"n":${id.split('-').at(-1)}}]`)
    }
  }
  await using home = openHome((folder) => baseConfig(folder, { billing: { url: backend.url, ocpp: 'ocpp1.6' } }))
  const data = join(home.folder, 'data')
  const talkers = Array.from({ length: STATIONS }, (_, at) => new Talker(`K${at}`))

  let broker: Broker = await home.start()
  const answeredBefore: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = talkers.reduce((sum, each) => sum + each.answered.length, 0)
    await Promise.all(talkers.map((talker) => talker.connect(broker.station)))
    await pause(ROUND_MS + 200 * Math.random())
    await broker.stop('SIGKILL')
    for (const talker of talkers) talker.drop()
    const now = talkers.reduce((sum, each) => sum + each.answered.length, 0)
    answeredBefore.push(now - before)
    const verify = await home.run('journal', 'verify', '--data', data)
    assert.equal(verify.code, 0, `round ${round}: ${verify.out}${verify.err}`)
    assert.doesNotMatch(verify.out, /no entries at/)
    const start = performance.now()
    broker = await home.start()
    const readyMs = performance.now() - start
    assert.ok(readyMs < 5_000, `ready after ${readyMs} ms`)
  }
  t.diagnostic(`answered per round: ${answeredBefore.join(', ')}`)
  assert.ok(
    answeredBefore.every((n) => n > STATIONS),
    'every round made progress',
  )

  // They come back and go on; then nothing is left open.
  await Promise.all(talkers.map((talker) => talker.connect(broker.station)))
  await pause(300)
  for (const talker of talkers) talker.rest()
  await until(() => talkers.every((talker) => talker.isIdle), 'an answer to every last call')
  assert.deepEqual(
    talkers.flatMap((talker) => talker.wrong),
    [],
  )

  const twin = await broker.get<{ connected: boolean }>('/api/v1/stations/K0')
  assert.equal(twin.connected, true)
  const links = (await broker.timeline('K0')).filter((item) => item.kind === 'link' && item.peer === 'station')
  assert.deepEqual(
    links.map((item) => item.state),
    [...Array.from({ length: ROUNDS }, () => ['up', 'down']).flat(), 'up'],
    'each kill ended the connection on record',
  )
  assert.equal((await broker.stop()).code, 0)

  const exported = await home.run('journal', 'export', '--data', data)
  assert.equal(exported.code, 0)
  const positions: number[] = []
  const calls = new Set<string>()
  for (const text of exported.out.split('\n')) {
    if (text === '') continue
    const { position, kind, raw, type } = JSON.parse(text) as Record<string, unknown>
    if (typeof position !== 'number') continue
    positions.push(position)
    if (kind === 'frame' && type === 'call') calls.add(raw as string)
  }
  const [first = 0] = positions
  assert.ok(positions.length > 1_000)
  assert.deepEqual(
    positions,
    Array.from({ length: positions.length }, (_, at) => first + at),
    'no hole',
  )
  const missing = talkers.flatMap((talker) => talker.answered.filter((text) => !calls.has(text)))
  assert.deepEqual(missing, [], 'answered and forgotten')
  const verify = await home.run('journal', 'verify', '--data', data)
  assert.equal(verify.code, 0, verify.out)
})
