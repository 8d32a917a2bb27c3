// Charging profiles as a station obeys them: which of them speak at an instant, and what current they leave. Versions
// write profiles differently; the dialects read them into the one shape below. What a station meters is never above what
// `limitAt` says.

export type ProfilePurpose = 'station' | 'default' | 'transaction'

export interface ProfilePeriod {
  /** Seconds from the start of the schedule. */
  readonly start: number
  readonly limit: number
  /** On how many phases; null: what the outlet has. */
  readonly phases: number | null
}

export interface Profile {
  readonly id: number
  /** 0 is the station as a whole, or every connector for the purpose `default`. */
  readonly connector: number
  readonly stack: number
  readonly purpose: ProfilePurpose
  readonly kind: 'absolute' | 'recurring' | 'relative'
  /** Length of one recurrence in milliseconds (a day or a week); null when it does not recur. */
  readonly everyMs: number | null
  readonly validFrom: number | null
  readonly validTo: number | null
  /** The transaction it belongs to, as text; null: any. */
  readonly transaction: string | null
  readonly startAt: number | null
  readonly durationMs: number | null
  readonly unit: 'A' | 'W'
  readonly periods: readonly ProfilePeriod[]
  /** As it was received, for reports. */
  readonly source: unknown
}

/** What a profile needs to know of the place it is applied to. */
export interface LimitContext {
  readonly connector: number
  readonly volts: number
  readonly phases: number
  readonly maxA: number
  /** When the session began; null: none is running. */
  readonly sessionStartedAt: number | null
  /** Names the session goes by. */
  readonly transactions: readonly string[]
  /** How many connectors share the limit of the station. */
  readonly sharers: number
}

export interface Limit {
  /** Amperes per phase. */
  readonly amps: number
  readonly phases: number
}

/**
 * Adds a profile; it replaces one with the same id, or of the same purpose, place and stack level (1.6 section 5.16.3,
 * 2.x K01.FR.05).
 */
export function installProfile(profiles: readonly Profile[], added: Profile): Profile[] {
  const kept = profiles.filter(
    (profile) =>
      profile.id !== added.id &&
      !(
        profile.purpose === added.purpose &&
        profile.stack === added.stack &&
        profile.connector === added.connector &&
        profile.transaction === added.transaction
      ),
  )
  return [...kept, added]
}

/** The limit in force on a connector at an instant: the least of station, and of transaction or else default profiles. */
export function limitAt(profiles: readonly Profile[], context: LimitContext, at: number): Limit {
  let limit: Limit = { amps: context.maxA, phases: context.phases }
  const station = strongest(profiles, 'station', context, at)
  if (station !== null) {
    const shared = ampsOf(station, context)
    limit = tighter(limit, { amps: shared.amps / Math.max(1, context.sharers), phases: shared.phases })
  }
  const own = strongest(profiles, 'transaction', context, at) ?? strongest(profiles, 'default', context, at)
  return own === null ? limit : tighter(limit, ampsOf(own, context))
}

/** The instants after `from` and up to `to` at which a limit may change, in order. */
export function changesBetween(
  profiles: readonly Profile[],
  context: LimitContext,
  from: number,
  to: number,
): number[] {
  const instants = new Set<number>()
  for (const profile of profiles) {
    for (const edge of [profile.validFrom, profile.validTo]) if (edge !== null) instants.add(edge)
    const first = scheduleStart(profile, context, from)
    if (first === null) continue
    const repeats = profile.everyMs === null ? 0 : Math.min(Math.ceil((to - first) / profile.everyMs), 400)
    for (let turn = 0; turn <= repeats; turn += 1) {
      const start = first + turn * (profile.everyMs ?? 0)
      instants.add(start)
      for (const period of profile.periods) instants.add(start + period.start * 1000)
      if (profile.durationMs !== null) instants.add(start + profile.durationMs)
    }
  }
  return [...instants].filter((at) => at > from && at <= to).sort((a, b) => a - b)
}

/** One stretch of a composite schedule: seconds from its start and the limit that holds from there on. */
export interface CompositePeriod extends Limit {
  readonly start: number
}

/** What the profiles together allow from an instant on, as GetCompositeSchedule asks for it. */
export function compositeSchedule(
  profiles: readonly Profile[],
  context: LimitContext,
  from: number,
  seconds: number,
): CompositePeriod[] {
  const periods: CompositePeriod[] = []
  const instants = [from, ...changesBetween(profiles, context, from, from + seconds * 1000 - 1)]
  for (const at of instants) {
    const limit = limitAt(profiles, context, at)
    const last = periods.at(-1)
    if (last !== undefined && last.amps === limit.amps && last.phases === limit.phases) continue
    // Whole seconds, rounded so that the schedule never says less than the station may take at that instant.
    const falls = last !== undefined && limit.amps < last.amps
    const start = (falls ? Math.ceil : Math.floor)((at - from) / 1000)
    if (last !== undefined && last.start === start) periods.pop()
    periods.push({ start, ...limit })
  }
  return periods
}

function tighter(a: Limit, b: Limit): Limit {
  return { amps: Math.min(a.amps, b.amps), phases: Math.min(a.phases, b.phases) }
}

function ampsOf(found: { profile: Profile; period: ProfilePeriod }, context: LimitContext): Limit {
  const phases = Math.min(context.phases, found.period.phases ?? context.phases)
  const amps = found.profile.unit === 'A' ? found.period.limit : found.period.limit / (context.volts * context.phases)
  return { amps: Math.max(0, amps), phases }
}

/** The profile of a purpose with the highest stack level that has something to say; a connector's own beats a general one. */
function strongest(
  profiles: readonly Profile[],
  purpose: ProfilePurpose,
  context: LimitContext,
  at: number,
): { profile: Profile; period: ProfilePeriod } | null {
  let best: { profile: Profile; period: ProfilePeriod } | null = null
  for (const profile of profiles) {
    if (profile.purpose !== purpose) continue
    if (profile.connector !== 0 && profile.connector !== context.connector) continue
    const period = periodAt(profile, context, at)
    if (period === null) continue
    const higher =
      best === null ||
      profile.stack > best.profile.stack ||
      (profile.stack === best.profile.stack && profile.connector > best.profile.connector)
    if (higher) best = { profile, period }
  }
  return best
}

function periodAt(profile: Profile, context: LimitContext, at: number): ProfilePeriod | null {
  if (profile.validFrom !== null && at < profile.validFrom) return null
  if (profile.validTo !== null && at >= profile.validTo) return null
  if (profile.purpose === 'transaction') {
    if (context.sessionStartedAt === null) return null
    if (profile.transaction !== null && !context.transactions.includes(profile.transaction)) return null
  }
  const start = scheduleStart(profile, context, at)
  if (start === null || at < start) return null
  const elapsed = at - start
  if (profile.durationMs !== null && elapsed >= profile.durationMs) return null
  let current: ProfilePeriod | null = null
  for (const period of profile.periods) if (period.start * 1000 <= elapsed) current = period
  return current
}

/** When the schedule that covers `at` began; null when it cannot begin (a relative one without a session). */
function scheduleStart(profile: Profile, context: LimitContext, at: number): number | null {
  if (profile.kind === 'relative') return context.sessionStartedAt
  if (profile.startAt === null) return context.sessionStartedAt ?? Number.MIN_SAFE_INTEGER
  if (profile.everyMs === null || at < profile.startAt) return profile.startAt
  return profile.startAt + Math.floor((at - profile.startAt) / profile.everyMs) * profile.everyMs
}
