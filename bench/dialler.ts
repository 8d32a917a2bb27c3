// Dials stations with a bounded number of dials under way, in the order in which they were asked for.

import type { Station, Target } from './station.ts'

export class Dialler {
  readonly #target: Target
  readonly #parallel: number
  readonly #waiting: Station[] = []
  #underWay = 0

  constructor(target: Target, parallel: number) {
    this.#target = target
    this.#parallel = parallel
  }

  /** Dials a station as soon as there is room. */
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
