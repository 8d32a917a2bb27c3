// Numbers with their units.

/** Between a number and its unit: narrow, and no line breaks there. */
const GAP = '\u202F'

const counts = new Intl.NumberFormat('en-GB', { useGrouping: true })

/** "12 345", grouped narrowly. */
export function formatCount(value: number): string {
  return counts.format(value).replaceAll(',', GAP)
}

/** "7.2 kW", "0 W"; kilowatts from 1 kW. */
export function formatPower(watts: number): string {
  if (Math.abs(watts) < 1000) return `${Math.round(watts)}${GAP}W`
  const kilowatts = watts / 1000
  return `${kilowatts.toFixed(Math.abs(kilowatts) < 100 ? 1 : 0)}${GAP}kW`
}

/** "12.34 kWh", "480 Wh"; kilowatt hours from 1 kWh. */
export function formatEnergy(wattHours: number): string {
  if (Math.abs(wattHours) < 1000) return `${Math.round(wattHours)}${GAP}Wh`
  return `${(wattHours / 1000).toFixed(2)}${GAP}kWh`
}

/** "16 A". */
export function formatCurrent(amperes: number): string {
  return `${Number(amperes.toFixed(1))}${GAP}A`
}

/** "42 ms", "1.24 s", "12 s": a latency. */
export function formatLatency(ms: number): string {
  if (ms < 1000) return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)}${GAP}ms`
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)}${GAP}s` : `${Math.round(ms / 1000)}${GAP}s`
}

/** "118 bytes" of a text as it travels (UTF-8). */
export function formatBytes(text: string): string {
  const bytes = new TextEncoder().encode(text).length
  return bytes === 1 ? '1 byte' : `${formatCount(bytes)} bytes`
}
