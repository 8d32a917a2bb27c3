// The settings of a station that mean something to its machine, read and written as texts. Every version has them under
// names of its own (1.6 keys, 2.x component and variable); the dialects list those names against these rows.

import type { Station } from './station-state.ts'

export interface Setting {
  readonly read: (station: Station) => string
  /** Null: read-only. False: the value is not acceptable. */
  readonly write: ((station: Station, value: string) => boolean) | null
  readonly type: 'string' | 'integer' | 'boolean'
}

/** A number of whole units, kept in milliseconds. */
function seconds(read: (station: Station) => number, write: (station: Station, ms: number) => void): Setting {
  return {
    read: (station) => String(Math.round(read(station) / 1000)),
    write: (station, value) => {
      if (!/^\d{1,7}$/.test(value)) return false
      write(station, Number(value) * 1000)
      return true
    },
    type: 'integer',
  }
}

/** A value that never changes. */
export function fixed(value: string | ((station: Station) => string), type: Setting['type'] = 'string'): Setting {
  return { read: typeof value === 'string' ? () => value : value, write: null, type }
}

/** A value that is kept and has no effect. */
export function kept(name: string, initial: string, type: Setting['type'] = 'string'): Setting {
  return {
    read: (station) => station.values.get(name) ?? initial,
    write: (station, value) => {
      const fits = type === 'string' || (type === 'boolean' ? /^(true|false)$/i.test(value) : /^-?\d+$/.test(value))
      if (fits) station.values.set(name, value)
      return fits
    },
    type,
  }
}

export const heartbeatInterval = seconds(
  (station) => station.heartbeatMs,
  (station, ms) => {
    if (ms > 0) station.heartbeatMs = ms
  },
)

export const sampleInterval = seconds(
  (station) => station.sampleMs,
  (station, ms) => {
    station.sampleMs = ms
  },
)

export const messageTimeout = seconds(
  (station) => station.messageTimeoutMs,
  (station, ms) => {
    if (ms > 0) station.messageTimeoutMs = ms
  },
)

export const transactionRetryInterval = seconds(
  (station) => station.transactionRetryMs,
  (station, ms) => {
    station.transactionRetryMs = ms
  },
)

export const transactionAttempts: Setting = {
  read: (station) => String(station.transactionAttempts),
  write: (station, value) => {
    if (!/^[1-9]\d{0,2}$/.test(value)) return false
    station.transactionAttempts = Number(value)
    return true
  },
  type: 'integer',
}
