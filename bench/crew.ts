// The stations of a swarm, handed from one phase to the next. What a station's events mean differs from phase to phase, so
// each phase listens in its own way and the crew passes events on to whoever listens at the moment.

import { MessageMix } from './payload.ts'
import { Station, type StationListener, type Target, targetOf } from './station.ts'

const deaf: StationListener = { opened: () => {}, answered: () => {}, closed: () => {} }
const REASONS_KEPT = 5

export class Crew {
  readonly target: Target
  readonly stations: readonly Station[]
  readonly #mixes: ReadonlyMap<Station, MessageMix>
  #listener = deaf

  /** @param url where the stations dial */
  constructor(url: string, size: number) {
    const passOn: StationListener = {
      opened: (station) => this.#listener.opened(station),
      answered: (station, isResult, bytes, start, end) => this.#listener.answered(station, isResult, bytes, start, end),
      closed: (station, reason) => this.#listener.closed(station, reason),
    }
    this.target = targetOf(url)
    this.stations = Array.from({ length: size }, (_, index) => new Station(stationName(index), passOn))
    this.#mixes = new Map(this.stations.map((station) => [station, new MessageMix()]))
  }

  /** From now on events go to this listener; null: to nobody. */
  listen(listener: StationListener | null): void {
    this.#listener = listener ?? deaf
  }

  /**
   * Sends the next message of a station's mix.
   * @param since the moment from which its latency counts (performance.now)
   * @returns its id
   */
  send(station: Station, since: number): string {
    const message = this.#mixes.get(station)!.next(Date.now())
    station.call(message, since)
    return message.id
  }
}

/** The identity of the station with this number. */
export function stationName(index: number): string {
  return `BENCH-${String(index + 1).padStart(5, '0')}`
}

/** Keeps the first few different reasons. */
export function note(reasons: string[], reason: string): void {
  if (reasons.length < REASONS_KEPT && !reasons.includes(reason)) reasons.push(reason)
}
