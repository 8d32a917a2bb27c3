// The stations' side of the benchmark, in a process of its own: connects N stations and does what the runner orders,
// one order after the other. In the open loop a message has its moment in a fixed timetable and its latency counts from
// that moment, not from when it was sent; a station that still waits for its answer when its turn comes skips it, and
// skips are counted, since a run that skips much hides the stalls it should show.

import { latencyFigures, Samples } from './figures.ts'
import type { Answer, ConnectOrder, ConnectReport, LoadOrder, LoadReport, Order } from './orders.ts'
import type { RecordOrder, RecordReport, ReturnOrder, ReturnReport } from './orders.ts'
import { bootPayload, callFrame, MessageMix } from './payload.ts'
import { readMemory, readTree } from './process-tree.ts'
import { SINK_INTERVAL_S } from './sink.ts'
import { Station, type StationListener, type Target, targetOf } from './station.ts'

/** A boot that got no answer for this long is given up and the station dials again. */
const BOOT_PATIENCE_MS = 10_000
/** A boot answered by the broker itself is repeated after this time: what counts is the backend's answer. */
const BOOT_AGAIN_MS = 500
/** How long after the window answers are waited for, so that a stall at its end is not left out. */
const LAST_ANSWERS_MS = 5_000
const REASONS_KEPT = 5

const sinkMark = `"interval":${SINK_INTERVAL_S}`

/** Dials stations with a bounded number under way. */
class Dialler {
  readonly #target: Target
  readonly #parallel: number
  readonly #waiting: Station[] = []
  #underWay = 0

  constructor(target: Target, parallel: number) {
    this.#target = target
    this.#parallel = parallel
  }

  add(station: Station): void {
    this.#waiting.push(station)
    this.#start()
  }

  /** A dial has ended, well or badly. */
  ended(): void {
    this.#underWay--
    this.#start()
  }

  #start(): void {
    while (this.#underWay < this.#parallel) {
      const station = this.#waiting.shift()
      if (station === undefined) return
      this.#underWay++
      station.dial(this.#target)
    }
  }
}

/** The phases differ in what a station's events mean; each has its own listener. */
const deaf: StationListener = { opened: () => {}, answered: () => {}, closed: () => {} }

class Swarm {
  #listener: StationListener = deaf
  #stations: Station[] = []
  #mixes: MessageMix[] = []
  #target: Target | null = null

  obey(order: Order): Promise<ConnectReport | LoadReport | ReturnReport | RecordReport> {
    switch (order.do) {
      case 'connect':
        return this.#connect(order)
      case 'load':
        return this.#load(order)
      case 'return':
        return this.#return(order)
      case 'record':
        return this.#record(order)
    }
  }

  #connect(order: ConnectOrder): Promise<ConnectReport> {
    const relay: StationListener = {
      opened: (station) => this.#listener.opened(station),
      answered: (station, isResult, bytes, start, end) => this.#listener.answered(station, isResult, bytes, start, end),
      closed: (station, reason) => this.#listener.closed(station, reason),
    }
    this.#target = targetOf(order.url)
    this.#stations = Array.from({ length: order.stations }, (_, index) => new Station(stationName(index), relay))
    this.#mixes = this.#stations.map(() => new MessageMix())
    const dialler = new Dialler(this.#target, order.parallel)
    const began = performance.now()
    const reasons: string[] = []
    let connected = 0
    let failed = 0
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer)
        this.#listener = deaf
        resolve({ connected, seconds: (performance.now() - began) / 1_000, reasons })
      }
      const timer = setTimeout(() => {
        note(reasons, 'no answer in time')
        finish()
      }, order.giveUpMs)
      const settle = () => {
        dialler.ended()
        if (connected + failed === order.stations) finish()
      }
      this.#listener = {
        opened: (station) => station.call(callFrame('BootNotification', bootPayload), performance.now()),
        answered: (_, isResult) => {
          if (isResult) connected++
          else {
            failed++
            note(reasons, 'BootNotification was answered with an error')
          }
          settle()
        },
        closed: (_, reason) => {
          failed++
          note(reasons, reason)
          settle()
        },
      }
      for (const station of this.#stations) dialler.add(station)
    })
  }

  async #load(order: LoadOrder): Promise<LoadReport> {
    const samples = new Samples()
    const perStation = new Map(this.#stations.map((station, index) => [station, this.#mixes[index]!]))
    let phase: 'warm-up' | 'window' | 'over' = 'warm-up'
    let windowStart = Number.POSITIVE_INFINITY
    let windowEnd = Number.POSITIVE_INFINITY
    let answered = 0
    let errors = 0
    let lostConnections = 0
    let turns = 0
    let skipped = 0

    const send = (station: Station, since: number) => station.call(perStation.get(station)!.next(Date.now()), since)
    this.#listener = {
      opened: () => {},
      answered: (station, isResult) => {
        const now = performance.now()
        if (!isResult) errors++
        if (phase === 'window') answered++
        if (station.since >= windowStart && station.since < windowEnd) samples.add(now - station.since)
        if (order.perSecond === null && phase !== 'over') send(station, now)
      },
      closed: () => {
        lostConnections++
      },
    }

    let stopTimetable = () => {}
    if (order.perSecond === null) for (const station of this.#stations) if (station.isOpen) send(station, performance.now())
    if (order.perSecond !== null) {
      stopTimetable = timetable(order.perSecond, (turn, due) => {
        const station = this.#stations[turn % this.#stations.length]!
        const counts = due >= windowStart && due < windowEnd
        if (counts) turns++
        if (station.isOpen && station.outstanding === null) send(station, due)
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

    const waits = () => this.#stations.filter((station) => station.outstanding !== null).length
    for (const until = performance.now() + LAST_ANSWERS_MS; waits() > 0 && performance.now() < until; ) await pause(20)
    const unanswered = waits()
    this.#listener = deaf
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

  #return(order: ReturnOrder): Promise<ReturnReport> {
    const target = this.#target
    if (target === null) throw new Error('connect comes first')
    const dialler = new Dialler(target, order.parallel)
    const admittedAt = new Map<Station, number>()
    const answeredAt = new Map<Station, number>()
    const reasons: string[] = []
    let failedDials = 0
    const boot = (station: Station) => {
      if (!station.isOpen || station.outstanding !== null) return
      const message = callFrame('BootNotification', bootPayload)
      station.call(message, performance.now())
      setTimeout(() => {
        if (station.outstanding === message.id) station.drop()
      }, BOOT_PATIENCE_MS).unref()
    }
    const away = new Set<Station>()
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer)
        this.#listener = deaf
        resolve({
          stations: this.#stations.length,
          admittedAt: [...admittedAt.values()],
          answeredAt: [...answeredAt.values()],
          failedDials,
          reasons,
        })
      }
      const timer = setTimeout(finish, order.giveUpMs)
      this.#listener = {
        opened: (station) => {
          dialler.ended()
          away.delete(station)
          admittedAt.set(station, Date.now())
          boot(station)
        },
        answered: (station, isResult, bytes, start, end) => {
          if (!isResult || !bytes.toString('latin1', start, end).includes(sinkMark)) {
            note(reasons, `first call not answered by the backend: ${bytes.toString('utf8', start, end).slice(0, 120)}`)
            setTimeout(boot, BOOT_AGAIN_MS, station)
            return
          }
          answeredAt.set(station, Date.now())
          if (answeredAt.size === this.#stations.length) finish()
        },
        closed: (station, reason) => {
          // Away already: this was a dial of ours that failed. Otherwise a connection was lost, perhaps once more.
          if (away.has(station)) {
            dialler.ended()
            failedDials++
            note(reasons, reason)
          }
          away.add(station)
          admittedAt.delete(station)
          answeredAt.delete(station)
          setTimeout(() => dialler.add(station), order.retryMs * (0.5 + Math.random()))
        },
      }
    })
  }

  #record(order: RecordOrder): Promise<RecordReport> {
    const answered: Record<string, string[]> = {}
    const mixes = new Map(this.#stations.map((station, index) => [station, this.#mixes[index]!]))
    const lastId = new Map<Station, string>()
    let errors = 0
    let open = 0
    const send = (station: Station) => {
      const message = mixes.get(station)!.next(Date.now())
      lastId.set(station, message.id)
      station.call(message, performance.now())
    }
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer)
        this.#listener = deaf
        resolve({ answered, errors })
      }
      const timer = setTimeout(finish, order.giveUpMs)
      this.#listener = {
        opened: () => {},
        answered: (station, isResult) => {
          if (isResult) answered[station.name]!.push(lastId.get(station)!)
          else errors++
          send(station)
        },
        closed: () => {
          open--
          if (open === 0) finish()
        },
      }
      for (const station of this.#stations) {
        if (!station.isOpen) continue
        open++
        answered[station.name] = []
        send(station)
      }
      if (open === 0) finish()
    })
  }
}

/** The identity of the station with this number. */
export function stationName(index: number): string {
  return `BENCH-${String(index + 1).padStart(5, '0')}`
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function note(reasons: string[], reason: string): void {
  if (reasons.length < REASONS_KEPT && !reasons.includes(reason)) reasons.push(reason)
}

function tell(answer: Answer): void {
  process.send?.(answer)
}

if (import.meta.main) {
  if (process.send === undefined) {
    process.stderr.write('swarm: is started by the benchmark (node bench/runner.ts)\n')
    process.exit(2)
  }
  const swarm = new Swarm()
  process.on('disconnect', () => process.exit())
  process.on('message', (order: Order) => {
    swarm.obey(order).then(
      (report) => tell({ is: 'done', report }),
      (error: unknown) => tell({ is: 'failed', why: error instanceof Error ? error.message : String(error) }),
    )
  })
  tell({ is: 'ready' })
}
