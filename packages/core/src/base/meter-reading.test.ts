import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newReading, type Reading, readSamples } from './meter-reading.ts'

function read(samples: unknown): Reading {
  const reading = newReading()
  readSamples(samples, reading)
  return reading
}

test('TW8 1.6: values are texts, kilo units count a thousand, phases are summed', () => {
  const reading = read([
    { value: '12.345', unit: 'kWh', measurand: 'Energy.Active.Import.Register' },
    { value: '2300.4', measurand: 'Power.Active.Import', phase: 'L1', unit: 'W' },
    { value: '2.3', measurand: 'Power.Active.Import', phase: 'L2', unit: 'kW' },
    { value: '2300', measurand: 'Power.Active.Import', phase: 'L3' },
    { value: '16', measurand: 'Current.Offered', unit: 'A', phase: 'L1' },
    { value: '10', measurand: 'Current.Offered', unit: 'A', phase: 'L2' },
    { value: '230', measurand: 'Voltage', unit: 'V' },
  ])
  assert.deepEqual(reading, { energyWh: 12_345, powerW: 6900, offeredA: 16, beginWh: null })
})

test('TW8 2.x: values are numbers, the unit has a power of ten, a total wins over phases', () => {
  const reading = read([
    { value: 12.5, unitOfMeasure: { unit: 'Wh', multiplier: 3 } },
    { value: 7180, measurand: 'Power.Active.Import' },
    { value: 1, measurand: 'Power.Active.Import', phase: 'L1' },
    { value: 1000, context: 'Transaction.Begin', measurand: 'Energy.Active.Import.Register' },
  ])
  assert.deepEqual(reading, { energyWh: 12_500, powerW: 7180, offeredA: null, beginWh: 1000 })
})

test('TW8 what is no number, not measured here, or another quantity says nothing', () => {
  const nothing = { energyWh: null, powerW: null, offeredA: null, beginWh: null }
  assert.deepEqual(read([{ value: 'OCMF|{}', format: 'SignedData' }]), nothing)
  assert.deepEqual(read([{ value: '5', location: 'EV' }]), nothing)
  assert.deepEqual(read([{ value: '' }, { value: 'NaN' }, { value: '1e300' }, {}, null, 7]), nothing)
  assert.deepEqual(read([{ value: '5', measurand: 'Energy.Active.Export.Register' }]), nothing)
})

test('TW2 any list of samples gives whole numbers or nothing', () => {
  const sample = fc.record(
    {
      value: fc.oneof(fc.string(), fc.double(), fc.jsonValue()),
      measurand: fc.constantFrom('Power.Active.Import', 'Energy.Active.Import.Register', 'Current.Offered', 3, null),
      phase: fc.constantFrom('L1', 'L2-N', 'L3', 'N', 5),
      unit: fc.constantFrom('kWh', 'KW', 'A', 7, {}),
      unitOfMeasure: fc.constantFrom({ unit: 'kWh', multiplier: 99 }, { multiplier: -3 }, null, 'x'),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.array(sample), fc.jsonValue()), (samples) => {
      for (const value of Object.values(read(samples))) assert.ok(value === null || Number.isInteger(value))
    }),
  )
})
