// The only loop. Inputs of the sockets, the API, the timers and the disk are taken in order; the station's machine decides;
// its entries go into the journal and its effects are carried out. Nothing here decides anything about a message.
//
// EN1 the entries of a step are in the journal's hands before any of its effects is carried out;
// EN2 an answer to a station leaves only when its call is on disk (the gate);
// EN3 a machine that fails on an input loses that input only: it is recorded with BB-CORE-001 and the broker goes on;
// EN4 what a step causes at once (a close that reports itself) is handled after the step, never inside it.

import type { Moment, Position } from '@busbar/core/base/moment.ts'
import type { Entry } from '@busbar/core/journal/entry.ts'
import { pending } from '@busbar/core/outbox/outbox.ts'
import type { Route } from '@busbar/core/routing/route.ts'
import type { AskOutcome, StationEffect, Step, Surroundings } from '@busbar/core/station/effect.ts'
import type { FrameLoss, RawFrame, RefusalCause, StationInput } from '@busbar/core/station/input.ts'
import { hasNothingOpen, newStation, type Station } from '@busbar/core/station/station.ts'
import { stepStation } from '@busbar/core/station/step.ts'
import { spliceId } from '@busbar/ocpp/splice-frame.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { BackendSettings } from '../config/settings.ts'
import type {
  BackendEvents,
  BackendSocket,
  Dialler,
  PressureLevel,
  StationArrival,
  StationCredentials,
  StationRefusal,
  StationSocket,
  StationSocketEvents,
} from '../links.ts'
import type { Journal } from '../storage/journal.ts'
import type { Clock } from '../system/clock.ts'
import type { Ids } from '../system/ids.ts'
import type { Random } from '../system/random.ts'
import { Gate, type Lane } from './gate.ts'
import { Timers } from './timers.ts'

/** Where a station's messages go, with what it takes to go there. */
export interface ResolvedRoute {
  readonly route: Route
  readonly backend: BackendSettings
  /** Present the station's own credentials at the backend. */
  readonly asStation: boolean
}

/** What others want to know of the engine's work while it happens; cheap, synchronous, must not throw. */
export interface EngineWatch {
  entryAppended(entry: Entry): void
  /** A handshake was refused. */
  refused(refusal: StationRefusal): void
}

export interface EngineParts {
  readonly journal: Journal
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly dialler: Dialler
  readonly around: Surroundings
  readonly resolve: (station: string) => ResolvedRoute | null
  readonly watch: EngineWatch
}

/** Everything the engine holds for one station. */
interface Seat {
  readonly station: Station
  readonly lane: Lane
  socket: StationSocket | null
  credentials: StationCredentials | null
  backendSocket: BackendSocket | null
  backendName: string | null
  cancelDial: (() => void) | null
  /** It reads more slowly than its backend writes: the backend's link is not read meanwhile (trap T32). */
  stationIsSlow: boolean
  backendIsSlow: boolean
}

/** The state of the links of one backend, summed over the stations. */
export interface BackendCount {
  readonly up: number
  readonly down: number
  readonly refused: number
  /** Calls held for it or in flight. */
  readonly pending: number
  /** Monotonic age in milliseconds of the oldest of them; null when there is none. */
  readonly oldestMs: number | null
}

/** Above this pressure the journal cannot keep up: reading from the sockets pauses until it is below the other. */
const PRESSURE_HIGH = 0.8
const PRESSURE_LOW = 0.4

/** How long the news of connections that were cut may take to arrive. */
const LAST_WORDS_MS = 500

export class Engine implements StationSocketEvents, BackendEvents {
  readonly #parts: EngineParts
  readonly #seats = new Map<string, Seat>()
  readonly #gate: Gate
  readonly #timers: Timers<Seat>
  readonly #asks = new Map<string, (outcome: AskOutcome) => void>()
  readonly #queue: { seat: Seat; input: StationInput }[] = []
  /** Frames of the journal that were wanted before they were durable. */
  #afterSync: (() => void)[] = []
  #running = false
  #stopped = false
  #pausedForJournal = false
  #connected = 0

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#gate = new Gate(parts.journal.synced)
    this.#timers = new Timers(parts.clock, (seat, timer, attempt) =>
      this.#take(seat, { kind: 'timer', timer, attempt }),
    )
    parts.journal.onSynced((upTo) => this.#synced(upTo))
    parts.journal.onFailed((failure) => this.#gate.setOpen(failure !== null))
  }

  // --- the stations' side -------------------------------------------------------------------------------------------

  stationUp(arrival: StationArrival, socket: StationSocket): void {
    const seat = this.#seat(arrival.id)
    const { epoch, ocpp, offered, remote, profile, certificateSerial, dialled } = arrival
    const resolved = this.#parts.resolve(arrival.id)
    const attempt = seat.station.lastAttempt + 1
    const taken = dialled !== null && resolved !== null && resolved.route.primary === dialled.backend
    if (dialled !== null && !taken) dialled.terminate()
    this.#run(
      seat,
      {
        kind: 'stationUp',
        epoch,
        ocpp,
        offered,
        route: resolved?.route ?? null,
        remote,
        profile,
        certificateSerial,
        dialled: taken ? { backend: dialled.backend, attempt, ocpp: dialled.ocpp } : null,
        // The seat changes hands between what the machine does with the old connection and what it does with the new one.
      },
      () => {
        seat.socket = socket
        seat.credentials = arrival.credentials
        this.#connected++
        if (taken) {
          seat.backendSocket = dialled.take(attempt, this)
          seat.backendName = dialled.backend
        }
        seat.stationIsSlow = false
        seat.backendIsSlow = false
        this.#readOrPause(seat)
      },
    )
  }

  stationFrame(id: string, epoch: number, frame: RawFrame): void {
    this.#take(this.#seat(id), { kind: 'stationFrame', epoch, frame })
  }

  stationFrameLost(id: string, epoch: number, loss: FrameLoss): void {
    this.#take(this.#seat(id), { kind: 'stationFrameLost', epoch, loss })
  }

  stationDown(id: string, epoch: number, code: number, reason: string): void {
    const seat = this.#seat(id)
    this.#connected--
    this.#take(seat, { kind: 'stationDown', epoch, code, reason })
    if (seat.socket?.epoch === epoch) {
      seat.socket = null
      seat.credentials = null
      seat.stationIsSlow = false
      this.#readOrPause(seat)
      this.#gate.forget(seat.lane)
    }
  }

  /** A station that reads slowly: stop reading what feeds it (trap T32). */
  stationPressure(id: string, epoch: number, level: PressureLevel): void {
    const seat = this.#seat(id)
    if (seat.socket?.epoch !== epoch) return
    seat.stationIsSlow = level === 'high'
    this.#readOrPause(seat)
  }

  refused(refusal: StationRefusal): void {
    const { id, remote, status, code, reason } = refusal
    this.#parts.watch.refused(refusal)
    const at = this.#parts.clock.now()
    this.record([
      {
        kind: 'link',
        at,
        station: id,
        peer: 'station',
        state: 'refused',
        code: status,
        reason,
        ocpp: null,
        remote,
        profile: null,
      },
      { kind: 'fault', at, station: id, code, text: reason, detail: { status, remote }, ref: this.#parts.journal.next },
    ])
  }

  listenerFault(code: string, text: string, detail: Readonly<Record<string, unknown>>): void {
    this.record([{ kind: 'fault', at: this.#parts.clock.now(), station: null, code, text, detail, ref: null }])
  }

  // --- the backends' side -------------------------------------------------------------------------------------------

  backendUp(station: string, backend: string, attempt: number, ocpp: Subprotocol, socket: BackendSocket): void {
    const seat = this.#seat(station)
    seat.cancelDial = null
    seat.backendSocket = socket
    seat.backendName = backend
    seat.backendIsSlow = false
    this.#readOrPause(seat)
    this.#take(seat, { kind: 'backendUp', backend, attempt, ocpp })
  }

  backendFrame(station: string, backend: string, attempt: number, frame: RawFrame): void {
    this.#take(this.#seat(station), { kind: 'backendFrame', backend, attempt, frame })
  }

  backendFrameLost(station: string, backend: string, attempt: number, loss: FrameLoss): void {
    this.#take(this.#seat(station), { kind: 'backendFrameLost', backend, attempt, loss })
  }

  backendPressure(station: string, _backend: string, attempt: number, level: PressureLevel): void {
    const seat = this.#seat(station)
    if (seat.backendSocket?.attempt !== attempt) return
    seat.backendIsSlow = level === 'high'
    this.#readOrPause(seat)
  }

  backendDown(station: string, backend: string, attempt: number, code: number, reason: string): void {
    const seat = this.#seat(station)
    if (seat.backendSocket?.attempt === attempt) {
      seat.backendSocket = null
      // Whatever held the station back because this link was slow is over with the link.
      seat.backendIsSlow = false
      this.#readOrPause(seat)
    }
    this.#take(seat, { kind: 'backendDown', backend, attempt, code, reason })
  }

  backendUnreachable(station: string, backend: string, attempt: number, status: number | null, reason: string): void {
    const seat = this.#seat(station)
    seat.cancelDial = null
    this.#take(seat, { kind: 'backendUnreachable', backend, attempt, status, reason })
  }

  backendRefused(
    station: string,
    backend: string,
    attempt: number,
    cause: RefusalCause,
    status: number | null,
    reason: string,
  ): void {
    const seat = this.#seat(station)
    seat.cancelDial = null
    this.#take(seat, { kind: 'backendRefused', backend, attempt, cause, status, reason })
  }

  // --- commands and upkeep ------------------------------------------------------------------------------------------

  /**
   * Asks a station something on behalf of the API.
   * @param payload JSON text
   * @returns how it ended; never rejects
   */
  ask(station: string, action: string, payload: string, timeoutMs: number, by: string): Promise<AskOutcome> {
    const seat = this.#seats.get(station)
    if (seat === undefined) return Promise.resolve({ outcome: 'notSent', reason: 'the station is away' })
    const askId = this.#parts.ids.ordered()
    return new Promise((resolve) => {
      this.#asks.set(askId, resolve)
      this.#take(seat, { kind: 'ask', askId, action, payload, timeoutMs, by })
    })
  }

  /** Records entries that no station's machine makes: faults of the installation, changes of its configuration. */
  record(entries: readonly Entry[]): Position {
    if (this.#stopped) return 0
    for (const entry of entries) this.#parts.watch.entryAppended(entry)
    return this.#parts.journal.append(entries)
  }

  /** The routes changed: every connected station gets its own anew; none is dropped. */
  routesChanged(): void {
    for (const [id, seat] of this.#seats) {
      if (seat.station.link.phase === 'up') {
        this.#take(seat, { kind: 'routeChanged', route: this.#parts.resolve(id)?.route ?? null })
      }
    }
  }

  get connected(): number {
    return this.#connected
  }

  isConnected(station: string): boolean {
    return this.#seats.get(station)?.station.link.phase === 'up'
  }

  /** The present state of a station's link to its primary. */
  linkOf(station: string): 'up' | 'down' | 'connecting' | 'refused' | 'off' {
    const phase = this.#seats.get(station)?.station.backend.phase ?? 'off'
    return phase === 'dialling' ? 'connecting' : phase === 'waiting' ? 'down' : phase
  }

  /** Open links per leg, for the metrics: the stations' side and each backend. */
  *openLinks(): Generator<readonly [leg: string, open: number]> {
    yield ['station', this.#connected]
    for (const [name, { up }] of this.countBackends()) yield [name, up]
  }

  /** The version a connected station speaks; null when it is away. */
  versionOf(station: string): Subprotocol | null {
    const link = this.#seats.get(station)?.station.link
    return link?.phase === 'up' ? link.ocpp : null
  }

  /** Calls a station's backend still owes an answer to. */
  pendingOf(station: string): { readonly pending: number; readonly oldestMs: number | null } {
    const seat = this.#seats.get(station)
    if (seat === undefined) return { pending: 0, oldestMs: null }
    const { outbox } = seat.station
    const oldest = outbox.inFlight ?? outbox.waiting[0] ?? null
    return {
      pending: pending(outbox),
      oldestMs: oldest === null ? null : this.#parts.clock.mono() - oldest.receivedMono,
    }
  }

  /** The links of every backend that a station's route names. */
  countBackends(): Map<string, BackendCount> {
    const counts = new Map<
      string,
      { up: number; down: number; refused: number; pending: number; oldestMs: number | null }
    >()
    for (const [id, { station }] of this.#seats) {
      if (station.route === null || station.link.phase !== 'up') continue
      const name = station.route.primary
      const count = counts.get(name) ?? { up: 0, down: 0, refused: 0, pending: 0, oldestMs: null }
      counts.set(name, count)
      if (station.backend.phase === 'up') count.up++
      else if (station.backend.phase === 'refused') count.refused++
      else count.down++
      const owed = this.pendingOf(id)
      count.pending += owed.pending
      if (owed.oldestMs !== null && (count.oldestMs === null || owed.oldestMs > count.oldestMs))
        count.oldestMs = owed.oldestMs
    }
    return counts
  }

  /**
   * Goes down in order: takes no new commands, lets open calls end, then closes every station with 1012, spread over
   * time so that they do not all come back in the same instant (trap T20).
   * @param withinMs the time all of it may take
   */
  async drain(withinMs: number): Promise<void> {
    const { clock } = this.#parts
    const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
    const connected = [...this.#seats.values()].filter((seat) => seat.station.link.phase === 'up')
    for (const seat of connected) this.#take(seat, { kind: 'drain' })
    const answersUntil = clock.mono() + withinMs / 2
    while (clock.mono() < answersUntil && connected.some((seat) => !isQuiet(seat.station))) await wait(25)
    const steps = Math.max(1, Math.min(20, Math.floor(withinMs / 4 / 25)))
    for (let at = 0; at < steps; at++) {
      for (let k = at; k < connected.length; k += steps) {
        const { socket } = connected[k]!
        socket?.close(1012, 'Busbar restarts')
      }
      if (connected.length > steps) await wait(25)
    }
    const closedUntil = clock.mono() + withinMs / 4
    while (clock.mono() < closedUntil && this.#connected > 0) await wait(25)
    for (const seat of connected) seat.socket?.terminate()
    // The end of a connection is told a moment after it was cut.
    const cutUntil = clock.mono() + LAST_WORDS_MS
    while (clock.mono() < cutUntil && this.#connected > 0) await wait(5)
    this.#timers.stop()
  }

  /**
   * Hears nothing any more: called after `drain`, before the journal is closed. What a socket still says then has no
   * place to be remembered in; links whose end was not recorded are closed in the record at the next start.
   */
  stop(): void {
    this.#stopped = true
    this.#timers.stop()
  }

  // --- the loop -----------------------------------------------------------------------------------------------------

  #seat(id: string): Seat {
    const known = this.#seats.get(id)
    if (known !== undefined) return known
    const seat: Seat = {
      station: newStation(id),
      lane: { held: null, send: (frame) => seat.socket?.send(frame) },
      socket: null,
      credentials: null,
      backendSocket: null,
      backendName: null,
      cancelDial: null,
      stationIsSlow: false,
      backendIsSlow: false,
    }
    this.#seats.set(id, seat)
    return seat
  }

  #take(seat: Seat, input: StationInput): void {
    if (this.#running) {
      this.#queue.push({ seat, input })
      return
    }
    this.#run(seat, input)
  }

  /** @param between runs after the machine has decided and its entries are taken, before its effects are carried out */
  #run(seat: Seat, input: StationInput, between?: () => void): void {
    if (this.#stopped) return
    const nested = this.#running
    this.#running = true
    try {
      this.#step(seat, input, between)
      if (nested) return
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift())
        this.#step(next.seat, next.input)
    } finally {
      if (!nested) this.#running = false
    }
  }

  #step(seat: Seat, input: StationInput, between?: () => void): void {
    const { journal, watch } = this.#parts
    const now = this.#moment()
    const step: Step = { now, entries: [], effects: [], around: this.#parts.around }
    try {
      stepStation(seat.station, input, step)
    } catch (error) {
      this.#stepFailed(seat, input, error)
      between?.()
      return
    }
    if (step.entries.length > 0) {
      for (const entry of step.entries) watch.entryAppended(entry)
      journal.append(step.entries)
    }
    if (between !== undefined) {
      // What ends an old connection of the same station comes first and in its order, on the old sockets: its backend is
      // told what became of its commands before their link is hung up.
      const { effects } = step
      const old = seat.socket
      const cut = effects.findIndex((effect) => effect.kind === 'closeStation' && effect.epoch === old?.epoch)
      for (const [at, effect] of effects.slice(0, cut + 1).entries()) {
        // Not behind the gate: what waits there for the old connection is let go of.
        if (at === cut && effect.kind === 'closeStation') old?.close(effect.code, effect.reason)
        else this.#carryOut(seat, effect)
      }
      this.#gate.forget(seat.lane)
      between()
      for (const effect of effects.slice(cut + 1)) this.#carryOut(seat, effect)
    } else for (const effect of step.effects) this.#carryOut(seat, effect)
    this.#watchPressure()
  }

  #moment(): Moment {
    const { clock, ids, random, journal } = this.#parts
    return { at: clock.now(), mono: clock.mono(), freshId: ids.messageId, random, next: journal.next }
  }

  #carryOut(seat: Seat, effect: StationEffect): void {
    switch (effect.kind) {
      case 'toStation':
        if (seat.socket?.epoch === effect.epoch) this.#gate.offer(seat.lane, effect.frame, effect.hold)
        return
      case 'toBackend':
        if (seat.backendSocket?.attempt === effect.attempt) seat.backendSocket.send(effect.frame)
        return
      case 'toBackendFromJournal':
        this.#sendFromJournal(seat, effect.attempt, effect.position, effect.idToken)
        return
      case 'dial':
        this.#dial(seat, effect.backend, effect.attempt, effect.ocpp)
        return
      case 'hangUp':
        seat.cancelDial?.()
        seat.cancelDial = null
        if (seat.backendSocket?.attempt === effect.attempt) {
          const socket = seat.backendSocket
          seat.backendSocket = null
          seat.backendIsSlow = false
          this.#readOrPause(seat)
          socket.close(effect.code, effect.reason)
        }
        return
      case 'closeStation': {
        const { socket } = seat
        if (socket?.epoch === effect.epoch) this.#gate.after(seat.lane, () => socket.close(effect.code, effect.reason))
        return
      }
      case 'wake':
        this.#timers.wake(seat, effect.timer, effect.attempt, effect.afterMs)
        return
      case 'askEnded': {
        const resolve = this.#asks.get(effect.askId)
        this.#asks.delete(effect.askId)
        resolve?.(effect.outcome)
      }
    }
  }

  #dial(seat: Seat, backend: string, attempt: number, ocpp: Subprotocol): void {
    const resolved = this.#parts.resolve(seat.station.id)
    if (resolved === null || resolved.backend.name !== backend) {
      // The configuration changed between the decision and now; the machine hears of it as of any other failure.
      this.#take(seat, {
        kind: 'backendUnreachable',
        backend,
        attempt,
        status: null,
        reason: 'not configured any more',
      })
      return
    }
    const request = {
      station: seat.station.id,
      backend: resolved.backend,
      attempt,
      ocpp: [ocpp],
      credentials: seat.credentials,
      asStation: resolved.asStation,
    }
    seat.cancelDial = this.#parts.dialler.dial(request, this)
  }

  #sendFromJournal(seat: Seat, attempt: number, position: Position, idToken: string | null): void {
    if (position > this.#parts.journal.synced) {
      this.#afterSync.push(() => this.#sendFromJournal(seat, attempt, position, idToken))
      return
    }
    if (seat.backendSocket?.attempt !== attempt) return
    const [placed] = this.#parts.journal.read(position, 1)
    if (
      placed === undefined ||
      placed.position !== position ||
      placed.entry.kind !== 'frame' ||
      placed.entry.raw === null
    ) {
      const detail = { position }
      const text = 'a held message is no longer in the journal'
      this.record([
        {
          kind: 'fault',
          at: this.#parts.clock.now(),
          station: seat.station.id,
          code: 'BB-CORE-002',
          text,
          detail,
          ref: null,
        },
      ])
      return
    }
    const { raw } = placed.entry
    seat.backendSocket.send({ text: idToken === null ? raw : spliceId(raw, idToken), bytes: null })
  }

  #synced(upTo: Position): void {
    this.#gate.synced(upTo)
    if (this.#afterSync.length === 0) return
    const due = this.#afterSync
    this.#afterSync = []
    for (const each of due) each()
  }

  #stepFailed(seat: Seat, input: StationInput, error: unknown): void {
    const at = this.#parts.clock.now()
    const text = error instanceof Error ? error.message : String(error)
    const entries: Entry[] = []
    let ref: Position | null = null
    if (input.kind === 'stationFrame' || input.kind === 'backendFrame') {
      ref = this.#parts.journal.next
      entries.push({
        kind: 'frame',
        at,
        station: seat.station.id,
        from: input.kind === 'stationFrame' ? 'station' : input.backend,
        to: null,
        type: null,
        messageId: null,
        action: null,
        ocpp: null,
        // What failed may be the very stage that hides secrets.
        raw: null,
        redacted: true,
        ref: null,
        latencyMs: null,
        findings: null,
      })
    }
    const detail = { input: input.kind, stack: error instanceof Error ? (error.stack ?? null) : null }
    entries.push({ kind: 'fault', at, station: seat.station.id, code: 'BB-CORE-001', text, detail, ref })
    this.record(entries)
  }

  /** More is coming in than the disk takes: stop reading, never drop (trap T32). */
  #watchPressure(): void {
    const pressure = this.#parts.journal.pressure()
    if (!this.#pausedForJournal && pressure > PRESSURE_HIGH) {
      this.#pausedForJournal = true
      for (const seat of this.#seats.values()) this.#readOrPause(seat)
      this.#resumeWhenLow()
    }
  }

  #resumeWhenLow(): void {
    this.#parts.clock.after(20, () => {
      if (this.#parts.journal.pressure() > PRESSURE_LOW) {
        this.#resumeWhenLow()
        return
      }
      this.#pausedForJournal = false
      for (const seat of this.#seats.values()) this.#readOrPause(seat)
    })
  }

  /** Reads from each side of a seat unless the other side, or the disk, cannot keep up. */
  #readOrPause(seat: Seat): void {
    const { socket, backendSocket } = seat
    if (this.#pausedForJournal || seat.backendIsSlow) socket?.pause()
    else socket?.resume()
    if (this.#pausedForJournal || seat.stationIsSlow) backendSocket?.pause()
    else backendSocket?.resume()
  }
}

function isQuiet(station: Station): boolean {
  return hasNothingOpen(station) || station.backend.phase !== 'up'
}
