// Times as stations and backends write them, and as we write them ourselves. `Date.parse` is not used: it reads a time
// without a zone in the zone of the machine it runs on, so the same journal would give another picture elsewhere. Real
// stations send every shape trap W16 lists: no zone, an hour-only zone, seven decimals, a leap second.

const DAY_MS = 86_400_000

/** Days from 1970-01-01 of a date of the Gregorian calendar (Hinnant's algorithm). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The number of `count` decimal digits at `index`, or NaN; past the end is not a digit. */
function digits(text: string, index: number, count: number): number {
  let value = 0
  for (let i = index; i < index + count; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const T = 0x54
const SPACE = 0x20
const DOT = 0x2e
const COLON = 0x3a

/**
 * Reads a date-time (RFC 3339 and the looser shapes of trap W16). A time without a zone counts as UTC.
 * @returns milliseconds since 1970 UTC, or NaN when it is none
 */
export function parseTimestamp(text: string): number {
  if (text.length < 16 || text.length > 48) return Number.NaN
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const between = text.charCodeAt(10) & ~0x20
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d || text.charCodeAt(13) !== COLON) return Number.NaN
  if (between !== T && between !== (SPACE & ~0x20)) return Number.NaN
  let index = 16
  let second = 0
  let fractionMs = 0
  if (text.charCodeAt(16) === COLON) {
    second = digits(text, 17, 2)
    index = 19
    if (text.charCodeAt(19) === DOT) {
      let scale = 100
      index = 20
      for (let digit = digits(text, index, 1); !Number.isNaN(digit); digit = digits(text, index, 1)) {
        fractionMs += digit * scale
        scale /= 10
        index++
      }
      fractionMs = Math.floor(fractionMs + 1e-6)
    }
  }
  // Written so that NaN fails every comparison. Second 60 is a leap second: the first instant of the next minute.
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 24 && minute <= 59 && second <= 60))
    return Number.NaN
  if (!(year >= 0)) return Number.NaN
  const offsetMinutes = zone(text, index)
  const days = daysFromCivil(year, month, day)
  return days * DAY_MS + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000 + fractionMs
}

/** Minutes east of UTC of the zone that ends a time: nothing, Z, +hh, +hhmm, +hh:mm; NaN for anything else. */
function zone(text: string, index: number): number {
  if (index === text.length) return 0
  const sign = text.charCodeAt(index)
  if ((sign | 0x20) === 0x7a) return index + 1 === text.length ? 0 : Number.NaN
  if (sign !== 0x2b && sign !== 0x2d) return Number.NaN
  const hours = digits(text, index + 1, 2)
  const rest = text.length - index - 3
  const minutes =
    rest === 0
      ? 0
      : rest === 2
        ? digits(text, index + 3, 2)
        : rest === 3 && text.charCodeAt(index + 3) === COLON
          ? digits(text, index + 4, 2)
          : Number.NaN
  if (!(hours <= 14 && minutes <= 59)) return Number.NaN
  return (sign === 0x2b ? 1 : -1) * (hours * 60 + minutes)
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/**
 * Writes an instant as the public API does: RFC 3339, UTC, milliseconds, `Z`.
 * @param ms milliseconds since 1970 UTC, of the years 0 to 9999; others are written as the nearest of these
 */
export function formatTimestamp(ms: number): string {
  const bounded = Math.min(Math.max(Math.floor(ms), -62_167_219_200_000), 253_402_300_799_999)
  const days = Math.floor(bounded / DAY_MS)
  const inDay = bounded - days * DAY_MS
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const time = `${padded(Math.floor(inDay / 3_600_000), 2)}:${padded(Math.floor(inDay / 60_000) % 60, 2)}:${padded(Math.floor(inDay / 1000) % 60, 2)}`
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T${time}.${padded(inDay % 1000, 3)}Z`
}
