// The yardstick: the relay that anybody would write in an afternoon on `ws`. Every frame is parsed and stringified each
// way, nothing is recorded, and each station has one connection to the backend. Busbar's cost is given as a multiple of
// this one's, because ratios survive a change of machine and absolute figures do not.
//
//   node bench/naive-relay.ts --backend ws://127.0.0.1:8180 [--listen ws://127.0.0.1:0]

import { parseArgs } from 'node:util'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { readListenUrl, sayReady } from './ready-line.ts'

/** Parsed and stringified. `ws` gives Buffers unless told otherwise. */
function throughJson(data: RawData): string {
  return JSON.stringify(JSON.parse((data as Buffer).toString()))
}

function relay(backend: string, listenUrl: string): void {
  const { host, port } = readListenUrl(listenUrl)
  const server = new WebSocketServer({
    host,
    port,
    handleProtocols: (offered) => offered.values().next().value ?? false,
  })
  server.on('connection', (station, request) => {
    const upstream = new WebSocket(backend + (request.url ?? '/'), station.protocol, { perMessageDeflate: false })
    const early: string[] = []

    station.on('message', (data: RawData) => {
      const text = throughJson(data)
      if (upstream.readyState === WebSocket.OPEN) upstream.send(text)
      else early.push(text)
    })
    upstream.on('open', () => {
      for (const text of early.splice(0)) upstream.send(text)
    })
    upstream.on('message', (data: RawData) => station.send(throughJson(data)))

    station.on('close', () => upstream.terminate())
    upstream.on('close', () => station.terminate())
    station.on('error', () => station.terminate())
    upstream.on('error', () => upstream.terminate())
  })
  server.on('listening', () => sayReady('naive relay', server))
  process.on('SIGTERM', () => process.exit())
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { backend: { type: 'string' }, listen: { type: 'string', default: 'ws://127.0.0.1:0' } },
  })
  if (values.backend === undefined) {
    process.stderr.write('naive-relay: --backend ws://HOST:PORT is needed\n')
    process.exit(2)
  }
  relay(values.backend.replace(/\/$/, ''), values.listen)
}
