// A queue of queues: what waits under different names is served in turn, what waits under one name in order. Thousands
// of dials to one backend that answers slowly do not delay the few to another.

export class FairQueue<T> {
  readonly #lanes = new Map<string, Set<T>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  push(name: string, item: T): void {
    const lane = this.#lanes.get(name)
    if (lane === undefined) this.#lanes.set(name, new Set([item]))
    else lane.add(item)
    this.#size++
  }

  /** The next item; undefined when nothing waits. */
  shift(): T | undefined {
    for (const [name, lane] of this.#lanes) {
      // The lane goes to the end of the line, or away when this was its last item.
      this.#lanes.delete(name)
      for (const item of lane) {
        lane.delete(item)
        if (lane.size > 0) this.#lanes.set(name, lane)
        this.#size--
        return item
      }
    }
    return undefined
  }

  /** Takes an item out of the line; does nothing when it is not there any more. */
  remove(name: string, item: T): void {
    const lane = this.#lanes.get(name)
    if (lane?.delete(item) !== true) return
    this.#size--
    if (lane.size === 0) this.#lanes.delete(name)
  }

  clear(): void {
    this.#lanes.clear()
    this.#size = 0
  }
}
