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
