// What an entry is called in the list: a word for its type, its subject, and how serious it is. Every tone comes with a
// word and a shape, because colour alone tells nothing to many people.

import type { FrameType, TimelineEntry } from '../api/timeline.ts'
import type { Tone } from '../parts/tone.ts'

const frameWords: Readonly<Record<FrameType, string>> = {
  call: 'call',
  result: 'answer',
  error: 'error',
  resultError: 'result error',
  send: 'send',
}

const linkTones: Readonly<Record<'up' | 'down' | 'refused', Tone>> = { up: 'good', down: 'warning', refused: 'bad' }
const deliveryTones: Readonly<Record<string, Tone>> = {
  acknowledged: 'good',
  owed: 'notice',
  retried: 'notice',
  refused: 'warning',
  quarantined: 'bad',
  dropped: 'warning',
}

/** The word for what kind of entry it is, as short as a column. */
export function typeWord(entry: TimelineEntry): string {
  if (entry.kind !== 'frame') return entry.kind
  return entry.type === null ? 'unreadable' : frameWords[entry.type]
}

/** What it is about: the action of a frame, and for others who or what. */
export function subjectOf(entry: TimelineEntry): string {
  switch (entry.kind) {
    case 'frame':
      return entry.action ?? 'unknown'
    case 'link':
      return `${entry.peer} ${entry.state}`
    case 'delivery':
      return `${entry.backend} ${entry.state}`
    case 'decision':
      return entry.what
    case 'change':
      return entry.what ?? entry.by
    case 'fault':
      return entry.code
    default:
      return entry.kind
  }
}

/**
 * What a row still has to say beside its lanes, type, subject and latency: the sentence of a frame behind the action that
 * it names, such as "on connector 2: 6759 W". null where nothing is left; the sentence as a whole where it names no action.
 */
export function remarkOf(entry: TimelineEntry): string | null {
  if (entry.kind !== 'frame' || entry.action === null) return entry.text
  const place = entry.text.indexOf(entry.action, startOfAction(entry))
  if (place < 0) return entry.text
  const rest = entry.text
    .slice(place + entry.action.length)
    .replace(/^ after [\d.]+ m?s\b/, '')
    .replace(/^[\s:;,]+/, '')
  return rest === '' ? null : rest
}

/** A station or backend may be called like an action, so the search begins behind the one who speaks. */
function startOfAction(entry: TimelineEntry & { readonly kind: 'frame' }): number {
  const speaker = entry.from === 'station' ? (entry.station ?? '') : entry.from
  return entry.text.startsWith(speaker) ? speaker.length : 0
}

export function toneOf(entry: TimelineEntry): Tone {
  switch (entry.kind) {
    case 'frame':
      return entry.type === 'error' || entry.type === 'resultError' || entry.type === null ? 'bad' : 'plain'
    case 'link':
      return linkTones[entry.state]
    case 'delivery':
      return deliveryTones[entry.state] ?? 'plain'
    case 'decision':
    case 'change':
      return 'notice'
    case 'fault':
    case 'diagnosis':
      return 'bad'
    default:
      return 'plain'
  }
}

export interface EntryBadge {
  readonly tone: Tone
  readonly text: string
}

/** What deserves a look at a frame: findings, parts taken out, a message that went to nobody. */
export function badgesOf(entry: TimelineEntry): readonly EntryBadge[] {
  const badges: EntryBadge[] = []
  if (entry.kind === 'frame') {
    const findings = entry.findings?.length ?? 0
    if (findings > 0) badges.push({ tone: 'warning', text: findings === 1 ? 'finding' : `${findings} findings` })
    if (entry.to === null) badges.push({ tone: 'warning', text: 'not passed on' })
  }
  if (entry.redacted === true) badges.push({ tone: 'plain', text: 'redacted' })
  return badges
}
