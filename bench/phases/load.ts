// Puts load on the connected stations. In the closed loop each one sends as soon as it has its answer. In the open loop a
// message has its moment in a fixed timetable and its latency counts from that moment, not from when it was sent; a
// station that still waits for its answer when its turn comes skips it, and skips are counted, since a run that skips much
// hides the stalls it should show.

import { setTimeout as pause } from 'node:timers/promises'
import type { Crew } from '../crew.ts'
import { latencyFigures, Samples } from '../figures.ts'
import type { LoadOrder, LoadReport } from '../orders.ts'
import { readMemory, readTree } from '../process-tree.ts'

/** How long after the window answers are waited for, so that a stall at its end is not left out. */
const LAST_ANSWERS_MS = 5_000

/** Carries out a load order; rejects never: what went wrong is counted in the report. */
export async function loadPhase(crew: Crew, order: LoadOrder): Promise<LoadReport> {
  const samples = new Samples()
  let phase: 'warm-up' | 'window' | 'over' = 'warm-up'
  let windowStart = Number.POSITIVE_INFINITY
  let windowEnd = Number.POSITIVE_INFINITY
  let answered = 0
  let errors = 0
  let lostConnections = 0
  let turns = 0
  let skipped = 0

  crew.listen({
    opened: () => {},
    answered: (station, isResult) => {
      const now = performance.now()
      if (!isResult) errors++
      if (phase === 'window') answered++
      if (station.since >= windowStart && station.since < windowEnd) samples.add(now - station.since)
      if (order.perSecond === null && phase !== 'over') crew.send(station, now)
    },
    closed: () => {
      lostConnections++
    },
  })

  let stopTimetable = () => {}
  if (order.perSecond === null) {
    for (const station of crew.stations) if (station.isOpen) crew.send(station, performance.now())
  } else {
    stopTimetable = timetable(order.perSecond, (turn, due) => {
      const station = crew.stations[turn % crew.stations.length]!
      const counts = due >= windowStart && due < windowEnd
      if (counts) turns++
      if (station.isOpen && station.outstanding === null) crew.send(station, due)
      else if (counts) skipped++
    })
  }

  await pause(order.warmUpMs)
  const before = order.watch === null ? null : readTree(order.watch)
  phase = 'window'
  windowStart = performance.now()
  await pause(order.windowMs)
  phase = 'over'
  windowEnd = performance.now()
  const after = order.watch === null ? null : readTree(order.watch)
  const memory = order.watch === null ? null : readMemory(order.watch)
  stopTimetable()

  const waits = () => crew.stations.filter((station) => station.outstanding !== null).length
  for (const until = performance.now() + LAST_ANSWERS_MS; waits() > 0 && performance.now() < until; ) await pause(20)
  const unanswered = waits()
  crew.listen(null)
  return {
    answered,
    seconds: (windowEnd - windowStart) / 1_000,
    turns,
    skipped,
    errors,
    unanswered,
    lostConnections,
    latency: latencyFigures(samples),
    cpuNs: before === null || after === null ? null : after.onCpuNs - before.onCpuNs,
    threadsEnded: before === null || after === null ? 0 : Math.max(0, before.threads - after.threads),
    rssKiB: memory?.rssKiB ?? null,
  }
}

/**
 * Calls `turn` for every moment of an even timetable, late rather than never.
 * @param perSecond turns per second
 * @returns stops it
 */
function timetable(perSecond: number, turn: (number: number, due: number) => void): () => void {
  const began = performance.now()
  let next = 0
  let timer: NodeJS.Timeout
  const tick = () => {
    const now = performance.now()
    for (let due = began + (next * 1_000) / perSecond; due <= now; due = began + (next * 1_000) / perSecond) {
      turn(next, due)
      next++
    }
    timer = setTimeout(tick, 1)
  }
  tick()
  return () => clearTimeout(timer)
}
