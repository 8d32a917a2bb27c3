// Charging profiles: which of them speaks at an instant, and what stays of it when several do.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import {
  changesBetween,
  compositeSchedule,
  installProfile,
  type LimitContext,
  limitAt,
  type Profile,
} from './charging-profile.ts'

const start = Date.parse('2026-03-02T08:00:00Z')
const hour = 3_600_000

const base: Profile = {
  id: 1,
  connector: 0,
  stack: 0,
  purpose: 'default',
  kind: 'absolute',
  everyMs: null,
  validFrom: null,
  validTo: null,
  transaction: null,
  startAt: start,
  durationMs: null,
  unit: 'A',
  periods: [{ start: 0, limit: 16, phases: null }],
  source: null,
}

const context: LimitContext = {
  connector: 1,
  volts: 230,
  phases: 3,
  maxA: 32,
  sessionStartedAt: start,
  transactions: ['T'],
  sharers: 1,
}

const ampsAt = (profiles: Profile[], at: number, place: LimitContext = context) => limitAt(profiles, place, at).amps

it('nothing limits but the outlet', () => {
  assert.deepEqual(limitAt([], context, start), { amps: 32, phases: 3 })
})

it('watts are spread over the phases of the outlet', () => {
  const profile: Profile = { ...base, unit: 'W', periods: [{ start: 0, limit: 11_040, phases: null }] }
  assert.equal(ampsAt([profile], start), 16)
})

it('a profile of the transaction replaces the default, the station limits both', () => {
  const own: Profile = {
    ...base,
    id: 2,
    purpose: 'transaction',
    connector: 1,
    transaction: 'T',
    periods: [{ start: 0, limit: 25, phases: null }],
  }
  const station: Profile = { ...base, id: 3, purpose: 'station', periods: [{ start: 0, limit: 20, phases: null }] }
  assert.equal(ampsAt([base, own], start), 25)
  assert.equal(ampsAt([base, own, station], start), 20)
  assert.equal(ampsAt([base, own, station], start, { ...context, sharers: 2 }), 10)
  assert.equal(ampsAt([base, { ...own, transaction: 'OTHER' }], start), 16)
})

it('the higher stack level speaks, and the lower one where the higher has nothing to say', () => {
  const high: Profile = {
    ...base,
    id: 2,
    stack: 5,
    validFrom: start + hour,
    validTo: start + 2 * hour,
    periods: [{ start: 0, limit: 8, phases: 1 }],
  }
  assert.equal(ampsAt([base, high], start), 16)
  assert.deepEqual(limitAt([base, high], context, start + hour), { amps: 8, phases: 1 })
  assert.equal(ampsAt([base, high], start + 2 * hour), 16)
})

it("a connector's own profile beats one for all of them", () => {
  const own: Profile = { ...base, id: 2, connector: 1, periods: [{ start: 0, limit: 9, phases: null }] }
  assert.equal(ampsAt([own, base], start), 9)
  assert.equal(ampsAt([own, base], start, { ...context, connector: 2 }), 16)
})

it('a daily profile comes again, a relative one begins with the session, a schedule ends with its duration', () => {
  const periods = [
    { start: 0, limit: 6, phases: null },
    { start: 3_600, limit: 12, phases: null },
  ]
  const daily: Profile = { ...base, kind: 'recurring', everyMs: 24 * hour, durationMs: 2 * hour, periods }
  for (const day of [0, 1, 30]) {
    assert.equal(ampsAt([daily], start + day * 24 * hour), 6)
    assert.equal(ampsAt([daily], start + day * 24 * hour + hour), 12)
    assert.equal(ampsAt([daily], start + day * 24 * hour + 2 * hour), 32)
  }
  const relative: Profile = { ...base, kind: 'relative', startAt: null, periods }
  assert.equal(ampsAt([relative], start + 2 * hour, { ...context, sessionStartedAt: start + 1.5 * hour }), 6)
  assert.equal(ampsAt([relative], start + 2 * hour, { ...context, sessionStartedAt: null }), 32)
})

it('a profile replaces the one with its id, and the one in its place', () => {
  const other = { ...base, id: 2 }
  assert.deepEqual(installProfile([base], other), [other])
  assert.deepEqual(installProfile([base], { ...other, stack: 1 }).length, 2)
  assert.deepEqual(installProfile([base], { ...base, stack: 1 }).length, 1)
})

const anyProfile: fc.Arbitrary<Profile> = fc
  .record({
    id: fc.nat(20),
    connector: fc.nat(1),
    stack: fc.nat(3),
    purpose: fc.constantFrom('station' as const, 'default' as const, 'transaction' as const),
    kind: fc.constantFrom('absolute' as const, 'relative' as const, 'recurring' as const),
    offset: fc.integer({ min: -100_000, max: 10_000 }),
    durationMs: fc.option(fc.integer({ min: 1_000, max: 20_000_000 })),
    unit: fc.constantFrom('A' as const, 'W' as const),
    lengths: fc.array(fc.record({ length: fc.integer({ min: 1, max: 3_000 }), limit: fc.nat(22_000) }), {
      minLength: 1,
      maxLength: 5,
    }),
  })
  .map(({ offset, lengths, ...rest }) => {
    let at = 0
    const periods = lengths.map(({ length, limit }) => {
      const period = { start: at, limit: rest.unit === 'A' ? limit % 40 : limit, phases: null }
      at += length
      return period
    })
    const everyMs = rest.kind === 'recurring' ? 24 * hour : null
    return { ...base, ...rest, everyMs, startAt: rest.kind === 'relative' ? null : start + offset * 1000, periods }
  })

it('between two changes a limit does not change, and a composite schedule never says less than the limit', () => {
  fc.assert(
    fc.property(fc.array(anyProfile, { maxLength: 6 }), fc.integer({ min: 0, max: 7_200 }), (profiles, second) => {
      const at = start + second * 1000
      const changes = changesBetween(profiles, context, start, start + 2 * hour)
      const before = [start, ...changes].findLast((change) => change <= at) ?? start
      assert.deepEqual(limitAt(profiles, context, at), limitAt(profiles, context, before))
      const schedule = compositeSchedule(profiles, context, start, 7_201)
      const said = schedule.findLast((period) => period.start <= second)
      assert.ok(said !== undefined && said.amps >= limitAt(profiles, context, at).amps)
    }),
    { numRuns: 300 },
  )
})
