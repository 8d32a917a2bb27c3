import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STATION } from '../journal/entry.ts'
import { History } from './history-rig.ts'
import { foldStation, newTwin } from './twin.ts'
import { twinView } from './view.ts'

test('TW3 TW5 TW6 a twin in the words of the API', () => {
  const h = new History('ocpp1.6')
  h.link(STATION, 'up', { remote: '10.0.0.4' })
  h.link('billing', 'up')
  h.answer(h.call('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One' }), { status: 'Accepted' })
  for (const connectorId of [2, 0, 1])
    h.call('StatusNotification', { connectorId, status: 'Available', errorCode: 'NoError' })
  const twin = newTwin(h.station)
  for (const placed of h.entries) foldStation(twin, placed)
  assert.deepEqual(
    twinView(twin, (evse) => (evse === 2 ? 'S' : null)),
    {
      id: 'DEPOT-01',
      connected: true,
      ocpp: 'ocpp1.6',
      since: '2026-03-01T12:00:00.000Z',
      lastSeen: '2026-03-01T12:00:06.000Z',
      vendor: 'Acme',
      model: 'One',
      serial: null,
      firmware: null,
      status: 'Available',
      firmwareStatus: null,
      registration: 'Accepted',
      remote: '10.0.0.4',
      securityProfile: 1,
      clockSkewMs: null,
      connectors: [
        { ...connector(1), since: '2026-03-01T12:00:06.000Z', session: null },
        { ...connector(2), since: '2026-03-01T12:00:04.000Z', session: 'S' },
      ],
      backends: [{ name: 'billing', link: 'up', ocpp: 'ocpp1.6', acknowledged: 1, quarantined: 0 }],
    },
  )
  h.link('billing', 'down')
  h.link(STATION, 'down')
  for (const placed of h.entries) foldStation(twin, placed)
  assert.equal(twinView(twin, () => null).backends[0]?.link, 'off')
})

function connector(number: number) {
  return {
    evse: number,
    connector: number,
    status: 'Available',
    errorCode: 'NoError',
    chargingState: null,
    powerW: null,
    energyWh: null,
    offeredA: null,
  }
}
