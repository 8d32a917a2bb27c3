// Whether this process can do its work. Each part that has to be in order says so itself; until it did, it is not. A
// backend is no such part and never appears here (rule MO6).

/** The parts that readiness is made of. */
export type HealthPart = 'store' | 'listeners' | 'configuration'

export interface NotReady {
  readonly name: HealthPart
  readonly detail: string
}

export class Health {
  readonly #troubles = new Map<HealthPart, string>()

  /** @param parts what has to be in order before the process is ready */
  constructor(parts: readonly HealthPart[]) {
    for (const part of parts) this.#troubles.set(part, 'has not started yet')
  }

  /** The part works. */
  well(part: HealthPart): void {
    this.#troubles.delete(part)
  }

  /**
   * The part does not work.
   * @param detail why, for an operator
   */
  ill(part: HealthPart, detail: string): void {
    this.#troubles.set(part, detail)
  }

  /** Why the process is not ready; empty when it is. */
  notReady(): readonly NotReady[] {
    return [...this.#troubles].map(([name, detail]) => ({ name, detail }))
  }
}
