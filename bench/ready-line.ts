// How the benchmark learns where a broker listens: one line on standard output, in the form that `busbar serve` prints,
// `… ready stations=ws://127.0.0.1:9000 api=http://127.0.0.1:9080`. The sink and the naive relay print it too, so that
// any command that does can stand in their place.

import type { WebSocketServer } from 'ws'

export interface ReadyLine {
  /** Where stations dial; the first one when several are named. */
  readonly stations: string
  /** null for brokers without an API. */
  readonly api: string | null
}

/** Reads a ready line; null when the line is none. */
export function parseReadyLine(line: string): ReadyLine | null {
  const stations = /\bready stations=(\S+)/.exec(line)?.[1]?.split(',')[0]
  if (stations === undefined) return null
  return { stations: stations.replace(/\/$/, ''), api: /\bapi=(\S+)/.exec(line)?.[1]?.replace(/\/$/, '') ?? null }
}

/** Host and port of a ws: URL to listen on. */
export function readListenUrl(text: string): { readonly host: string; readonly port: number } {
  const url = new URL(text)
  if (url.protocol !== 'ws:') throw new Error(`${text} is not a ws: address`)
  return { host: url.hostname, port: url.port === '' ? 80 : Number(url.port) }
}

/** Prints the ready line of a server that listens. */
export function sayReady(name: string, server: WebSocketServer): void {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  process.stdout.write(`${name} ready stations=ws://${address.address}:${address.port}\n`)
}
