// Test bench of the folds: makes a plausible and sometimes wrong history of one station out of a list of numbers, so that
// a property test can draw, shrink and repeat it. Nothing in the product imports it.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { STATION } from '../journal/entry.ts'
import { History } from './history-rig.ts'

type Happening = (history: History, choice: number) => void

/** Every number picks something that happens and its details. */
export function randomHistory(ocpp: Subprotocol, choices: readonly number[], station?: string): History {
  const history = new History(ocpp, station)
  const happenings = ocpp === 'ocpp1.6' ? [...common, ...of16] : [...common, ...of2x]
  for (const choice of choices) happenings[choice % happenings.length]!(history, Math.floor(choice / happenings.length))
  return history
}

function meterValue(h: History, n: number) {
  const value = 1000 + (n % 50) * 10
  return [
    {
      timestamp: h.stamp((n % 7) * 1000),
      sampledValue: [
        { value: n % 2 === 0 ? value : String(value) },
        { value: String(n % 11_000), measurand: 'Power.Active.Import' },
      ],
    },
  ]
}

/** The position of a recent call, for something to refer to. */
function recent(h: History, n: number): number {
  return Math.max(1, h.entries.length - (n % 6))
}

const common: readonly Happening[] = [
  (h) => h.link(STATION, 'up', { remote: '10.0.0.1' }),
  (h, n) => h.link(STATION, 'down', { code: 1006, remote: n % 3 === 0 ? '10.0.0.2' : null }),
  (h, n) => h.link(n % 2 === 0 ? 'billing' : 'next', (['up', 'down', 'refused'] as const)[n % 3]!),
  (h) => h.call('Heartbeat', {}),
  (h, n) => h.answer(recent(h, n), { status: 'Accepted', transactionId: n % 5, idTagInfo: { status: 'Accepted' } }),
  (h, n) => h.answer(recent(h, n), {}, 'next'),
  (h, n) => {
    const state = (['dropped', 'quarantined', 'acknowledged', 'retried', 'owed'] as const)[n % 5]!
    h.put({
      kind: 'delivery',
      at: h.at,
      station: h.station,
      backend: 'billing',
      ref: recent(h, n),
      state,
      reason: null,
    })
  },
  (h, n) => {
    h.at += (n % 30) * 60_000
  },
  (h, n) => {
    const detail = { backend: 'billing', cause: 'version', ocpp: h.ocpp, n }
    h.put({ kind: 'fault', at: h.at, station: h.station, code: 'BB-LINK-001', text: 'refused', detail, ref: null })
  },
]

const of16: readonly Happening[] = [
  (h, n) => h.call('BootNotification', { chargePointVendor: `V${n % 3}`, chargePointModel: 'M' }),
  (h, n) =>
    h.call('StatusNotification', {
      connectorId: n % 3,
      errorCode: 'NoError',
      status: n % 2 === 0 ? 'Available' : 'Charging',
      timestamp: h.stamp(n % 9000),
    }),
  (h, n) =>
    h.call(
      'StartTransaction',
      {
        connectorId: 1 + (n % 2),
        idTag: `T${n % 3}`,
        meterStart: 1000 + (n % 4),
        timestamp: n % 3 === 0 ? '2026-03-01T00:00:00Z' : h.stamp(),
      },
      n % 9 === 0 ? null : 'billing',
    ),
  (h, n) =>
    h.call('MeterValues', { connectorId: 1 + (n % 2), transactionId: (n % 6) - 1, meterValue: meterValue(h, n) }),
  (h, n) =>
    h.call('StopTransaction', {
      transactionId: (n % 6) - 1,
      meterStop: 1000 + (n % 900),
      timestamp: n % 4 === 0 ? '2026-03-01T01:00:00Z' : h.stamp(),
      idTag: `T${n % 3}`,
    }),
  (h, n) => {
    const [original] = h.entries.slice(-1 - (n % 4))
    if (original?.entry.kind !== 'frame' || original.entry.from !== STATION || original.entry.type !== 'call') return
    h.frame({ action: original.entry.action, body: {}, to: 'next', ref: original.position })
  },
]

const of2x: readonly Happening[] = [
  (h, n) => h.call('BootNotification', { reason: 'PowerUp', chargingStation: { vendorName: `V${n % 3}`, model: 'M' } }),
  (h, n) =>
    h.call('StatusNotification', {
      timestamp: h.stamp(),
      connectorStatus: n % 2 === 0 ? 'Available' : 'Occupied',
      evseId: n % 3,
      connectorId: 1,
    }),
  (h, n) => {
    const payload = {
      eventType: (['Started', 'Updated', 'Updated', 'Ended'] as const)[n % 4],
      timestamp: h.stamp((n % 5) * 1000),
      triggerReason: 'Trigger',
      seqNo: n % 8,
      offline: n % 6 === 0,
      transactionInfo: { transactionId: `tx-${n % 3}`, chargingState: 'Charging' },
      ...(n % 2 === 0 ? { evse: { id: 1 + (n % 2), connectorId: 1 } } : {}),
      ...(n % 3 === 0 ? { meterValue: meterValue(h, n) } : {}),
    }
    h.call('TransactionEvent', payload)
  },
  (h, n) => h.call('MeterValues', { evseId: n % 3, meterValue: meterValue(h, n) }),
]
