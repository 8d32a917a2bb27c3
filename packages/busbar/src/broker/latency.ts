// How quickly a backend answered lately: the median of its latest answers, kept in a ring per backend.

const KEPT = 200

interface Ring {
  readonly values: Float64Array
  count: number
}

export class LatestLatencies {
  readonly #rings = new Map<string, Ring>()

  /** Takes one answer time in milliseconds. */
  take(backend: string, ms: number): void {
    let ring = this.#rings.get(backend)
    if (ring === undefined) {
      ring = { values: new Float64Array(KEPT), count: 0 }
      this.#rings.set(backend, ring)
    }
    ring.values[ring.count % KEPT] = ms
    ring.count++
  }

  /** The median in milliseconds; null when the backend never answered. */
  median(backend: string): number | null {
    const ring = this.#rings.get(backend)
    if (ring === undefined) return null
    const latest = ring.values.slice(0, Math.min(ring.count, KEPT)).sort()
    return latest[Math.floor(latest.length / 2)] ?? null
  }
}
