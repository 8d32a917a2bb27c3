// Who waits for what was appended to become durable. Everything that is handed to the journal draws a ticket; a commit
// makes all tickets up to one durable.

interface Waiter {
  readonly ticket: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Tickets, and those who wait for theirs. */
export class DurabilityWaiters {
  #waiters: Waiter[] = []
  #drawn = 0
  #durable = 0

  /** The last ticket drawn. */
  get drawn(): number {
    return this.#drawn
  }

  /** Everything up to this ticket is durable. */
  get durable(): number {
    return this.#durable
  }

  /** Whether everything is durable. */
  get settled(): boolean {
    return this.#drawn === this.#durable
  }

  /** Whether somebody waits. */
  get pressing(): boolean {
    return this.#waiters.length > 0
  }

  /** Draws a ticket for something that is not durable yet. */
  draw(): void {
    this.#drawn++
  }

  /** Resolves when everything drawn so far is durable. */
  wait(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiters.push({ ticket: this.#drawn, resolve, reject })
    return promise
  }

  /** Says that everything up to a ticket is durable; call `release` when everybody else was told. */
  reached(ticket: number): void {
    this.#durable = ticket
  }

  /** Resolves those whose ticket is durable. */
  release(): void {
    if (this.#waiters.length === 0) return
    const ready = this.#waiters.filter(({ ticket }) => ticket <= this.#durable)
    this.#waiters = this.#waiters.filter(({ ticket }) => ticket > this.#durable)
    for (const { resolve } of ready) resolve()
  }

  /** Rejects everybody who waits. */
  fail(error: Error): void {
    for (const { reject } of this.#waiters.splice(0)) reject(error)
  }
}
