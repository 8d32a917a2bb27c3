// Frames that the socket library gives no bytes for: it ends the link with an error and says why in the error's code
// (trap T27). Here the code becomes what the journal says of such a frame.

import type { FrameLoss } from '@busbar/core/station/input.ts'

/** A loss and the close code under which the link ends because of it. */
export interface FatalLoss {
  readonly loss: FrameLoss
  readonly closeCode: number
}

const byErrorCode: ReadonlyMap<string, { readonly what: FrameLoss['what']; readonly closeCode: number }> = new Map<
  string,
  { readonly what: FrameLoss['what']; readonly closeCode: number }
>([
  ['WS_ERR_INVALID_UTF8', { what: 'invalidUtf8', closeCode: 1007 }],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', { what: 'tooLarge', closeCode: 1009 }],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', { what: 'tooLarge', closeCode: 1009 }],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', { what: 'tooLarge', closeCode: 1008 }],
  ['WS_ERR_UNEXPECTED_RSV_1', { what: 'reservedBits', closeCode: 1002 }],
  ['WS_ERR_UNEXPECTED_RSV_2_3', { what: 'reservedBits', closeCode: 1002 }],
])

/**
 * Reads an error of the socket library.
 * @returns null when the error is not about a frame but about the network
 */
export function readFatalLoss(error: Error & { readonly code?: unknown }): FatalLoss | null {
  const code = error.code
  if (typeof code !== 'string') return null
  const known = byErrorCode.get(code)
  if (known !== undefined) {
    return { loss: { what: known.what, size: null, detail: `${error.message} (${code})` }, closeCode: known.closeCode }
  }
  // A compressed frame that cannot be inflated comes as an error of zlib.
  if (code.startsWith('Z_')) {
    return { loss: { what: 'malformed', size: null, detail: `${error.message} (${code})` }, closeCode: 1007 }
  }
  if (!code.startsWith('WS_ERR_')) return null
  return { loss: { what: 'malformed', size: null, detail: `${error.message} (${code})` }, closeCode: 1002 }
}

/** What is said of a binary frame: it is not OCPP, but no reason to end the link. */
export function binaryLoss(size: number): FrameLoss {
  return { what: 'binary', size, detail: `a binary frame of ${size} bytes` }
}
