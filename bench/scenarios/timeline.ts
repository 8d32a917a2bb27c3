// A station's latest 200 timeline entries, with their texts, out of ten million: asked of the running broker over its API
// for one station after the other, each for the first time and then once more. The journal is written beforehand by the
// product's own store (fill-journal.ts), as ten million messages through sockets would take too long.

import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { ApiClient } from '../api-client.ts'
import type { Bench, Scenario } from '../bench.ts'
import { startScript } from '../children.ts'
import { stationName } from '../crew.ts'
import { type LatencyFigures, latencyFigures, rounded, Samples } from '../figures.ts'
import { judge, result } from '../result.ts'
import { onStage } from '../stage.ts'

const ENTRIES = 10_000_000
const QUICK_ENTRIES = 300_000
const STATIONS = 1_000
const LATEST = 200
const BOUND_MS = 50
/** At least this share of the entries has to be frames with their text, or the answer is not what was stored. */
const FRAMES_SHARE = 0.95
/** Room that a fresh entry of this mix takes on disk, write-ahead log and indexes included, with some to spare. */
const DISK_BYTES_PER_ENTRY = 700
const FILL_WITHIN_MS = 600_000
/** The first start has ten million entries to fold, which a broker that had lived through them would have behind it. */
const READY_WITHIN_MS = 600_000

interface Round {
  readonly latency: LatencyFigures
  readonly entriesWithText: number
}

/** Asks for the latest entries of every station once. Throws when fewer come than there are, or a frame has no text. */
async function askAll(api: ApiClient, expected: number): Promise<Round> {
  const samples = new Samples()
  let entriesWithText = 0
  for (let index = 0; index < STATIONS; index++) {
    // Neighbouring stations lie side by side in the journal; the order is scattered so that they do not help each other.
    const station = stationName((index * 389) % STATIONS)
    const { items, ms } = await api.timeline(station, { limit: LATEST, order: 'desc' })
    // A broker may have written an entry of another kind at its start; frames all have to come with their text.
    const frames = items.filter(({ kind }) => kind === 'frame')
    const bare = frames.find(({ raw }) => raw === undefined)
    if (items.length < expected || frames.length < expected * FRAMES_SHARE || bare !== undefined) {
      const others = JSON.stringify(items.filter((item) => item.kind !== 'frame' || item === bare).slice(0, 3))
      throw new Error(`${station}: ${items.length} entries, ${frames.length} frames, of ${expected}; such as ${others}`)
    }
    entriesWithText += frames.length
    samples.add(ms)
  }
  return { latency: latencyFigures(samples), entriesWithText }
}

async function fill(bench: Bench, data: string, entries: number): Promise<number> {
  mkdirSync(data, { recursive: true })
  const room = statfsSync(data)
  const needed = entries * DISK_BYTES_PER_ENTRY
  if (room.bavail * room.bsize < needed) {
    throw new Error(`${entries} entries need ${Math.ceil(needed / 2 ** 30)} GiB free for temporary files (TMPDIR)`)
  }
  bench.tell(`  writing ${entries} entries of ${STATIONS} stations into the store`)
  const began = performance.now()
  const filler = startScript('fill-journal', './fill-journal.ts', [data, String(entries), String(STATIONS)]).started
  const late = setTimeout(() => void filler.kill(), FILL_WITHIN_MS)
  const code = await filler.ended
  clearTimeout(late)
  if (code !== 0) throw new Error(`the journal could not be filled (${code}): ${filler.lastWords()}`)
  return (performance.now() - began) / 1_000
}

export const timeline: Scenario = {
  name: 'timeline',
  title: `latest ${LATEST} timeline entries of a station`,
  async run(bench) {
    const entries = bench.entries ?? (bench.quick ? QUICK_ENTRIES : ENTRIES)
    const expected = Math.min(LATEST, Math.floor(entries / STATIONS))
    let fillSeconds = 0
    const figures = await onStage(
      bench.subject,
      async (stage) => {
        const api = new ApiClient(stage.running.api)
        try {
          bench.tell(
            `  ready after ${rounded(stage.running.readyMs / 1_000, 1)} s; asking for ${STATIONS} stations, twice`,
          )
          const first = await askAll(api, expected)
          const again = await askAll(api, expected)
          return { firstStartSeconds: rounded(stage.running.readyMs / 1_000, 2), first, again }
        } finally {
          api.close()
        }
      },
      {
        prepare: async (folder) => {
          fillSeconds = await fill(bench, join(folder, 'data'), entries)
        },
        readyWithinMs: READY_WITHIN_MS,
      },
    )
    const all = {
      entries,
      stations: STATIONS,
      filledBy: "the product's store, directly",
      fillSeconds: rounded(fillSeconds, 1),
      ...figures,
    }
    bench.report({ broker: bench.subject.name, ...all })
    return result(
      'timeline',
      timeline.title,
      all,
      [
        judge(
          `p99 over ${STATIONS} stations, each asked for the first time`,
          'ms',
          figures.first.latency.p99Ms,
          BOUND_MS,
          entries >= ENTRIES,
        ),
        judge('p50, first time', 'ms', figures.first.latency.p50Ms, null),
        judge('p99, asked again', 'ms', figures.again.latency.p99Ms, null),
        judge('p50, asked again', 'ms', figures.again.latency.p50Ms, null),
        judge('first start, every entry to fold', 's', figures.firstStartSeconds, null),
      ],
      entries < ENTRIES ? [`${entries} entries, the bound is for ${ENTRIES}: not judged`] : [],
    )
  },
}
