// Chance with a seed: the same seed gives the same history, on every machine.

export interface SeededRandom {
  /** Uniform in [0, 1). */
  next(): number
  /** Integer from `from` to `to`, both included. */
  between(from: number, to: number): number
  /** True with the given share. */
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T
  /** An independent stream, so that what one part of the world draws does not shift the others. */
  fork(): SeededRandom
}

/** sfc32: small, quick, passes the usual batteries; not for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let a = 0x9e3779b9 ^ seed
  let b = 0x243f6a88 ^ Math.imul(seed, 0x85ebca6b)
  let c = 0xb7e15162
  let d = seed | 1
  const word = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let warm = 0; warm < 12; warm++) word()
  const self: SeededRandom = {
    next: () => word() / 4294967296,
    between: (from, to) => from + Math.floor(self.next() * (to - from + 1)),
    chance: (share) => self.next() < share,
    pick: (from) => from[Math.floor(self.next() * from.length)]!,
    fork: () => seededRandom(word()),
  }
  return self
}
