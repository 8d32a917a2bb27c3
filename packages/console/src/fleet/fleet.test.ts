import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Connector, Station, StationBackend } from '../api/stations.ts'
import { connectorName, countLooks, lookOf } from './connector-look.ts'
import { countChips, filterStations, sortStations } from './fleet-filter.ts'
import { chips, type FleetView, readFleetSearch, sortKeys, viewOf, writeFleetView } from './fleet-search.ts'

const connector = (status: string | null, fields: Partial<Connector> = {}): Connector => ({
  evse: 1,
  connector: 1,
  status,
  errorCode: 'NoError',
  since: null,
  powerW: null,
  energyWh: null,
  offeredA: null,
  session: null,
  ...fields,
})
const backend = (link: StationBackend['link'], pending = 0): StationBackend => ({
  name: 'billing',
  role: 'primary',
  link,
  ocpp: null,
  pending,
  oldestPendingAt: null,
  acknowledged: 0,
  quarantined: 0,
})
const station = (id: string, fields: Partial<Station> = {}): Station => ({
  id,
  site: 's',
  connected: true,
  ocpp: 'ocpp1.6',
  since: null,
  lastSeen: null,
  vendor: 'ABL',
  model: 'eMH3',
  serial: null,
  firmware: '1.8',
  tags: [],
  connectors: [],
  backends: [],
  ...fields,
})
const view = (fields: Partial<FleetView> = {}): FleetView => ({
  text: '',
  chips: new Set(),
  sort: 'id',
  isDescending: false,
  ...fields,
})
const ids = (stations: readonly Station[]) => stations.map((each) => each.id)

const fleet = [
  station('D-10', { connectors: [connector('Charging', { powerW: 7000 })], backends: [backend('up')] }),
  station('D-2', { connected: false, backends: [backend('down', 4)] }),
  station('D-1', { vendor: 'Alfen', tags: ['yard'], backends: [backend('down', 9)] }),
  station('D-3', { connectors: [connector('Available', { powerW: 0 })], backends: [backend('refused')] }),
]

test('search finds words in identity, make, firmware, tags and backends', () => {
  assert.deepEqual(ids(filterStations(fleet, view({ text: 'alfen yard' }))), ['D-1'])
  assert.deepEqual(ids(filterStations(fleet, view({ text: 'D-1' }))), ['D-10', 'D-1'])
  assert.deepEqual(ids(filterStations(fleet, view({ text: 'nothing' }))), [])
})

test('chips narrow; connected and away together mean either', () => {
  const shown = (...wanted: (typeof chips)[number][]) => ids(filterStations(fleet, view({ chips: new Set(wanted) })))
  assert.deepEqual(shown('away'), ['D-2'])
  assert.deepEqual(shown('charging'), ['D-10'])
  assert.deepEqual(shown('backend-down'), ['D-1', 'D-3'])
  assert.deepEqual(shown('connected', 'away').length, 4)
  assert.deepEqual(shown('connected', 'charging'), ['D-10'])
})

test('a backend that is down because its station is away does not count as down', () => {
  assert.deepEqual(countChips(fleet), { connected: 3, away: 1, charging: 1, 'backend-down': 2 })
})

test('identities sort as people count; what is unknown comes last either way', () => {
  assert.deepEqual(ids(sortStations(fleet, view())), ['D-1', 'D-2', 'D-3', 'D-10'])
  assert.deepEqual(ids(sortStations(fleet, view({ sort: 'power', isDescending: true }))), ['D-10', 'D-3', 'D-1', 'D-2'])
  assert.deepEqual(ids(sortStations(fleet, view({ sort: 'power' }))), ['D-3', 'D-10', 'D-1', 'D-2'])
  assert.deepEqual(ids(sortStations(fleet, view({ sort: 'pending', isDescending: true }))), [
    'D-1',
    'D-2',
    'D-3',
    'D-10',
  ])
})

test('a view survives its URL', () => {
  const views = fc.record({
    text: fc.string(),
    chips: fc.subarray([...chips]).map((some) => new Set(some)),
    sort: fc.constantFrom(...sortKeys),
    isDescending: fc.boolean(),
  })
  fc.assert(
    fc.property(views, (original) => {
      const search = new URLSearchParams(writeFleetView(original) as Record<string, string>)
      assert.deepEqual(viewOf(readFleetSearch(Object.fromEntries(search))), { ...original })
    }),
  )
})

test('a URL with nonsense shows everything', () => {
  assert.deepEqual(readFleetSearch({ q: 5, show: 'x,,y', sort: '-nonsense' }), {})
})

test('a connector has a shape, a tone and a word for every status', () => {
  assert.deepEqual(lookOf(connector('Charging')), { glyph: 'charging', tone: 'good', word: 'Charging' })
  assert.deepEqual(lookOf(connector('Faulted', { errorCode: 'GroundFailure' })), {
    glyph: 'fault',
    tone: 'bad',
    word: 'Faulted, GroundFailure',
  })
  assert.deepEqual(lookOf(connector('Vendor-Thing')), { glyph: 'unknown', tone: 'plain', word: 'Vendor-Thing' })
  assert.deepEqual(lookOf(connector(null)).word, 'Not reported')
  assert.equal(lookOf(connector('Occupied', { chargingState: 'SuspendedEV' })).word, 'Paused by car')
  assert.equal(lookOf(connector('Occupied', { chargingState: 'Idle' })).word, 'Occupied')
})

test('connectors are named as stations number them', () => {
  assert.equal(connectorName({ evse: null, connector: 2 }), '2')
  assert.equal(connectorName({ evse: 2, connector: 2 }), '2')
  assert.equal(connectorName({ evse: 2, connector: 1 }), '2')
  assert.equal(connectorName({ evse: 1, connector: 2 }), '1.2')
})

test('many connectors are counted by status, the worst first', () => {
  const counts = countLooks([
    connector('Available'),
    connector('Faulted'),
    connector('Available'),
    connector('Charging'),
  ])
  assert.deepEqual(
    counts.map(({ look, count }) => `${count} ${look.word}`),
    ['1 Faulted', '1 Charging', '2 Available'],
  )
})
