// What a list of sampled values says about power, energy and the current offered, in whole watts, watt-hours and amperes.
// The versions write a sample differently in two places only (the value is a text in 1.6 and a number in 2.x; the unit
// stands beside it or in `unitOfMeasure` with a power of ten), so one tolerant reader serves all: stations mix them up.
// Everything else in the list is skipped after one look at its measurand, because this runs for every MeterValues.

import { type Fields, fields, list } from './unchecked.ts'

/** A reading; null where the samples say nothing. Filled anew by each `readSamples`, so that no call allocates one. */
export interface Reading {
  /** Power.Active.Import over all phases. */
  powerW: number | null
  /** Energy.Active.Import.Register, the newest of the list. */
  energyWh: number | null
  /** The same register in samples marked Transaction.Begin. */
  beginWh: number | null
  /** Current.Offered: the total, else the largest of the phases, because it is offered on each. */
  offeredA: number | null
}

/** An empty reading to hand to `readSamples`. */
export function newReading(): Reading {
  return { powerW: null, energyWh: null, beginWh: null, offeredA: null }
}

/** More samples than this in one element are not looked at; the fullest real ones have about sixty. */
const MAX_SAMPLES = 256
/** Larger magnitudes are garbage, and sums of smaller ones stay exact. */
const MAX_VALUE = 1e14

/** One measurand while its samples are read: what stands for all phases, or the phases one by one. */
interface Phases {
  total: number
  l1: number
  l2: number
  l3: number
}

const power: Phases = { total: 0, l1: 0, l2: 0, l3: 0 }
const energy: Phases = { total: 0, l1: 0, l2: 0, l3: 0 }
const begin: Phases = { total: 0, l1: 0, l2: 0, l3: 0 }
const offered: Phases = { total: 0, l1: 0, l2: 0, l3: 0 }

function clear(phases: Phases): void {
  phases.total = phases.l1 = phases.l2 = phases.l3 = Number.NaN
}

/** The list read last: the twin and the session read the same one, one after the other. */
let lastRead: unknown

/**
 * Reads the `sampledValue` list of one meter value.
 * @param samples the list as it came, of any type
 * @param into is filled with what it says
 */
export function readSamples(samples: unknown, into: Reading): void {
  if (samples !== lastRead || !Array.isArray(samples)) readAll(samples)
  into.powerW = summed(power)
  into.energyWh = summed(energy)
  into.beginWh = summed(begin)
  into.offeredA = largest(offered)
}

function readAll(samples: unknown): void {
  lastRead = samples
  clear(power)
  clear(energy)
  clear(begin)
  clear(offered)
  const items = list(samples)
  const count = Math.min(items.length, MAX_SAMPLES)
  for (let i = 0; i < count; i++) {
    const sample = fields(items[i])
    if (sample !== null) readSample(sample)
  }
}

function readSample(sample: Fields): void {
  const { measurand } = sample
  // Absent means the energy register (1.6 7.31, 2.x MeasurandEnumType).
  if (measurand === undefined || measurand === 'Energy.Active.Import.Register') {
    put(sample.context === 'Transaction.Begin' ? begin : energy, sample)
  } else if (measurand === 'Power.Active.Import') put(power, sample)
  else if (measurand === 'Current.Offered') put(offered, sample)
}

function put(phases: Phases, sample: Fields): void {
  // What the vehicle says of itself is not what the meter measured; a signed text is not a number.
  if (sample.location === 'EV' || sample.format === 'SignedData') return
  const value = amountOf(sample)
  if (!(value >= -MAX_VALUE && value <= MAX_VALUE)) return
  const { phase } = sample
  if (phase === undefined || phase === null) phases.total = value
  else if (phase === 'L1' || phase === 'L1-N') phases.l1 = value
  else if (phase === 'L2' || phase === 'L2-N') phases.l2 = value
  else if (phase === 'L3' || phase === 'L3-N') phases.l3 = value
}

/** The value in its base unit (W, Wh, A), or NaN. */
function amountOf(sample: Fields): number {
  const { value } = sample
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  const measure = sample.unitOfMeasure
  if (measure === undefined) return sample.unit === undefined ? number : number * factor(sample.unit)
  const of = fields(measure)
  if (of === null) return number
  const { multiplier } = of
  const exponent =
    typeof multiplier === 'number' && Number.isInteger(multiplier) && Math.abs(multiplier) <= 12 ? multiplier : 0
  return number * factor(of.unit) * 10 ** exponent
}

/** 1000 for the kilo units, in whatever letter case stations write them. */
function factor(unit: unknown): number {
  if (unit === 'Wh' || unit === 'W' || unit === 'A') return 1
  if (unit === 'kWh' || unit === 'kW') return 1000
  if (typeof unit !== 'string' || unit.length > 3) return 1
  const lower = unit.toLowerCase()
  return lower === 'kwh' || lower === 'kw' ? 1000 : 1
}

/** A whole number, or null when there was none; `+ 0` makes -0 plain, which JSON would otherwise change. */
function whole(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value) + 0
}

function orZero(value: number): number {
  return Number.isNaN(value) ? 0 : value
}

function summed(phases: Phases): number | null {
  const { total, l1, l2, l3 } = phases
  if (!Number.isNaN(total)) return whole(total)
  if (Number.isNaN(l1) && Number.isNaN(l2) && Number.isNaN(l3)) return null
  return whole(orZero(l1) + orZero(l2) + orZero(l3))
}

function largest(phases: Phases): number | null {
  const { total, l1, l2, l3 } = phases
  if (!Number.isNaN(total)) return whole(total)
  let most = l1
  if (Number.isNaN(most) || l2 > most) most = Number.isNaN(l2) ? most : l2
  if (Number.isNaN(most) || l3 > most) most = Number.isNaN(l3) ? most : l3
  return whole(most)
}
