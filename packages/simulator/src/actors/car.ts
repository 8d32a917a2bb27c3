// A car on a cable: how much current it wants at its state of charge. It ramps up in the first seconds, holds what it is
// offered, and tapers when the battery is nearly full, as the cars behind public charging records do.

/** What kind of outlet a connector is. AC currents are per phase; a DC outlet counts as one phase of its own voltage. */
export interface Rating {
  readonly kind: 'ac' | 'dc'
  readonly phases: 1 | 3
  /** Nominal voltage; what is metered stays at or a little below it, so that a limit in amperes and its equal in watts
   * are kept at the same time. */
  readonly volts: number
  readonly maxA: number
  /** Below this a car cannot charge at all (IEC 61851: 6 A). */
  readonly minA: number
}

export const ac22kW: Rating = { kind: 'ac', phases: 3, volts: 230, maxA: 32, minA: 6 }
export const ac11kW: Rating = { kind: 'ac', phases: 3, volts: 230, maxA: 16, minA: 6 }
export const ac7kW: Rating = { kind: 'ac', phases: 1, volts: 230, maxA: 32, minA: 6 }
export const dc50kW: Rating = { kind: 'dc', phases: 1, volts: 400, maxA: 125, minA: 1 }

export interface CarOptions {
  readonly capacityWh: number
  /** Percent at arrival and where it stops by itself. */
  readonly soc: number
  readonly targetSoc: number
  /** Most it draws per phase from an AC outlet, and on how many phases. */
  readonly maxA: number
  readonly phases: 1 | 3
  /** Most it draws from a DC outlet. */
  readonly maxDcA: number
  /** Whether the outlet learns the state of charge (always so on DC). */
  readonly tellsSoc: boolean
}

export interface Car {
  readonly options: CarOptions
  soc: number
}

export const familyCar: CarOptions = {
  capacityWh: 58_000,
  soc: 35,
  targetSoc: 80,
  maxA: 16,
  phases: 3,
  maxDcA: 250,
  tellsSoc: false,
}

/** A car that has just arrived. */
export function arrivedCar(options: CarOptions): Car {
  return { options, soc: options.soc }
}

/** Phases on which current flows between this car and this outlet. */
export function phasesUsed(car: Car, rating: Rating): 1 | 3 {
  return rating.kind === 'ac' && rating.phases === 3 && car.options.phases === 3 ? 3 : 1
}

/**
 * Current per phase that the car would draw if nothing else limited it.
 * @param seconds since power was switched on, in the car's own time
 */
export function wantedA(car: Car, rating: Rating, seconds: number): number {
  if (car.soc >= car.options.targetSoc) return 0
  const most = Math.min(rating.maxA, rating.kind === 'dc' ? car.options.maxDcA : car.options.maxA)
  // Ten seconds from the least to the most current; DC outlets and onboard chargers alike take about that.
  const ramped = rating.minA + ((most - rating.minA) * Math.min(Math.max(seconds, 0), 10)) / 10
  // From 80 % on a battery takes less and less; at 100 % a tenth.
  const tapered = car.soc <= 80 ? most : most * (1 - (0.9 * (car.soc - 80)) / 20)
  return Math.max(rating.minA, Math.min(ramped, tapered))
}
