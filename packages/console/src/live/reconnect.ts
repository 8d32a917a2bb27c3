// When the live stream is opened, given up and opened again: a machine without hands. It knows no socket and no timer; it
// is told what happened and says what is to be done. The hands are in event-stream.ts.

export type StreamState =
  | { readonly phase: 'connecting'; readonly attempt: number; readonly since: number }
  | { readonly phase: 'open'; readonly heardAt: number }
  | { readonly phase: 'waiting'; readonly attempt: number; readonly until: number; readonly why: string }
  /** The tab is hidden: browsers keep few connections per host, and nobody looks. */
  | { readonly phase: 'paused' }
  /** The broker wants a login; trying again does not help. */
  | { readonly phase: 'denied' }

export type StreamInput =
  | { readonly kind: 'opened' }
  | { readonly kind: 'heard' }
  | { readonly kind: 'ended'; readonly why: string }
  | { readonly kind: 'denied' }
  | { readonly kind: 'hidden' }
  | { readonly kind: 'shown' }
  /** Time has passed. */
  | { readonly kind: 'tick' }

/** connect: open it, closing what there is. close: close what there is. */
export type StreamDeed = 'connect' | 'close' | null

export interface StreamStep {
  readonly state: StreamState
  readonly deed: StreamDeed
}

/** The broker's stream says something at least every 15 s; after this it is dead, whatever the socket believes. */
export const SILENCE_MS = 40_000
/** A handshake that takes longer than this is begun anew. */
export const CONNECT_MS = 15_000
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000

/**
 * Time before attempt number `attempt`, in milliseconds: doubling, with the upper half left to chance, so that the tabs of
 * a whole control room do not come back in the same instant.
 * @param attempt from 1
 * @param chance from 0 to 1
 */
export function waitBefore(attempt: number, chance: number): number {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, attempt - 1))
  return most / 2 + (most / 2) * chance
}

/** A stream begins with its first attempt. */
export function firstAttempt(now: number): StreamStep {
  return { state: { phase: 'connecting', attempt: 1, since: now }, deed: 'connect' }
}

/** What a stream does next. `chance` from 0 to 1. */
export function stepStream(state: StreamState, input: StreamInput, now: number, chance: number): StreamStep {
  const stay: StreamStep = { state, deed: null }
  switch (input.kind) {
    case 'hidden':
      return state.phase === 'denied' || state.phase === 'paused' ? stay : { state: { phase: 'paused' }, deed: 'close' }
    case 'shown':
      return state.phase === 'paused' ? firstAttempt(now) : stay
    case 'denied':
      return { state: { phase: 'denied' }, deed: 'close' }
    case 'opened':
      return state.phase === 'connecting' ? { state: { phase: 'open', heardAt: now }, deed: null } : stay
    case 'heard':
      return state.phase === 'open' ? { state: { phase: 'open', heardAt: now }, deed: null } : stay
    case 'ended':
      return state.phase === 'connecting' || state.phase === 'open' ? waitAfter(state, input.why, now, chance) : stay
    case 'tick':
      if (state.phase === 'waiting' && now >= state.until)
        return { state: { phase: 'connecting', attempt: state.attempt, since: now }, deed: 'connect' }
      if (state.phase === 'open' && now - state.heardAt > SILENCE_MS)
        return waitAfter(state, 'the broker went silent', now, chance)
      if (state.phase === 'connecting' && now - state.since > CONNECT_MS)
        return waitAfter(state, 'the broker does not answer', now, chance)
      return stay
  }
}

function waitAfter(state: StreamState, why: string, now: number, chance: number): StreamStep {
  const attempt = state.phase === 'connecting' ? state.attempt + 1 : 1
  return {
    state: { phase: 'waiting', attempt, until: now + waitBefore(attempt, chance), why },
    deed: 'close',
  }
}
