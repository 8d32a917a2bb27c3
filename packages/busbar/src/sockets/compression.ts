// Compression of a leg (RFC 7692, traps T26, W8). OCPP 2.x wants it, 1.6 permits none, and `ws` keeps its buffers for the
// life of a link, so they are kept small: no context is carried from message to message, the window is 4 KiB instead of
// 32, and what is short is sent as it is.

import type { PerMessageDeflateOptions } from 'ws'

/** Window of 2^12 bytes: what the only compressing backend seen in the field asks for itself. */
const windowBits = 12

/** The settings of both sides; the limit of a frame's size holds for its inflated size too (`maxPayload`). */
export const boundedDeflate: PerMessageDeflateOptions = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: windowBits,
  // Messages below one kilobyte hardly get smaller.
  threshold: 1024,
  concurrencyLimit: 10,
  zlibDeflateOptions: { memLevel: 4, level: 6 },
}
