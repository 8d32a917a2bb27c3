// States as they are shown everywhere: a shape and a word in one tone.

import type { ReactNode } from 'react'
import type { LinkState } from '../api/stations.ts'
import type { Glyph } from '../fleet/connector-look.ts'
import type { Tone } from './tone.ts'

/** Text colour of a tone. */
export const toneText: Readonly<Record<Tone, string>> = {
  plain: 'text-ink-3',
  good: 'text-good',
  notice: 'text-notice',
  warning: 'text-warning',
  bad: 'text-bad',
}

export function Badge({ tone, children, title }: { tone: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`badge tone-${tone}`} title={title}>
      {children}
    </span>
  )
}

const linkTones: Readonly<Record<LinkState, Tone>> = {
  up: 'good',
  connecting: 'notice',
  down: 'warning',
  refused: 'bad',
  off: 'plain',
}

/** Shapes that differ without colour: filled, half, hollow, crossed, dash. */
const linkShapes: Readonly<Record<LinkState, ReactNode>> = {
  up: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  connecting: (
    <>
      <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M5 1.5a3.5 3.5 0 0 1 0 7z" fill="currentColor" />
    </>
  ),
  down: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  refused: <path d="m1.5 1.5 7 7m0-7-7 7" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />,
  off: <path d="M1.5 5h7" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />,
}

export function LinkGlyph({ state }: { state: LinkState }) {
  return (
    <svg viewBox="0 0 10 10" className={`size-2.5 shrink-0 ${toneText[linkTones[state]]}`} aria-hidden="true">
      {linkShapes[state]}
    </svg>
  )
}

/** The word of a link's state in its tone. */
export function LinkWord({ state, children }: { state: LinkState; children?: ReactNode }) {
  return <span className={toneText[linkTones[state]]}>{children ?? state}</span>
}

const connectorShapes: Readonly<Record<Glyph, ReactNode>> = {
  free: <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  plugged: (
    <>
      <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <circle cx="6" cy="6" r="1.8" fill="currentColor" />
    </>
  ),
  charging: <path d="M7 .8 2.2 7h3l-.9 4.2L9.8 5h-3z" fill="currentColor" />,
  paused: <path d="M3.8 2v8m4.4-8v8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  reserved: <path d="M2 6 6 1.8 10 6l-4 4.2z" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  off: (
    <>
      <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="m3.2 8.8 5.6-5.6" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
  fault: <path d="M6 1 11.2 10.6H.8zM6 4.4v2.8m0 1.2v.9" fill="none" stroke="currentColor" strokeWidth="1.3" />,
  unknown: <path d="M2.5 6h7" stroke="currentColor" strokeWidth="1.6" strokeDasharray="1.6 1.6" />,
}

export function ConnectorGlyph({ glyph, tone }: { glyph: Glyph; tone: Tone }) {
  return (
    <svg viewBox="0 0 12 12" className={`size-3 shrink-0 ${toneText[tone]}`} aria-hidden="true">
      {connectorShapes[glyph]}
    </svg>
  )
}
