// A backend of the simulated world: answers what it is asked, sooner, later or never, sends commands whose ids it counts
// from 1 on every link, and is away now and then.

import type { VirtualClock } from './clock.ts'
import { readMarked } from './event.ts'
import type { Connection } from './network.ts'
import type { SeededRandom } from './random.ts'

export interface BackendHabits {
  /** Slowest answer in milliseconds. */
  readonly slowMs: number
  /** Share of calls it never answers. */
  readonly silentShare: number
  /** How often it sends commands on each link. */
  readonly commands: number
  /** Commands it sends at once, at most. */
  readonly burst: number
  /** Echoes numeric ids as strings. */
  readonly stringIds: boolean
}

export interface BackendReports {
  connected(backend: string, station: string, link: number): void
  got(backend: string, station: string, link: number, text: string): void
  sent(backend: string, station: string, link: number, text: string): void
  lost(backend: string, station: string, link: number, code: number): void
}

export class SimBackend {
  readonly name: string
  readonly #clock: VirtualClock
  readonly #random: SeededRandom
  readonly #habits: BackendHabits
  readonly #reports: BackendReports
  readonly #links = new Set<Connection>()
  #up = true
  #commands = 0

  constructor(name: string, habits: BackendHabits, clock: VirtualClock, random: SeededRandom, reports: BackendReports) {
    this.name = name
    this.#habits = habits
    this.#clock = clock
    this.#random = random
    this.#reports = reports
  }

  get isUp(): boolean {
    return this.#up
  }

  goAway(): void {
    this.#up = false
    for (const link of this.#links) link.cut()
    this.#links.clear()
  }

  comeBack(): void {
    this.#up = true
  }

  /** Takes a link from the broker. */
  accept(connection: Connection, station: string, number: number): void {
    const end = connection.b
    let open = true
    this.#links.add(connection)
    this.#reports.connected(this.name, station, number)
    const send = (text: string) => {
      if (!open) return
      this.#reports.sent(this.name, station, number, text)
      end.send(text)
    }
    end.onClose = (code) => {
      open = false
      this.#links.delete(connection)
      this.#reports.lost(this.name, station, number, code)
    }
    end.onText = (text) => {
      this.#reports.got(this.name, station, number, text)
      const message = readMarked(text)
      if (message === null || message.type !== 2) return
      if (this.#random.chance(this.#habits.silentShare)) return
      const id = this.#habits.stringIds ? String(message.id) : message.id
      const answer = `[3 ,${JSON.stringify(id)},{"mark":"${this.name}:${message.mark}","currentTime":"2026-01-01T00:00:00.000Z"}]`
      const slow = this.#random.chance(0.1) ? this.#habits.slowMs : 60
      this.#clock.after(this.#random.between(1, slow), () => send(answer))
    }
    let next = 1
    for (let n = 0; n < this.#habits.commands; n++) {
      const atMs = this.#random.between(0, 20_000)
      this.#clock.after(atMs, () => {
        const burst = this.#random.between(1, this.#habits.burst)
        for (let k = 0; k < burst; k++) {
          const mark = `${this.name}/command/${this.#commands++}`
          send(`[2,"${next++}","ChangeAvailability",{"mark":"${mark}" ,"connectorId":1.0}]`)
        }
      })
    }
  }
}
