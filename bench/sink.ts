// The backend at the far end: takes any station, answers every CALL at once or after a delay, and says nothing of its
// own. Runs as a process of its own, so that its cost is never counted as the broker's.
//
//   node bench/sink.ts [--listen ws://127.0.0.1:0] [--delay MS]

import { parseArgs } from 'node:util'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { readListenUrl, sayReady } from './ready-line.ts'

/** An interval no broker would make up: by it the swarm knows that a BootNotification was answered here. */
export const SINK_INTERVAL_S = 86_399

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}

/** The id of a CALL and its action; null for anything else. The usual spelling is read without JSON.parse. */
export function readCall(data: Buffer): { readonly id: string; readonly action: string } | null {
  const head = data.toString('latin1', 0, 120)
  const match = /^\[2,"([^"\\]*)","([^"\\]*)",/.exec(head)
  if (match !== null) return { id: match[1]!, action: match[2]! }
  const envelope: unknown = JSON.parse(data.toString())
  if (!Array.isArray(envelope) || envelope[0] !== 2) return null
  return { id: String(envelope[1]), action: String(envelope[2]) }
}

/** The payload that an action is answered with. */
export function answerTo(action: string, now: Date): string {
  switch (action) {
    case 'Heartbeat':
      return `{"currentTime":"${now.toISOString()}"}`
    case 'BootNotification':
      return `{"status":"Accepted","currentTime":"${now.toISOString()}","interval":${SINK_INTERVAL_S}}`
    default:
      return '{}'
  }
}

function serve(listenUrl: string, delayMs: number): void {
  const { host, port } = readListenUrl(listenUrl)
  const server = new WebSocketServer({
    host,
    port,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handleProtocols: (offered) => offered.values().next().value ?? false,
  })
  server.on('connection', (socket) => {
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => {
      const call = readCall(bytesOf(data))
      if (call === null) return
      const answer = `[3,${JSON.stringify(call.id)},${answerTo(call.action, new Date())}]`
      if (delayMs === 0) send(socket, answer)
      else setTimeout(send, delayMs, socket, answer)
    })
  })
  server.on('listening', () => sayReady('sink', server))
  // Started with a channel to the runner, the sink ends with it, however the runner ends.
  process.on('disconnect', () => process.exit())
}

function send(socket: WebSocket, answer: string): void {
  if (socket.readyState === socket.OPEN) socket.send(answer)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: 'ws://127.0.0.1:0' },
      delay: { type: 'string', default: '0' },
    },
  })
  serve(values.listen, Number(values.delay))
}
