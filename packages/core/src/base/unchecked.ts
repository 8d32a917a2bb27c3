// Reading values nobody has checked: payloads come from stations of every kind, and a reader of the journal must never
// fall over one. Each function gives the value when it is what is asked for and null otherwise; texts are cut to a
// length, so that nothing a peer sends can grow our memory without bound.

/** A JSON object. Only ever read by names that no prototype has. */
export type Fields = Readonly<Record<string, unknown>>

/** The value as an object with fields, or null. */
export function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
}

const nothing: readonly unknown[] = []

/** The value as a list; anything else is an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : nothing
}

/**
 * The value as a text of at most `max` characters, or null. A longer one is cut, and the cut is a copy: a slice would
 * keep the whole text in memory.
 */
export function text(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return null
  return value.length <= max ? value : String(JSON.parse(JSON.stringify(value.slice(0, max))))
}

/** The value as a whole number from 0 to 2^31 - 1 (also when written as a text, trap T27), or null. */
export function ordinal(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 0x7fff_ffff ? number : null
}

/** JSON text of a parsed value, or null when it is longer than `max` characters or nested too deep to be written. */
export function written(value: unknown, max: number): string | null {
  try {
    const json = JSON.stringify(value)
    return typeof json === 'string' && json.length <= max ? json : null
  } catch {
    // JSON.parse reads any depth, JSON.stringify does not: such a value is none of ours.
    return null
  }
}
