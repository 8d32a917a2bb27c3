// Durations and sizes as people write them: a number and a unit, without a space. A bare number is refused, because
// nobody agrees whether 30 means seconds or milliseconds.

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

// Decimal and binary units side by side, as disks are sold in the first and memory in the second.
const sizeUnits = {
  B: 1,
  kB: 1000,
  KB: 1000,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const

/** What a duration looks like, for the JSON schema. */
export const durationPattern = '^(?<number>[0-9]+(\\.[0-9]+)?)(?<unit>ms|s|m|h|d|w)$'

/** What a size looks like, for the JSON schema. */
export const sizePattern = '^(?<number>[0-9]+(\\.[0-9]+)?)(?<unit>B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$'

function readQuantity(text: string, pattern: RegExp, units: Readonly<Record<string, number>>): number | null {
  const match = pattern.exec(text)?.groups
  const factor = units[match?.['unit'] ?? '']
  if (match === undefined || factor === undefined) return null
  const value = Math.round(Number(match['number']) * factor)
  return Number.isSafeInteger(value) ? value : null
}

/**
 * Reads `5ms`, `10s`, `5m`, `2h`, `30d`, `1w`.
 * @returns whole milliseconds, or null when the text is not a duration
 */
export function readDuration(text: string): number | null {
  return readQuantity(text, new RegExp(durationPattern), durationUnits)
}

/**
 * Reads `512B`, `64KiB`, `1MiB`, `20GB`.
 * @returns whole bytes, or null when the text is not a size
 */
export function readSize(text: string): number | null {
  return readQuantity(text, new RegExp(sizePattern), sizeUnits)
}

/**
 * Writes bytes for people, in binary units with at most one decimal.
 */
export function writeSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${Number(value.toFixed(value < 10 && unit > 0 ? 1 : 0))} ${units[unit]}`
}
