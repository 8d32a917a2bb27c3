// The payload of an entry that several folds read one after the other. Entries from the store carry text only, and parsing
// is the dearest part of folding them, so the last payload is kept until another entry is asked about.

import { type FrameEntry, payloadOf } from '../journal/entry.ts'

let lastEntry: FrameEntry | null = null
let lastPayload: unknown

/** As `payloadOf`; parses the text of one entry once, however many folds ask. */
export function payloadOnce(entry: FrameEntry): unknown {
  if (entry.payload !== undefined) return entry.payload
  if (entry !== lastEntry) {
    lastPayload = payloadOf(entry)
    lastEntry = entry
  }
  return lastPayload
}
