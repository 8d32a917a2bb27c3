// The sequence numbers of a 2.x transaction. They should count its events one by one, but real stations use one twice
// (VCP: 0 for Started and Ended) or send a higher one after the end, so a number alone never makes a message a repeat: the
// content decides (trap W4).

/** A message as it is known again: number, event type and a hash of the content without the offline flag. */
interface Seen {
  readonly seqNo: number
  readonly content: number
}

export interface Sequence {
  /** The highest number so far; -1 before the first. */
  last: number
  /** Numbers that were skipped and have not come yet, at most 64 of them. */
  readonly missing: number[]
  /** The newest messages, for telling repeats. */
  readonly seen: Seen[]
}

const MAX_MISSING = 64
/** Repeats come soon after; a whole offline queue said again is about this long. */
const MAX_SEEN = 32

export function newSequence(): Sequence {
  return { last: -1, missing: [], seen: [] }
}

/**
 * Takes a message's number and content.
 * @returns repeat: said before, word for word. reused: the number stands for another message already. fresh: neither
 */
export function takeSequence(sequence: Sequence, seqNo: number | null, content: number): 'fresh' | 'repeat' | 'reused' {
  if (seqNo === null) return 'fresh'
  let reused = false
  for (const seen of sequence.seen) {
    if (seen.seqNo !== seqNo) continue
    if (seen.content === content) return 'repeat'
    reused = true
  }
  if (sequence.seen.length >= MAX_SEEN) sequence.seen.shift()
  sequence.seen.push({ seqNo, content })
  if (reused) return 'reused'
  if (seqNo > sequence.last) {
    // Counting need not begin at 0 (2.x allows one counter over all transactions), so only what follows can be missing.
    const from = sequence.last < 0 ? seqNo : sequence.last + 1
    for (let skipped = from; skipped < seqNo && sequence.missing.length < MAX_MISSING; skipped++)
      sequence.missing.push(skipped)
    sequence.last = seqNo
    return 'fresh'
  }
  const at = sequence.missing.indexOf(seqNo)
  if (at >= 0) sequence.missing.splice(at, 1)
  return 'fresh'
}

/** A 32-bit hash of a text (FNV-1a over its UTF-16 units): for telling repeats of one transaction apart, no more. */
export function contentHash(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
