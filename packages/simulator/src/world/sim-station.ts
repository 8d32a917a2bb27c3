// A station of the simulated world, reduced to what relaying is about: it has a list of things to say, says them one or
// three at a time, believes only an answer with an id it waits for, says again after a reconnect what was not answered,
// and answers commands, late or never.

import type { VirtualClock } from './clock.ts'
import { readMarked } from './event.ts'
import type { Connection, End } from './network.ts'
import type { SeededRandom } from './random.ts'

export interface StationHabits {
  /** Calls it may have open at once; 1 as the specification wants it. */
  readonly pipeline: 1 | 3
  /** Ids start again at 1 with every connection. */
  readonly restartsIds: boolean
  /** Ids are JSON numbers. */
  readonly numericIds: boolean
  /** What was not answered is said again under its old id. */
  readonly keepsIdOnRepeat: boolean
  /** Share of commands it never answers. */
  readonly silentShare: number
}

/** After this long without an answer a station goes on to what it has to say next. */
const GIVES_UP_AFTER_MS = 45_000

interface Saying {
  readonly mark: string
  readonly action: string
  id: string | number | null
}

export interface StationReports {
  sent(station: string, connection: number, text: string): void
  got(station: string, connection: number, text: string): void
  lost(station: string, connection: number, code: number): void
  /** It wants a connection; the world makes one when there is somebody to connect to. */
  wantsConnection(station: SimStation): void
}

const actions = ['Heartbeat', 'MeterValues', 'StatusNotification', 'StartTransaction', 'Authorize'] as const

export class SimStation {
  readonly id: string
  readonly #clock: VirtualClock
  readonly #random: SeededRandom
  readonly #habits: StationHabits
  readonly #reports: StationReports
  readonly #toSay: Saying[] = []
  #open: Saying[] = []
  /** What it gave up on, with the connection it said it on. */
  readonly givenUp = new Set<string>()
  #end: End | null = null
  #connection = 0
  #nextId = 1

  constructor(
    id: string,
    says: number,
    habits: StationHabits,
    clock: VirtualClock,
    random: SeededRandom,
    reports: StationReports,
  ) {
    this.id = id
    this.#habits = habits
    this.#clock = clock
    this.#random = random
    this.#reports = reports
    for (let n = 0; n < says; n++) this.#toSay.push({ mark: `${id}/${n}`, action: random.pick(actions), id: null })
  }

  /** Nothing is left to say and everything was answered. */
  get isDone(): boolean {
    return this.#toSay.length === 0 && this.#open.length === 0
  }

  get isConnected(): boolean {
    return this.#end !== null
  }

  get unanswered(): number {
    return this.#toSay.length + this.#open.length
  }

  /** Takes a connection; an older one is forgotten without a word, as after a reboot. */
  connected(connection: Connection, number: number): void {
    if (this.#end !== null) {
      this.#end.onText = null
      this.#end.onClose = null
    }
    const end = connection.a
    this.#end = end
    this.#connection = number
    this.#repeatUnanswered()
    if (this.#habits.restartsIds) this.#nextId = 1
    end.onText = (text) => this.#heard(text)
    end.onClose = (code) => {
      if (this.#end !== end) return
      this.#end = null
      this.#repeatUnanswered()
      this.#reports.lost(this.id, number, code)
      this.#clock.after(this.#random.between(10, 3_000), () => this.#reports.wantsConnection(this))
    }
    // Some say something in the same instant in which the handshake ends (trap T1).
    if (this.#random.chance(0.5)) this.#say()
    else this.#clock.after(this.#random.between(0, 200), () => this.#say())
  }

  #repeatUnanswered(): void {
    const open = this.#open
    this.#open = []
    for (const saying of open) if (!this.#habits.keepsIdOnRepeat) saying.id = null
    this.#toSay.unshift(...open)
  }

  #say(): void {
    const end = this.#end
    if (end === null) return
    while (this.#open.length < this.#habits.pipeline && this.#toSay.length > 0) {
      const saying = this.#toSay.shift()!
      if (saying.id === null) {
        const n = this.#nextId++
        saying.id = this.#habits.numericIds ? n : `${n}`
      }
      // An id that is open under another message would be the station's own mistake.
      while (this.#open.some((open) => open.id === saying.id))
        saying.id = this.#habits.numericIds ? this.#nextId++ : `${this.#nextId++}`
      this.#open.push(saying)
      const text = `[2, ${JSON.stringify(saying.id)},"${saying.action}",{"mark":"${saying.mark}","odd":1.0e1,"odd":"\\u0041\\/"}]`
      this.#reports.sent(this.id, this.#connection, text)
      end.send(text)
      this.#clock.after(GIVES_UP_AFTER_MS, () => {
        if (this.#end !== end || !this.#open.includes(saying)) return
        this.#open.splice(this.#open.indexOf(saying), 1)
        this.givenUp.add(saying.mark)
        this.#say()
      })
    }
  }

  #heard(text: string): void {
    this.#reports.got(this.id, this.#connection, text)
    const message = readMarked(text)
    if (message === null) return
    if (message.type === 2) {
      if (this.#random.chance(this.#habits.silentShare)) return
      const end = this.#end
      const connection = this.#connection
      const answer = `[3,${JSON.stringify(message.id)},{"mark":"${message.mark}/answer","status" : "Accepted"}]`
      this.#clock.after(this.#random.between(0, 800), () => {
        if (this.#end !== end || end === null) return
        this.#reports.sent(this.id, connection, answer)
        end.send(answer)
      })
      return
    }
    const at = this.#open.findIndex((saying) => String(saying.id) === String(message.id))
    if (at < 0) return
    this.#open.splice(at, 1)
    this.#clock.after(this.#random.between(0, 400), () => this.#say())
  }
}
