// Times as people read them: how long ago, and when exactly.

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** "12 s", "4 min", "3 h 10 min", "2 d 4 h": a duration in its two largest units. */
export function formatDuration(ms: number): string {
  const length = Math.max(0, ms)
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`
  const [large, small, largeName, smallName] = length < DAY ? [HOUR, MINUTE, 'h', 'min'] : [DAY, HOUR, 'd', 'h']
  const rest = Math.floor((length % large) / small)
  return `${Math.floor(length / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}

/** How long ago, "now" for the last two seconds; a time of a clock that runs ahead counts as now. */
export function formatAge(at: number, now: number): string {
  return now - at < 2 * SECOND ? 'now' : formatDuration(now - at)
}

/** A time of the API in milliseconds; null for none. */
export function millisecondsOf(time: string | null | undefined): number | null {
  if (time === null || time === undefined) return null
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? null : ms
}

const two = (value: number) => String(value).padStart(2, '0')

/** "14:03:22.418" in the reader's zone. */
export function formatClock(ms: number): string {
  const date = new Date(ms)
  const thousandths = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${thousandths}`
}

/** "2026-03-01" in the reader's zone. */
export function formatDay(ms: number): string {
  const date = new Date(ms)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** "2026-03-01 14:03:22" in the reader's zone. */
export function formatMoment(ms: number): string {
  return `${formatDay(ms)} ${formatClock(ms).slice(0, 8)}`
}
