// The log is for those who run the process: JSON lines on standard error, readable lines on a terminal. It is not the
// journal; nothing that matters afterwards is only here. Secrets are taken out by the names under which they travel, as a
// second net: nobody should hand one over in the first place.

import { type DestinationStream, destination, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Fields whose value is never written, at the top of a line and one level below. */
const secretNames = [
  'password',
  'token',
  'secret',
  'authorization',
  'Authorization',
  'cookie',
  'key',
  'credentials',
  'basicAuthPassword',
  'AuthorizationKey',
]

export interface LogOptions {
  readonly level: LogLevel
  /** Lines for people, with colours. */
  readonly pretty: boolean
  /** Where lines go; default standard error. */
  readonly stream?: DestinationStream
}

/**
 * Opens the log. Lines are written at once, so that the last one before an end is there.
 * @returns a pino logger; `child({station})` gives one that names a station on each line
 */
export function createLog(options: LogOptions): Logger {
  const standardError = () => destination({ dest: 2, sync: true })
  const stream =
    options.stream ??
    (options.pretty ? pretty({ destination: 2, sync: true, colorize: true, ignore: 'pid,hostname' }) : standardError())
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '«redacted»' },
    },
    stream,
  )
}

/** Whether lines for people are wanted: only where a person looks. */
export function wantsPretty(
  stderrIsTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return stderrIsTerminal && environment.BUSBAR_LOG !== 'json'
}
