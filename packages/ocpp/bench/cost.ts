// What one message costs: run `node packages/ocpp/bench/cost.ts`. Prints nanoseconds per operation, the best of seven
// rounds, since on a shared machine the others measure the neighbours.

import { readFrame } from '../src/read-frame.ts'
import { spliceId } from '../src/splice-frame.ts'
import { loadValidators, validate } from '../src/validate.ts'

const at = '2026-11-21T04:00:00.000Z'
const sampled = (measurand: string, unit: string, value: string): object => {
  return { value, context: 'Sample.Periodic', format: 'Raw', measurand, location: 'Outlet', unit }
}
const sampledValue = [
  sampled('Energy.Active.Import.Register', 'Wh', '1234567'),
  sampled('Power.Active.Import', 'W', '10843.50'),
  sampled('Current.Import', 'A', '15.70'),
  sampled('Voltage', 'V', '230.10'),
]
const meterValues = { connectorId: 1, transactionId: 170381, meterValue: [{ timestamp: at, sampledValue }] }
const transactionEvent = {
  eventType: 'Updated',
  timestamp: at,
  triggerReason: 'MeterValuePeriodic',
  seqNo: 17,
  transactionInfo: { transactionId: '6b1f6b0a-5b3c-4b51-9a5a-0f3c8a1f9b7e', chargingState: 'Charging' },
  evse: { id: 1, connectorId: 1 },
  idToken: { idToken: '04E2C9A2B35C80', type: 'ISO14443' },
  meterValue: [
    {
      timestamp: at,
      sampledValue: Array.from({ length: 8 }, (_, phase) => {
        const unitOfMeasure = { unit: 'A', multiplier: 0 }
        return {
          value: 15.7 + phase,
          context: 'Sample.Periodic',
          measurand: 'Current.Import',
          phase: 'L1',
          unitOfMeasure,
        }
      }),
    },
  ],
}

const id = '6b1f6b0a-5b3c-4b51-9a5a-0f3c8a1f9b7e'
const texts = {
  'Heartbeat 1.6': JSON.stringify([2, id, 'Heartbeat', {}]),
  'MeterValues 1.6': JSON.stringify([2, id, 'MeterValues', meterValues]),
  'TransactionEvent 2.0.1': JSON.stringify([2, id, 'TransactionEvent', transactionEvent]),
}

function nanoseconds(run: () => unknown): number {
  let best = Infinity
  let kept: unknown
  for (let round = 0; round < 7; round++) {
    const rounds = 100_000
    const start = performance.now()
    for (let turn = 0; turn < rounds; turn++) kept = run()
    best = Math.min(best, ((performance.now() - start) * 1e6) / rounds)
  }
  if (kept === undefined) throw new Error('nothing was measured')
  return Math.round(best)
}

for (const [name, text] of Object.entries(texts)) {
  const version = name.endsWith('1.6') ? 'ocpp1.6' : 'ocpp2.0.1'
  const validators = await loadValidators(version)
  const frame = readFrame(text)
  if (frame.type !== 'call') throw new Error(`${name} is no call`)
  const { action, payload } = frame
  if (validate(validators, 'request', action, payload) !== null) throw new Error(`${name} is not valid`)
  console.log(`${name}, ${Buffer.byteLength(text)} bytes`)
  console.log(`  JSON.parse alone  ${nanoseconds(() => JSON.parse(text))} ns`)
  console.log(`  readFrame         ${nanoseconds(() => readFrame(text))} ns`)
  console.log(`  validate          ${nanoseconds(() => validate(validators, 'request', action, payload))} ns`)
  console.log(`  spliceId          ${nanoseconds(() => spliceId(text, '"1"'))} ns`)
  const before = process.memoryUsage().heapUsed
  for (let turn = 0; turn < 100_000; turn++) validate(validators, 'request', action, payload)
  const allocated = (process.memoryUsage().heapUsed - before) / 100_000
  console.log(`  heap per validate ${allocated.toFixed(2)} bytes`)
}
