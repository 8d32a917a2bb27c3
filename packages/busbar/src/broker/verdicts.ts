// The verdicts of backends about stations (`authenticate: backend`), remembered as keyed hashes so that a station which a
// backend let in before is let in while that backend is away.

import type { VerdictStore } from '../stations/credentials.ts'
import type { Installation } from './installation.ts'

const keyOf = (station: string, backend: string) => `verdict:${JSON.stringify([backend, station])}`

/** The durable store of verdicts. A verdict that is already known is not written again: stations reconnect in storms. */
export function durableVerdicts(installation: Installation): VerdictStore {
  return {
    get(station, backend) {
      const body = installation.get(keyOf(station, backend))
      return body === null ? null : Buffer.from(JSON.parse(body) as string, 'base64')
    },
    put(station, backend, hash) {
      const key = keyOf(station, backend)
      const body = JSON.stringify(Buffer.from(hash).toString('base64'))
      if (installation.get(key) !== body) installation.write(new Map([[key, body]]), [], [])
    },
    remove(station, backend) {
      const key = keyOf(station, backend)
      if (installation.get(key) !== null) installation.write(new Map(), [key], [])
    },
  }
}
