// A call and its answer. An answer names its call by `ref`; a frame that left in another form names the frame it was made
// from by the same field, so the way from a call to its answer may lead over such a copy.

import type { FrameEntry, TimelineEntry } from '../api/timeline.ts'
import { referenceOf, type TimelineBuffer } from './timeline-buffer.ts'

/** A message id is replaced once on the way to a backend and once on the way back; more steps would be a circle. */
const MOST_STEPS = 4

export function isAnswer(entry: TimelineEntry): entry is FrameEntry {
  return entry.kind === 'frame' && (entry.type === 'result' || entry.type === 'error')
}

function isQuestion(entry: TimelineEntry): entry is FrameEntry {
  return entry.kind === 'frame' && entry.type === 'call'
}

/**
 * The other half of an exchange: the answer of a call, the call of an answer, and for entries that are neither the entry
 * they refer to. null when there is none, or when it is not loaded.
 */
export function counterpartOf(entry: TimelineEntry, buffer: TimelineBuffer): TimelineEntry | null {
  if (isAnswer(entry)) return callOf(entry, buffer)
  if (isQuestion(entry)) return answerOf(entry, buffer, MOST_STEPS) ?? originalOf(entry, buffer)
  return originalOf(entry, buffer)
}

function originalOf(entry: TimelineEntry, buffer: TimelineBuffer): TimelineEntry | null {
  const to = referenceOf(entry)
  return to === null ? null : (buffer.get(to) ?? null)
}

function callOf(answer: FrameEntry, buffer: TimelineBuffer): TimelineEntry | null {
  let found: TimelineEntry = answer
  for (let steps = 0; steps < MOST_STEPS && isAnswer(found); steps++) {
    const next = originalOf(found, buffer)
    if (next === null) return null
    found = next
  }
  return found === answer ? null : found
}

function answerOf(call: FrameEntry, buffer: TimelineBuffer, steps: number): TimelineEntry | null {
  if (steps === 0) return null
  const referring = buffer.referringTo(call.position)
  // Mirrors answer too; the answer that counts is the one that goes back to whom the call came from.
  const answers = referring.filter(isAnswer)
  const direct = answers.find((answer) => answer.to === call.from) ?? answers[0]
  if (direct !== undefined) return direct
  for (const copy of referring.filter(isQuestion)) {
    const found = answerOf(copy, buffer, steps - 1)
    if (found !== null) return found
  }
  return null
}

/** The call that a live answer may still come for: seconds it has been open; null when it is answered or none. */
export function isOpenCall(entry: TimelineEntry, buffer: TimelineBuffer): boolean {
  return (
    isQuestion(entry) && entry.to !== null && entry.ref === undefined && answerOf(entry, buffer, MOST_STEPS) === null
  )
}
