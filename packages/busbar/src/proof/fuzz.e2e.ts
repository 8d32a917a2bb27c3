// A bounded, seeded fuzz of the listener: every kind of bad input, many at a time, for some twenty seconds, against the
// real binary. It lives, its memory is bounded, a well-behaved neighbour is served as before, and each bad input leaves an
// entry that names it. A failing run is repeated with BUSBAR_FUZZ_SEED.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBroker } from './broker-rig.ts'
import { type BadInput, badInputs, chanceOf } from './hostile-rig.ts'
import { answering, type Line, openBare, openWireBackend, pause, stationIn, until, upgradeText } from './wire-rig.ts'

const seed = Number(process.env['BUSBAR_FUZZ_SEED'] ?? 20_260_301)
const WORKERS = 8
const WARM_MS = 3_000
const FUZZ_MS = 14_000

interface Fault {
  readonly kind: string
  readonly station: string | null
  readonly code: string
}

async function keepAsking(line: Line, isOver: () => boolean): Promise<number[]> {
  const trips: number[] = []
  for (let at = 0; !isOver(); at++) {
    const start = performance.now()
    line.send(`[2,"${at}","Heartbeat",{}]`)
    await line.nth(at + 1, 15_000)
    trips.push(performance.now() - start)
    await pause(25)
  }
  return trips
}

test(`LK1 LK18 LK22 RL10 T27 fuzz, seed ${seed}: it lives, stays small, serves the neighbour, and names every bad input`, async (t) => {
  await using backend = await openWireBackend()
  backend.onLink = (link) => answering(link)
  await using world = await openBroker({ billing: { url: backend.url, ocpp: 'ocpp1.6' } })
  const { broker, home } = world
  const neighbour = await stationIn(broker.station, 'NEIGHBOUR')

  /** Attempts so far: by kind and identity. */
  const attempts = new Map<string, number>()
  const fuzz = async (forMs: number) => {
    const end = performance.now() + forMs
    await Promise.all(
      Array.from({ length: WORKERS }, async (_, worker) => {
        const chance = chanceOf(seed + worker)
        for (let turn = worker; performance.now() < end; turn++) {
          const kind = badInputs[turn % badInputs.length]!
          const id = `${kind.name}-${worker}`
          const key = kind.named ? `${kind.code} ${id}` : `${kind.code}`
          await kind.run({ chance, url: broker.station, id }).catch((error: unknown) => {
            throw new Error(`${kind.name}, worker ${worker}, turn ${turn}`, { cause: error })
          })
          if (kind.code !== null) attempts.set(key, (attempts.get(key) ?? 0) + 1)
        }
      }),
    )
  }

  // The first seconds bring the process to its working size.
  await fuzz(WARM_MS)
  await pause(300)
  const before = broker.rssKiB()
  const heapBefore = await broker.metric('nodejs_heap_size_used_bytes')

  // Slow handshakes take their ten seconds while the rest goes on.
  const slow = Array.from({ length: 30 }, (_, at) => {
    const bare = openBare(broker.station)
    bare.socket.write(upgradeText('/SLOWLORIS').slice(0, 20 + at))
    return bare
  })
  let isOver = false
  const asking = keepAsking(neighbour, () => isOver)
  await fuzz(FUZZ_MS)
  isOver = true
  const trips = (await asking).sort((a, b) => a - b)
  for (const bare of slow)
    assert.equal(await bare.status(1_000), 408, 'a handshake that is not complete in time is ended')
  attempts.set('BB-LINK-030', (attempts.get('BB-LINK-030') ?? 0) + slow.length)
  await pause(500)
  const grown = broker.rssKiB() - before

  const all = [...attempts.values()].reduce((sum, each) => sum + each, 0)
  const at = (share: number) => trips[Math.floor(trips.length * share)] ?? Number.NaN
  t.diagnostic(
    `${all} bad inputs; ${grown} KiB more; neighbour ${at(0.5).toFixed(1)} ms median, ${at(0.99).toFixed(1)} ms p99`,
  )
  assert.ok(broker.isRunning())
  // What is kept of a bad input is its entry, on disk. The process itself grows by what the collector and the compaction
  // of the journal leave lying about for a while, not by inputs: a kilobyte kept of each would be ten megabytes of heap.
  assert.ok(grown < 128 * 1024, `${grown} KiB more than before`)
  const heapGrown = (await broker.metric('nodejs_heap_size_used_bytes')) - heapBefore
  assert.ok(heapGrown < 64 * 1024 * 1024, `${heapGrown} bytes of heap more than before`)
  assert.ok(trips.length > 100 && at(0.5) < 50 && at(0.99) < 500, `round trips ${at(0.5)} / ${at(0.99)} ms`)
  assert.equal(neighbour.isClosed, false)
  await until(async () => (await broker.metric('busbar_stations_connected')) === 1, 'only the neighbour is left')
  assert.equal((await broker.get<{ status: string }>('/readyz')).status, 'ok')
  assert.deepEqual(
    backend.links.flatMap((link) => link.texts).filter((text) => !/^\[2,"\d+","Heartbeat",\{\}\]$/.test(text)),
    [],
    'no bad input reached the backend',
  )

  assert.equal((await broker.stop()).code, 0, broker.said().err.slice(-2_000))
  const exported = await home.run('journal', 'export', '--kind', 'fault', '--data', join(home.folder, 'data'))
  const told = new Map<string, number>()
  for (const line of exported.out.split('\n')) {
    if (!line.includes('"fault"')) continue
    const { station, code } = JSON.parse(line) as Fault
    for (const key of [`${code} ${station}`, ...(station === null ? [code] : [])])
      told.set(key, (told.get(key) ?? 0) + 1)
  }
  const unnamed = [...attempts].filter(([key, count]) => (told.get(key) ?? 0) < count)
  assert.deepEqual(
    unnamed.map(([key, count]) => `${key}: ${told.get(key) ?? 0} of ${count}`),
    [],
    'bad inputs without an entry',
  )
  const kinds = new Set(badInputs.filter((kind: BadInput) => kind.code !== null).map((kind) => kind.code))
  assert.ok(
    [...kinds].every((code) => [...attempts.keys()].some((key) => key.startsWith(code ?? ''))),
    'every kind had its turn',
  )
  assert.equal(
    [...told.keys()].some((key) => key.startsWith('BB-CORE')),
    false,
    'nothing failed inside',
  )
  const verify = await home.run('journal', 'verify', '--data', join(home.folder, 'data'))
  assert.equal(verify.code, 0, verify.out)
})
