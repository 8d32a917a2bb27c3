// What a failed handshake with a backend means: refused for a reason that lasts, or merely out of reach. The difference
// decides whether trying again soon makes sense, and what an operator is told (traps T15, W11).

import type { RefusalCause } from '../station/input.ts'

/** What the socket saw of a handshake that did not lead to a link. */
export type HandshakeFailure =
  /** The backend answered with another status than 101. */
  | { readonly kind: 'status'; readonly status: number }
  /** It answered 101 without a version, or with one that was not offered. */
  | { readonly kind: 'noVersion' }
  | { readonly kind: 'wrongVersion' }
  /** It answered 101 and broke the handshake otherwise. */
  | { readonly kind: 'badUpgrade' }
  /** No answer: the error's code as the system names it, such as ECONNREFUSED. */
  | { readonly kind: 'error'; readonly code: string | null; readonly message: string }
  | { readonly kind: 'timeout' }

export type HandshakeVerdict =
  | { readonly kind: 'refused'; readonly cause: RefusalCause; readonly status: number | null; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly status: number | null; readonly reason: string }

/** Statuses whose meaning is clear. Others below 500 are refusals of an unknown kind; 5xx come and go. */
const statusCauses: ReadonlyMap<number, RefusalCause | 'unreachable'> = new Map<number, RefusalCause | 'unreachable'>([
  [401, 'credentials'],
  [403, 'credentials'],
  [404, 'unknownStation'],
  [410, 'unknownStation'],
  [408, 'unreachable'],
  [425, 'unreachable'],
  [429, 'unreachable'],
])

/**
 * Error codes that tell of certificates. OpenSSL's alerts (ERR_SSL_…) come when the backend does not like ours; the
 * others when we do not like its.
 */
const certificateCode =
  /^(CERT_|ERR_TLS_CERT|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERR_(SSL|OSSL)_.*(CERT|UNKNOWN_CA|BAD_SIGNATURE|KEY_VALUES|HANDSHAKE_FAILURE|ALERT_DECRYPT_ERROR|ACCESS_DENIED))/

/**
 * Judges a failed handshake.
 * @returns refused with its cause, or unreachable
 */
export function judgeHandshake(failure: HandshakeFailure): HandshakeVerdict {
  switch (failure.kind) {
    case 'status': {
      const { status } = failure
      const cause = statusCauses.get(status) ?? (status < 500 ? 'other' : 'unreachable')
      const reason = `answered ${status}`
      return cause === 'unreachable'
        ? { kind: 'unreachable', status, reason }
        : { kind: 'refused', cause, status, reason }
    }
    case 'noVersion':
      return { kind: 'refused', cause: 'version', status: 101, reason: 'accepted none of the offered OCPP versions' }
    case 'wrongVersion':
      return { kind: 'refused', cause: 'version', status: 101, reason: 'chose an OCPP version that was not offered' }
    case 'badUpgrade':
      return { kind: 'refused', cause: 'other', status: 101, reason: 'answered with a broken WebSocket handshake' }
    case 'timeout':
      return { kind: 'unreachable', status: null, reason: 'no answer to the handshake in time' }
    case 'error': {
      const reason = failure.code === null ? failure.message : `${failure.code}: ${failure.message}`
      return failure.code !== null && certificateCode.test(failure.code)
        ? { kind: 'refused', cause: 'certificate', status: null, reason }
        : { kind: 'unreachable', status: null, reason }
    }
  }
}
