// The OCPP versions Busbar carries, told apart by what differs on the wire and nowhere else. A version is named by its
// WebSocket subprotocol, because that is the only thing that decides it (OCPP-J errata 2025-01: never the URL path).

/** WebSocket subprotocol names of the versions Busbar speaks (IANA registry names). */
export type Subprotocol = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1'

/** What a message type number means in an envelope. `resultError` and `send` exist in 2.1 only. */
export type FrameType = 'call' | 'result' | 'error' | 'resultError' | 'send'

/** How one version's envelope differs from the others'. */
export interface WireRules {
  readonly subprotocol: Subprotocol
  /** The message types a peer of this version may send. */
  readonly frameTypes: ReadonlySet<FrameType>
  /** The name of the CALLERROR code for a payload that breaks the syntax of its action. */
  readonly formatError: 'FormationViolation' | 'FormatViolation'
  /** Whether RFC 7692 compression may be negotiated on a leg that speaks this version (trap T26). */
  readonly compression: boolean
  /** Longest station identity in characters (OCPP-J 1.6 sets none; 255 is our own bound). */
  readonly maxIdentityLength: number
}

const threeTypes: ReadonlySet<FrameType> = new Set<FrameType>(['call', 'result', 'error'])
const fiveTypes: ReadonlySet<FrameType> = new Set<FrameType>(['call', 'result', 'error', 'resultError', 'send'])

/** One row per version; a new version does not compile until its row is written. */
export const wireRules: Readonly<Record<Subprotocol, WireRules>> = {
  'ocpp1.6': {
    subprotocol: 'ocpp1.6',
    frameTypes: threeTypes,
    formatError: 'FormationViolation',
    compression: false,
    maxIdentityLength: 255,
  },
  'ocpp2.0.1': {
    subprotocol: 'ocpp2.0.1',
    frameTypes: threeTypes,
    formatError: 'FormatViolation',
    compression: true,
    maxIdentityLength: 48,
  },
  'ocpp2.1': {
    subprotocol: 'ocpp2.1',
    frameTypes: fiveTypes,
    formatError: 'FormatViolation',
    compression: true,
    maxIdentityLength: 48,
  },
}

/** Every version Busbar speaks, oldest first. */
export const subprotocols: readonly Subprotocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']

/**
 * Tells whether a name is a version Busbar speaks.
 * @param name a subprotocol name as offered or configured
 */
export function isSubprotocol(name: string): name is Subprotocol {
  return Object.hasOwn(wireRules, name)
}
