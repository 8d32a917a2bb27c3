// The arithmetic of the benchmark: latencies collected exactly and read as percentiles, the minimum of several runs, and
// ratios between brokers. Kept apart from everything that starts processes, so that it can be tested.

/** Numbers collected one after the other, as many as come; sorted once, when they are read. */
export class Samples {
  #values = new Float64Array(4_096)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#count] = value
    this.#count++
  }

  /** The values in ascending order; what is added later is not in them. */
  sorted(): Float64Array {
    return this.#values.slice(0, this.#count).sort()
  }
}

/**
 * A percentile by the nearest-rank rule: the smallest value that at least this share of all values does not exceed.
 * @param sorted values in ascending order
 * @param share 0 to 1, for example 0.99
 * @returns NaN when there are no values
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN
  const rank = Math.max(1, Math.ceil(share * sorted.length - 1e-9))
  return sorted[Math.min(rank, sorted.length) - 1] ?? Number.NaN
}

/** What is reported of a set of latencies, in milliseconds. */
export interface LatencyFigures {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly maxMs: number
}

/** The reported percentiles of collected latencies, in milliseconds with three decimals. */
export function latencyFigures(samples: Samples): LatencyFigures {
  const sorted = samples.sorted()
  return {
    p50Ms: rounded(percentile(sorted, 0.5), 3),
    p99Ms: rounded(percentile(sorted, 0.99), 3),
    p999Ms: rounded(percentile(sorted, 0.999), 3),
    maxMs: rounded(percentile(sorted, 1), 3),
  }
}

/** The smallest finite number; NaN when there is none. Noise only adds, so the minimum is the figure of a broker. */
export function minimum(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite)
  return finite.length === 0 ? Number.NaN : Math.min(...finite)
}

/** The middle value by nearest rank; NaN when there is none. */
export function median(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5)
}

/** One figure over another, NaN when either is missing or the base is not positive. */
export function ratio(figure: number, base: number): number {
  return Number.isFinite(figure) && Number.isFinite(base) && base > 0 ? figure / base : Number.NaN
}

/** Rounded to a number of decimals, for output. */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}
