// How long a commit waits for company. A lone message is committed at once; the more entries come in, the longer the
// window, because then a commit shared by many is what counts. Measured: 2.5 ms for each entry per millisecond, at most
// what is configured.

/** Milliseconds of window per entry per millisecond. */
const WINDOW_PER_RATE_MS = 2.5
/** The rate is an average over about this long: short enough to end the waiting soon after a burst. */
const RATE_MEMORY_MS = 50

/** Decides when the next commit is due. */
export class CommitWindow {
  readonly #longestMs: number
  #rate = 0
  #at = 0

  /** @param longestMs the longest window in milliseconds; 0 commits at once always */
  constructor(longestMs: number) {
    this.#longestMs = longestMs
  }

  /**
   * Takes note of a commit.
   * @param entries entries in it
   * @param mono monotonic time in milliseconds
   */
  committed(entries: number, mono: number): void {
    this.#rate = this.#present(mono) + entries / RATE_MEMORY_MS
    this.#at = mono
  }

  /** Milliseconds that entries arriving now should wait for company. */
  delay(mono: number): number {
    return Math.min(this.#longestMs, WINDOW_PER_RATE_MS * this.#present(mono))
  }

  #present(mono: number): number {
    return this.#rate * Math.exp((this.#at - mono) / RATE_MEMORY_MS)
  }
}
