// Which OCPP version a station's link gets. The station's order of preference decides among what both sides speak; what
// the backend speaks is known from its configured list or from the version last agreed with it. When neither is known,
// the backend is asked first, because the 101 to the station cannot be taken back (trap T15).

import { isSubprotocol, type Subprotocol } from '@busbar/ocpp/versions.ts'

export interface VersionQuestion {
  /** The names of the station's Sec-WebSocket-Protocol header, in its order; empty without one. */
  readonly offered: readonly string[]
  /** What the station's account says it speaks when it does not say so itself. */
  readonly assume: Subprotocol | null
  /** The primary's configured versions; null when any may do. */
  readonly listed: readonly Subprotocol[] | null
  /** The version last agreed between this station and this backend. */
  readonly agreed: Subprotocol | null
  /** Versions this backend refused since it last agreed on them; they are taken only where nothing else is common. */
  readonly refused?: readonly Subprotocol[] | undefined
}

/** Versions to offer to a backend, in order: at least one. */
export type VersionOffer = readonly [Subprotocol, ...Subprotocol[]]

export type VersionChoice =
  /**
   * The first of `offer` is chosen; where the primary is dialled before the 101 anyway, it may choose another of them.
   * `announced`: the answer names it; false when the station named none itself, for it would not know the header.
   */
  | { readonly kind: 'chosen'; readonly offer: VersionOffer; readonly announced: boolean }
  /** Offer these to the primary and take what it chooses; the first is the fallback. */
  | { readonly kind: 'askPrimary'; readonly offer: VersionOffer; readonly announced: true }
  | { readonly kind: 'nothingInCommon'; readonly reason: string }
  | { readonly kind: 'noneOffered' }

/**
 * Chooses the version, as far as it can be chosen without asking the backend.
 * The agreed version is one the backend speaks, not all it speaks: a station that no longer offers it leads to the
 * question, not to a refusal.
 */
export function chooseVersion(question: VersionQuestion): VersionChoice {
  const { offered, assume, listed, agreed, refused = [] } = question
  if (offered.length === 0) {
    if (assume === null) return { kind: 'noneOffered' }
    if (listed !== null && !listed.includes(assume)) {
      return { kind: 'nothingInCommon', reason: `assumed ${assume}, the backend speaks ${listed.join(', ')}` }
    }
    return { kind: 'chosen', offer: [assume], announced: false }
  }
  // The station's order, but what the backend refused comes last: a list that is wrong must not be tried for ever.
  const known = [...new Set(offered)].filter(isSubprotocol)
  const spoken = [
    ...known.filter((version) => !refused.includes(version)),
    ...known.filter((version) => refused.includes(version)),
  ]
  const [first, ...others] = spoken
  if (first === undefined) {
    return { kind: 'nothingInCommon', reason: `offered ${offered.join(', ')}, none of which Busbar speaks` }
  }
  if (listed !== null) {
    const [common, ...rest] = spoken.filter((version) => listed.includes(version))
    return common === undefined
      ? { kind: 'nothingInCommon', reason: `offered ${offered.join(', ')}, the backend speaks ${listed.join(', ')}` }
      : { kind: 'chosen', offer: [common, ...rest], announced: true }
  }
  if (agreed !== null && spoken.includes(agreed)) {
    return { kind: 'chosen', offer: [agreed, ...spoken.filter((version) => version !== agreed)], announced: true }
  }
  return { kind: 'askPrimary', offer: [first, ...others], announced: true }
}

/**
 * Reads a Sec-WebSocket-Protocol header leniently: empty elements and repeated names are dropped.
 * @param header the header's value, several headers joined by commas; undefined when there is none
 */
export function readOffer(header: string | undefined): string[] {
  if (header === undefined) return []
  const names = header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return [...new Set(names)]
}
