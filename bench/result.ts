// What a scenario gives back: its figures, and a judgement for each quantity that has a bound. A bound that was measured
// under other conditions than its own (fewer stations, a smaller journal) is shown and not judged.

/** A quantity beside its bound. All bounds are upper ones. */
export interface Judgement {
  readonly quantity: string
  readonly unit: string
  /** null when it could not be measured. */
  readonly measured: number | null
  /** null: reported only. */
  readonly bound: number | null
  /** null: not judged. */
  readonly pass: boolean | null
}

export interface ScenarioResult {
  readonly scenario: string
  readonly title: string
  readonly figures: Readonly<Record<string, unknown>>
  readonly bounds: readonly Judgement[]
  /** false as soon as one bound is missed. */
  readonly pass: boolean
  readonly notes: readonly string[]
}

/**
 * Judges a quantity.
 * @param measured NaN when it could not be measured, which misses any bound, comparable or not
 * @param bound null: reported only
 * @param comparable false when the conditions are not those of the bound
 */
export function judge(
  quantity: string,
  unit: string,
  measured: number,
  bound: number | null,
  comparable = true,
): Judgement {
  const known = Number.isFinite(measured)
  return {
    quantity,
    unit,
    measured: known ? measured : null,
    bound,
    pass: bound === null ? null : !known ? false : comparable ? measured <= bound : null,
  }
}

/** Puts a result together; it passes when no judgement failed. */
export function result(
  scenario: string,
  title: string,
  figures: Readonly<Record<string, unknown>>,
  bounds: readonly Judgement[],
  notes: readonly string[],
): ScenarioResult {
  return { scenario, title, figures, bounds, pass: bounds.every(({ pass }) => pass !== false), notes }
}

/** A scenario that could not be carried out: failed, with the reason as a note. */
export function failed(scenario: string, title: string, why: string): ScenarioResult {
  return { scenario, title, figures: {}, bounds: [], pass: false, notes: [why] }
}
