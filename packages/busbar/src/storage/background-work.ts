// Work that may wait, done in the writer thread between commits: each job is a generator that hands the thread back after
// a few milliseconds, so that a commit that arrives meanwhile is not held up.

/** A job; each step is one slice. */
export type Job = Generator<void, void, void>

/** How long one slice works before it gives way: what a commit that arrives meanwhile waits at most, about. */
const SLICE_MS = 3
/** How long commits have the thread to themselves between two slices, while there are any. */
const REST_MS = 6
/** The rest when no commit came since the last slice. */
const IDLE_REST_MS = 1

/** Monotonic time by which a slice that begins now should end. */
export function sliceEnd(): number {
  return performance.now() + SLICE_MS
}

/** Whether a slice has used up its time. */
export function sliceOver(end: number): boolean {
  return performance.now() >= end
}

/** Runs jobs one after the other, slice by slice. */
export class BackgroundWork {
  readonly #queue: { readonly name: string; readonly job: () => Job; readonly ended: (error: unknown) => void }[] = []
  #running: { readonly name: string; readonly job: Job; readonly ended: (error: unknown) => void } | null = null
  #urgent: (() => void) | null = null
  #timer: NodeJS.Timeout | null = null
  #busy = false
  readonly #failed: (error: unknown) => void
  readonly #sliced: () => void

  /**
   * @param failed told when a slice throws, before the job's own `ended` hears of it
   * @param sliced called after each slice that did not
   */
  constructor(failed: (error: unknown) => void, sliced: () => void) {
    this.#failed = failed
    this.#sliced = sliced
  }

  /** Whether nothing is to be done. */
  get idle(): boolean {
    return this.#running === null && this.#queue.length === 0 && this.#urgent === null
  }

  /** Whether a job of this name runs or waits. */
  has(name: string): boolean {
    return this.#running?.name === name || this.#queue.some((waiting) => waiting.name === name)
  }

  /**
   * Adds a job.
   * @param ended called with null when it came to its end, or with what it threw
   */
  add(name: string, job: () => Job, ended: (error: unknown) => void = () => undefined): void {
    this.#queue.push({ name, job, ended })
    this.#arm()
  }

  /** Says that a commit was made: work gives way. */
  commitMade(): void {
    this.#busy = true
  }

  /** Has something done in the next slice, between two slices of whatever runs; what waited so far is replaced. */
  soon(work: () => void): void {
    this.#urgent = work
    this.#arm()
  }

  /** Drops everything; a job that ran is left at the end of its last slice, which is a consistent state. */
  abandon(error: unknown): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#urgent = null
    const dropped = this.#running === null ? this.#queue.splice(0) : [this.#running, ...this.#queue.splice(0)]
    this.#running = null
    for (const { ended } of dropped) ended(error)
  }

  #arm(): void {
    if (this.#timer !== null) return
    const rest = this.#busy ? REST_MS : IDLE_REST_MS
    this.#busy = false
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#slice()
    }, rest)
  }

  #slice(): void {
    const urgent = this.#urgent
    if (urgent !== null) {
      this.#urgent = null
      try {
        urgent()
      } catch (error) {
        this.#failed(error)
      }
      if (!this.idle) this.#arm()
      return
    }
    if (this.#running === null) {
      const next = this.#queue.shift()
      if (next === undefined) return
      this.#running = { name: next.name, job: next.job(), ended: next.ended }
    }
    const { job, ended } = this.#running
    try {
      const { done } = job.next()
      this.#sliced()
      if (done === true) {
        this.#running = null
        ended(null)
      }
    } catch (error) {
      this.#running = null
      this.#failed(error)
      ended(error)
    }
    if (!this.idle) this.#arm()
  }
}
