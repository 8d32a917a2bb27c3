// A histogram whose observation is a short search in an array and three additions. The library's own hashes its labels
// for each observation, which is too dear for every answer of every station.

/** Counts per bucket, the last one for everything above the last bound. */
export class Buckets {
  readonly #bounds: readonly number[]
  readonly counts: number[]
  sum = 0
  count = 0

  /** @param bounds upper bounds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.counts = [...bounds, 0].map(() => 0)
  }

  /** Takes one value, in the unit of the bounds. */
  observe(value: number): void {
    const bounds = this.#bounds
    let index = 0
    while (index < bounds.length && value > (bounds[index] ?? 0)) index++
    this.counts[index] = (this.counts[index] ?? 0) + 1
    this.sum += value
    this.count++
  }
}

/** One line of a histogram's text: a bucket, the sum or the count. */
export interface HistogramLine {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

/** The lines of one series: cumulative buckets, sum and count, as Prometheus wants them. */
export function histogramLines(
  name: string,
  labels: Readonly<Record<string, string>>,
  bounds: readonly number[],
  buckets: Buckets,
): HistogramLine[] {
  const lines: HistogramLine[] = []
  let total = 0
  for (const [index, bound] of bounds.entries()) {
    total += buckets.counts[index] ?? 0
    lines.push({ metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: total })
  }
  lines.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: buckets.count })
  lines.push({ metricName: `${name}_sum`, labels: { ...labels }, value: buckets.sum })
  lines.push({ metricName: `${name}_count`, labels: { ...labels }, value: buckets.count })
  return lines
}
