// The simulated world: one seed, one history. It owns clock, chance, network, disk and process; the engine and the core
// are the real ones, and adapters are replaced, not stubbed. Everything a check may judge is told as a WorldEvent.

import type { RouteMode } from '@busbar/core/routing/route.ts'
import type { RawFrame } from '@busbar/core/station/input.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { BackendSettings } from 'busbar/config/settings.ts'
import { Engine } from 'busbar/engine/engine.ts'
import type { BackendEvents, BackendSocket, Dialler, DialRequest, StationSocket } from 'busbar/links.ts'
import { VirtualClock } from './clock.ts'
import { type DiskHabits, SimDisk } from './disk.ts'
import type { WorldEvent } from './event.ts'
import { type Connection, connect, type NetworkWeather } from './network.ts'
import { type SeededRandom, seededRandom } from './random.ts'
import { type BackendHabits, SimBackend } from './sim-backend.ts'
import { SimStation, type StationHabits } from './sim-station.ts'

export interface WorldPlan {
  readonly seed: number
  readonly stations: readonly { readonly says: number; readonly habits: StationHabits; readonly mode: RouteMode }[]
  readonly backends: readonly BackendHabits[]
  readonly disk: DiskHabits
  readonly weather: NetworkWeather
  /** Virtual milliseconds in which faults happen; afterwards the world is calm so that everything can end. */
  readonly stormMs: number
  readonly calmMs: number
  /** Mean time between faults of a kind, milliseconds; 0 for never. */
  readonly killEveryMs: number
  readonly outageEveryMs: number
  readonly cutEveryMs: number
  readonly duplicateEveryMs: number
  readonly asksEveryMs: number
  /** Kill the broker after this many steps of the world, once; null for never. */
  readonly killAtStep: number | null
}

/** No honest world comes near it; a timer that sets itself again at once does. */
const MAX_STEPS = 500_000

const OCPP: Subprotocol = 'ocpp1.6'

export class World {
  readonly plan: WorldPlan
  readonly clock = new VirtualClock()
  readonly disk: SimDisk
  readonly stations: SimStation[]
  readonly backends: SimBackend[]
  steps = 0
  /** Calls of the API that ended, by how. */
  readonly askOutcomes = new Map<string, number>()
  readonly #random: SeededRandom
  readonly #observe: (event: WorldEvent) => void
  readonly #fromBroker = new Set<Connection>()
  #engine: Engine | null = null
  #generation = 0
  #connections = 0
  #links = 0
  #stormy = true

  constructor(plan: WorldPlan, observe: (event: WorldEvent) => void) {
    this.plan = plan
    this.#observe = observe
    this.#random = seededRandom(plan.seed)
    this.disk = new SimDisk(plan.disk, this.clock, this.#random.fork())
    const stationReports = {
      sent: (station: string, connection: number, text: string) =>
        observe({ kind: 'stationSent', station, connection, text }),
      got: (station: string, connection: number, text: string) =>
        observe({ kind: 'stationGot', station, connection, text }),
      lost: (station: string, connection: number, code: number) =>
        observe({ kind: 'stationLost', station, connection, code, byBroker: code !== 1006 }),
      wantsConnection: (station: SimStation) => this.#connectStation(station),
    }
    this.stations = plan.stations.map(
      ({ says, habits }, n) => new SimStation(`S${n}`, says, habits, this.clock, this.#random.fork(), stationReports),
    )
    const backendReports = {
      connected: (backend: string, station: string, link: number) =>
        observe({ kind: 'backendConnected', backend, station, link }),
      got: (backend: string, station: string, link: number, text: string) =>
        observe({ kind: 'backendGot', backend, station, link, text }),
      sent: (backend: string, station: string, link: number, text: string) =>
        observe({ kind: 'backendSent', backend, station, link, text }),
      lost: (backend: string, station: string, link: number, code: number) =>
        observe({ kind: 'backendLost', backend, station, link, byBroker: code !== 1006 }),
    }
    this.backends = plan.backends.map(
      (habits, n) => new SimBackend(`B${n}`, habits, this.clock, this.#random.fork(), backendReports),
    )
  }

  /** Lives the history to its end. */
  run(): void {
    const { plan, clock } = this
    this.#startBroker()
    for (const station of this.stations) this.#connectStation(station)
    this.#schedule(plan.killEveryMs, () => this.kill())
    this.#schedule(plan.outageEveryMs, () => this.#outage())
    this.#schedule(plan.cutEveryMs, () => this.#cutSomething())
    this.#schedule(plan.duplicateEveryMs, () => this.#connectStation(this.#random.pick(this.stations), true))
    this.#schedule(plan.asksEveryMs, () => this.#ask())
    const until = (end: number) => {
      while (clock.step(end)) {
        this.steps++
        if (this.steps > MAX_STEPS) throw new Error('the world goes round in circles')
        if (this.steps === plan.killAtStep) this.kill()
      }
    }
    until(plan.stormMs)
    this.#stormy = false
    for (const backend of this.backends) backend.comeBack()
    until(plan.stormMs + plan.calmMs)
    this.#observe({ kind: 'end' })
  }

  /** kill -9: connections die, what was not committed is gone, another process starts a little later. */
  kill(): void {
    if (this.#engine === null) return
    this.#engine = null
    this.#generation++
    for (const connection of this.#fromBroker) connection.cut()
    this.#fromBroker.clear()
    this.disk.crash()
    this.#observe({ kind: 'brokerKilled' })
    this.clock.after(this.#random.between(5, 2_000), () => this.#startBroker())
  }

  /** Backend a station's route leads to. */
  backendOf(station: string): SimBackend {
    const n = Number(station.slice(1))
    return this.backends[n % this.backends.length]!
  }

  modeOf(station: string): RouteMode {
    return this.plan.stations[Number(station.slice(1))]!.mode
  }

  #startBroker(): void {
    if (this.#engine !== null) return
    const random = this.#random.fork()
    const generation = this.#generation
    let id = 0
    const alive = () => generation === this.#generation
    const clock = {
      now: () => this.clock.now(),
      mono: () => this.clock.mono(),
      after: (ms: number, call: () => void) => this.clock.after(ms, () => alive() && call()),
    }
    this.#engine = new Engine({
      journal: this.disk.open(),
      clock,
      ids: { messageId: () => `own-${generation}-${id++}`, ordered: () => `ask-${generation}-${id++}` },
      random: () => random.next(),
      dialler: this.#dialler(alive),
      around: { inspect: () => null, isCharging: () => false },
      resolve: (station) => ({
        route: { primary: this.backendOf(station).name, mode: this.modeOf(station) },
        backend: { name: this.backendOf(station).name } as BackendSettings,
        asStation: false,
      }),
      watch: { entryAppended: () => {}, refused: () => {} },
    })
    this.#observe({ kind: 'brokerStarted' })
  }

  #connectStation(station: SimStation, evenIfConnected = false): void {
    if (station.isConnected && !evenIfConnected) return
    const engine = this.#engine
    if (engine === null) {
      this.clock.after(this.#random.between(50, 3_000), () => this.#connectStation(station))
      return
    }
    const connection = connect(this.clock, this.#random.fork(), this.plan.weather)
    const number = ++this.#connections
    this.#fromBroker.add(connection)
    const generation = this.#generation
    const alive = () => generation === this.#generation
    const socket: StationSocket = { epoch: number, ...socketOf(connection.b) }
    connection.b.onText = (text) => alive() && engine.stationFrame(station.id, number, frameOf(text))
    connection.b.onClose = (code, reason) => {
      this.#fromBroker.delete(connection)
      if (alive()) engine.stationDown(station.id, number, code, reason)
    }
    engine.stationUp(
      {
        id: station.id,
        epoch: number,
        ocpp: OCPP,
        offered: [OCPP],
        remote: null,
        profile: 0,
        certificateSerial: null,
        credentials: null,
        dialled: null,
      },
      socket,
    )
    this.#observe({ kind: 'stationConnected', station: station.id, connection: number })
    station.connected(connection, number)
  }

  #dialler(alive: () => boolean): Dialler {
    const dial = (request: DialRequest, events: BackendEvents) => {
      const { station, attempt } = request
      const backend = this.backends.find((each) => each.name === request.backend.name)!
      let wanted = true
      this.clock.after(this.#random.between(1, 400), () => {
        if (!alive() || !wanted) return
        if (!backend.isUp) {
          events.backendUnreachable(station, backend.name, attempt, null, 'connection refused')
          return
        }
        const connection = connect(this.clock, this.#random.fork(), this.plan.weather)
        const link = ++this.#links
        this.#fromBroker.add(connection)
        connection.a.onText = (text) => alive() && events.backendFrame(station, backend.name, attempt, frameOf(text))
        connection.a.onClose = (code, reason) => {
          this.#fromBroker.delete(connection)
          if (alive()) events.backendDown(station, backend.name, attempt, code, reason)
        }
        backend.accept(connection, station, link)
        const hold = () => {
          throw new Error('no link is dialled ahead in these worlds')
        }
        const socket: BackendSocket = { attempt, hold, ...socketOf(connection.a) }
        events.backendUp(station, backend.name, attempt, OCPP, socket)
      })
      return () => {
        wanted = false
      }
    }
    return { dial, underWay: 0, waiting: 0, stop: () => {} }
  }

  #schedule(everyMs: number, fault: () => void): void {
    if (everyMs === 0) return
    const next = () => {
      this.clock.after(this.#random.between(1, everyMs * 2), () => {
        if (!this.#stormy) return
        fault()
        next()
      })
    }
    next()
  }

  #outage(): void {
    const backend = this.#random.pick(this.backends)
    if (!backend.isUp) return
    backend.goAway()
    this.clock.after(this.#random.between(100, 30_000), () => backend.comeBack())
  }

  #cutSomething(): void {
    const connections = [...this.#fromBroker]
    if (connections.length > 0) this.#random.pick(connections).cut()
  }

  #ask(): void {
    const engine = this.#engine
    if (engine === null) return
    const station = this.#random.pick(this.stations).id
    const mark = `ask/${this.steps}`
    const generation = this.#generation
    void engine.ask(station, 'TriggerMessage', `{"mark":"${mark}"}`, 5_000, 'api:world').then(({ outcome }) => {
      if (generation === this.#generation) this.askOutcomes.set(outcome, (this.askOutcomes.get(outcome) ?? 0) + 1)
    })
  }
}

const utf8 = new TextEncoder()

function frameOf(text: string): RawFrame {
  return { text, bytes: utf8.encode(text) }
}

function socketOf(end: Connection['a']): Omit<StationSocket, 'epoch'> {
  return {
    send: (frame) => end.send(frame.text),
    close: (code, reason) => end.close(code, reason),
    terminate: () => end.close(1006, ''),
    pause: () => {},
    resume: () => {},
    bufferedBytes: 0,
  }
}
