// Reads single arguments of the command line: numbers, versions, times, durations, addresses. Each reader either gives the
// value or says what it would have taken; a wrong argument ends with exit code 2.

import { isSubprotocol, type Subprotocol, subprotocols } from '@busbar/ocpp/versions.ts'
import { InvalidArgumentError } from 'commander'
import { readDuration } from '../config/quantities.ts'
import { closest } from '../config/suggest.ts'

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^[0-9]+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}

/** A number above zero, with or without a fraction. */
export function factor(text: string): number {
  const value = Number(text)
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && value > 0) return value
  throw new InvalidArgumentError('It must be a number above 0.')
}

/** `1.6`, `2.0.1`, `2.1`, with or without `ocpp` in front. */
export function version(text: string): Subprotocol {
  const name = text.startsWith('ocpp') ? text : `ocpp${text}`
  if (isSubprotocol(name)) return name
  throw new InvalidArgumentError(`It must be one of ${subprotocols.map((each) => each.slice(4)).join(', ')}.`)
}

/** Versions separated by commas. */
export function versions(text: string): Subprotocol[] {
  return [...new Set(text.split(',').map((each) => version(each.trim())))]
}

/** Words separated by commas. */
export function words(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

/** `10s`, `5m`: in milliseconds. */
export function duration(text: string): number {
  const ms = readDuration(text)
  if (ms !== null) return ms
  throw new InvalidArgumentError('It must be a duration such as 10s or 5m.')
}

/** A URL with one of these schemes. */
export function urlOf(...schemes: readonly string[]): (text: string) => string {
  return (text) => {
    const scheme = URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : ''
    if (schemes.includes(scheme)) return text
    throw new InvalidArgumentError(
      `It must be a URL that begins with ${schemes.map((each) => `${each}:`).join(' or ')}.`,
    )
  }
}

/** One of some words. */
export function oneOf<Word extends string>(choices: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = choices.find((choice) => choice === text)
    if (found !== undefined) return found
    const meant = closest(text, choices)
    throw new InvalidArgumentError(
      `It must be one of ${choices.join(', ')}.${meant === null ? '' : ` Did you mean ${meant}?`}`,
    )
  }
}

/**
 * A point in time: RFC 3339 (a date alone is midnight UTC), or a duration such as `15m` for that long ago.
 * @param now wall clock in milliseconds
 */
export function pointInTime(now: () => number): (text: string) => string {
  return (text) => {
    const ago = readDuration(text)
    if (ago !== null) return new Date(now() - ago).toISOString()
    const zoned = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i.test(text)
    const at = zoned ? Date.parse(text.replace(' ', 'T')) : Number.NaN
    if (!Number.isNaN(at)) return new Date(at).toISOString()
    throw new InvalidArgumentError('It must be a time such as 2026-03-01T12:00:00Z, or 15m for that long ago.')
  }
}
