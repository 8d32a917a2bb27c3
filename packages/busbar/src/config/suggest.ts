// Finds what somebody probably meant. A suggestion that is far off is worse than none, so the distance has to be small
// for the length of the word.

/**
 * The closest of the known words, or null when none is close.
 * @param word what was written
 * @param known what could have been meant
 */
export function closest(word: string, known: readonly string[]): string | null {
  const lower = word.toLowerCase()
  const allowed = Math.max(1, Math.floor(word.length / 3))
  let best: string | null = null
  let bestDistance = allowed + 1
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best ?? known.find((candidate) => isBeginning(lower, candidate.toLowerCase())) ?? null
}

// `auth` for `authenticate`, `maxFrame` for `maxFrameBytes`; below three letters everything begins everything.
function isBeginning(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length)
  return shorter >= 3 && one.slice(0, shorter) === other.slice(0, shorter)
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const cost = from[row - 1] === to[column - 1] ? 0 : 1
      let distance = Math.min(last[column]! + 1, next[column - 1]! + 1, last[column - 1]! + cost)
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        distance = Math.min(distance, beforeLast[column - 2]! + 1)
      }
      next.push(distance)
    }
    beforeLast = last
    last = next
  }
  return last[to.length]!
}
