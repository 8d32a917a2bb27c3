// What a handshake that is refused gets to read. The connection ends with it; a station that goes on writing is cut off.

import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../system/clock.ts'

/** Long enough for the answer to arrive on a slow line. */
const lingerMs = 2_000

/**
 * Answers an upgrade request with an error and ends the connection.
 * @param retryAfterS seconds for a Retry-After header; null for none
 */
export function answerAndEnd(
  socket: Duplex,
  clock: Clock,
  status: number,
  reason: string,
  retryAfterS: number | null,
): void {
  if (socket.destroyed) return
  const body = `${reason}\n`
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  if (status === 401) head.push('WWW-Authenticate: Basic realm="OCPP", charset="UTF-8"')
  if (status === 426) head.push('Upgrade: websocket', 'Sec-WebSocket-Version: 13')
  if (retryAfterS !== null) head.push(`Retry-After: ${retryAfterS}`)
  const cancel = clock.after(lingerMs, () => socket.destroy())
  socket.once('close', cancel)
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // Unread bytes would turn the end into a reset that may overtake the answer.
  socket.resume()
}
