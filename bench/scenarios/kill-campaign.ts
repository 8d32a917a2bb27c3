// Nothing that was answered may be lost: the broker is killed at a random moment under load, started again, and every
// call whose answer had reached a station must be in the timeline of that station, found by its message id. The answer is
// the moment from which a station may forget, so this is the promise that matters most.

import { setTimeout as pause } from 'node:timers/promises'
import { ApiClient } from '../api-client.ts'
import type { Scenario } from '../bench.ts'
import { judge, result } from '../result.ts'
import { onStage, type Stage } from '../stage.ts'

const STATIONS = 100
const ROUNDS = 10
const QUICK_ROUNDS = 3
const PAGE = 1_000

interface Campaign {
  kills: number
  answered: number
  lost: number
  /** A few of those lost, for whoever has to find out why. */
  readonly examples: { readonly station: string; readonly messageId: string }[]
}

/** Load for a random while, then SIGKILL; gives the ids of answered calls by station. */
async function killUnderLoad(stage: Stage): Promise<Readonly<Record<string, readonly string[]>>> {
  const { swarm } = await stage.connectSwarm(STATIONS)
  const recorded = swarm.ask({ do: 'record', giveUpMs: 20_000 }, 25_000)
  recorded.catch(() => {})
  await pause(300 + Math.random() * 300)
  await stage.running.kill()
  const report = await recorded
  await swarm.kill()
  if (report.errors > 0) throw new Error(`${report.errors} calls were answered with an error`)
  return report.answered
}

/** Walks a station's timeline from a position to its end; gives the ids of calls found and where it ended. */
async function callsAfter(
  api: ApiClient,
  station: string,
  from: number,
): Promise<{ readonly ids: Set<string>; readonly end: number }> {
  const ids = new Set<string>()
  let end = from
  for (;;) {
    const { items } = await api.timeline(station, { order: 'asc', limit: PAGE, after: end, kind: 'frame' })
    for (const item of items) if (item.type === 'call' && item.messageId !== undefined) ids.add(item.messageId)
    const last = items.at(-1)
    if (last === undefined) return { ids, end }
    if (last.position <= end) throw new Error(`the timeline of ${station} does not go on after ${end}`)
    end = last.position
  }
}

export const killCampaign: Scenario = {
  name: 'kill',
  title: 'answered but lost over kill -9',
  async run(bench) {
    const rounds = bench.rounds ?? (bench.quick ? QUICK_ROUNDS : ROUNDS)
    const campaign: Campaign = { kills: 0, answered: 0, lost: 0, examples: [] }
    const walked = new Map<string, number>()
    await onStage(bench.subject, async (stage) => {
      for (let round = 1; round <= rounds; round++) {
        const answered = await killUnderLoad(stage)
        await stage.restart()
        const api = new ApiClient(stage.running.api)
        try {
          for (const [station, ids] of Object.entries(answered)) {
            const { ids: found, end } = await callsAfter(api, station, walked.get(station) ?? 0)
            walked.set(station, end)
            for (const messageId of ids) {
              campaign.answered++
              if (found.has(messageId)) continue
              campaign.lost++
              if (campaign.examples.length < 10) campaign.examples.push({ station, messageId })
            }
          }
        } finally {
          api.close()
        }
        campaign.kills++
        bench.tell(`  kill ${round} of ${rounds}: ${campaign.answered} answered calls so far, ${campaign.lost} lost`)
      }
    })
    bench.report({ broker: bench.subject.name, ...campaign })
    return result(
      'kill',
      killCampaign.title,
      { ...campaign, stations: STATIONS },
      // A campaign in which nothing was answered proves nothing.
      [
        judge(
          `lost of ${campaign.answered} answered calls, ${campaign.kills} kills`,
          'calls',
          campaign.answered > 0 ? campaign.lost : Number.NaN,
          0,
        ),
      ],
      [],
    )
  },
}
