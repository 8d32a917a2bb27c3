// Decides whether a text is a date and time as RFC 3339 writes it. Nearly every OCPP payload carries one, so this reads
// characters instead of splitting strings: it allocates nothing. The generated validators contain a copy of it.

const daysInMonth: readonly number[] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const upperT = 0x54
const lowerT = 0x74
const upperZ = 0x5a
const lowerZ = 0x7a
const space = 0x20
const dash = 0x2d
const plus = 0x2b
const dot = 0x2e
const colon = 0x3a

/** The two digits at `at` as a number, or -1 when they are not two digits (also behind the end of the text). */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30
  const ones = text.charCodeAt(at + 1) - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

/** The first position at or after `at` that holds no digit. */
function digitsEnd(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++
  return at
}

function isDate(text: string): boolean {
  const century = twoDigits(text, 0)
  const yearOfCentury = twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (century < 0 || yearOfCentury < 0 || month < 1 || month > 12 || day < 1) return false
  if (text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash) return false
  const year = century * 100 + yearOfCentury
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (month === 2 && leap ? 29 : daysInMonth[month]!)
}

/** Minutes east of UTC of the zone that fills the text from `at` to its end, or null when there is no such zone. */
function zoneMinutes(text: string, at: number): number | null {
  const sign = text.charCodeAt(at)
  const left = text.length - at
  if (left === 1) return sign === upperZ || sign === lowerZ ? 0 : null
  if (sign !== plus && sign !== dash) return null
  const hours = twoDigits(text, at + 1)
  // ISO 8601 also writes +01 and +0100. RFC 3339 does not, but stations do, and common OCPP peers take it.
  const minutes =
    left === 3
      ? 0
      : left === 5
        ? twoDigits(text, at + 3)
        : left === 6 && text.charCodeAt(at + 3) === colon
          ? twoDigits(text, at + 4)
          : -1
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null
  return (sign === dash ? -1 : 1) * (hours * 60 + minutes)
}

/**
 * Tells whether a text is an RFC 3339 date-time: real calendar days only, `T`, `t` or a space between date and time, any
 * number of fraction digits, a zone that must be there (`Z`, `+01:00`; `+0100` and `+01` are accepted too). The second
 * 60 is accepted where a leap second can be: at 23:59 UTC.
 * @param text any text
 */
export function isDateTime(text: string): boolean {
  if (!isDate(text)) return false
  const separator = text.charCodeAt(10)
  if (separator !== upperT && separator !== lowerT && separator !== space) return false
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false
  if (text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon) return false
  let at = 19
  if (text.charCodeAt(at) === dot) {
    at = digitsEnd(text, 20)
    if (at === 20) return false
  }
  const zone = zoneMinutes(text, at)
  if (zone === null) return false
  if (second < 60) return true
  return (((hour * 60 + minute - zone) % 1440) + 1440) % 1440 === 1439
}
