// A made-up site for developing and testing the console: stations of three versions with a past, and things that happen to
// them now. It speaks the shapes of the public API and nothing else; no part of the broker is in it.

import type { Backend } from '../src/api/backends.ts'
import type { Session } from '../src/api/sessions.ts'
import type { Connector, Station, StationBackend, Subprotocol } from '../src/api/stations.ts'
import type { TimelineEntry } from '../src/api/timeline.ts'

type Draft = TimelineEntry extends infer Entry
  ? Entry extends TimelineEntry
    ? Omit<Entry, 'position' | 'at' | 'station' | 'session'>
    : never
  : never

const makes = [
  ['ABL', 'eMH3', '1.8'],
  ['Alfen', 'Eve Double Pro', '6.5.1-4271'],
  ['Wallbe', 'Eco 2.0', '2.13.44'],
  ['Kempower', 'Satellite S-Series', '4.2.0'],
  ['Compleo', 'SOLO', '3.1.7'],
] as const
const versions: readonly Subprotocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp1.6', 'ocpp2.1']
const statuses = ['Charging', 'Available', 'Preparing', 'Charging', 'SuspendedEV', 'Available', 'Finishing', 'Faulted']

export class FakeWorld {
  readonly stations = new Map<string, Station>()
  readonly entries: TimelineEntry[] = []
  readonly sessions: Session[] = []
  backends: Backend[] = []
  readonly #listeners = new Set<(entry: TimelineEntry) => void>()
  #count = 0
  #messages = 0

  follow(listener: (entry: TimelineEntry) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Writes an entry and tells those who follow. `at`: milliseconds; default now. */
  write(station: string, draft: Draft, at: number = Date.now(), session: string | null = null): TimelineEntry {
    this.#count++
    const head = { position: this.#count, at: new Date(at).toISOString(), station, session }
    const entry = { ...head, ...draft } as TimelineEntry
    this.entries.push(entry)
    const known = this.stations.get(station)
    if (known !== undefined) this.stations.set(station, { ...known, lastSeen: head.at })
    for (const listener of this.#listeners) listener(entry)
    return entry
  }

  change(id: string, change: Partial<Station>): void {
    const station = this.stations.get(id)
    if (station !== undefined) this.stations.set(id, { ...station, ...change })
  }

  /** A call and its answer. `raw` texts are kept as they are. */
  exchange(options: {
    readonly station: string
    readonly action: string
    readonly payload: unknown
    readonly answer: unknown
    readonly text: string
    readonly at?: number
    readonly latencyMs?: number
    readonly from?: string
    readonly to?: string
    readonly raw?: string
    readonly findings?: readonly { code: string; path: string; detail: string }[]
    readonly redacted?: boolean
    readonly error?: string
  }): { readonly call: TimelineEntry; readonly answer: TimelineEntry } {
    const { station, action, payload, answer, text, latencyMs = 38 + (this.#messages % 7) * 6 } = options
    const at = options.at ?? Date.now()
    const { from = 'station', to = 'billing' } = options
    const messageId = `${(0x5f3a00 + ++this.#messages).toString(16)}-${action.slice(0, 4).toLowerCase()}`
    const common = { kind: 'frame' as const, messageId, action, ocpp: this.stations.get(station)?.ocpp ?? null }
    const call = this.write(
      station,
      {
        ...common,
        type: 'call',
        from,
        to,
        text: `${from === 'station' ? station : from} ${/Notification|MeterValues|Event/.test(action) ? 'told' : 'asked'} ${to === 'station' ? station : to}: ${action}${text}`,
        raw: options.raw ?? JSON.stringify([2, messageId, action, payload]),
        ...(options.findings === undefined ? {} : { findings: options.findings }),
        ...(options.redacted === true ? { redacted: true } : {}),
      },
      at,
    )
    const answered = this.write(
      station,
      {
        ...common,
        type: options.error === undefined ? 'result' : 'error',
        from: to,
        to: from,
        text: `${to === 'station' ? station : to} ${options.error === undefined ? 'answered' : 'refused'} ${action} after ${latencyMs} ms${options.error === undefined ? '' : `: ${options.error}`}`,
        raw: JSON.stringify(
          options.error === undefined ? [3, messageId, answer] : [4, messageId, options.error, '', {}],
        ),
        latencyMs,
        ref: call.position,
      },
      at + latencyMs,
    )
    return { call, answer: answered }
  }
}

/** A site with so many stations; the first fourteen have a past, the others only a state. */
export function makeWorld(count: number): FakeWorld {
  const world = new FakeWorld()
  const now = Date.now()
  for (let index = 0; index < count; index++) {
    const id = `DEPOT-${String(index + 1).padStart(count > 99 ? 4 : 2, '0')}`
    world.stations.set(id, makeStation(id, index, now))
  }
  for (const [index, station] of [...world.stations.values()].slice(0, 14).entries())
    writePast(world, station, index, now)
  const connected = [...world.stations.values()].filter((station) => station.connected).length
  const held = [...world.stations.values()]
    .flatMap((station) => station.backends)
    .filter((each) => each.name === 'next')
  world.backends = [
    {
      name: 'billing',
      url: 'wss://csms.example/ocpp',
      links: { up: connected, down: 0 },
      pending: 0,
      oldestPendingAt: null,
      acknowledged: 182_340,
      quarantined: 0,
      latencyMs: 42,
    },
    {
      name: 'next',
      url: 'wss://next.example/ocpp/v2',
      links: { up: 0, down: held.length },
      pending: held.reduce((sum, each) => sum + each.pending, 0),
      oldestPendingAt: new Date(now - 12 * 60_000).toISOString(),
      acknowledged: 64_018,
      quarantined: 3,
      latencyMs: 118,
    },
  ]
  return world
}

function makeStation(id: string, index: number, now: number): Station {
  const make = makes[index % makes.length] ?? makes[0]
  const isAway = index % 9 === 4
  const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString()
  const mirror: StationBackend = {
    name: 'next',
    role: 'mirror',
    link: 'down',
    ocpp: null,
    pending: 9 + (index % 5) * 17,
    oldestPendingAt: ago(720),
    acknowledged: 4012,
    quarantined: index === 3 ? 3 : 0,
  }
  return {
    id,
    site: 'depot-north',
    connected: !isAway,
    ocpp: versions[index % versions.length] ?? 'ocpp1.6',
    since: ago(isAway ? 840 : 3600 * (index + 2) + 312),
    lastSeen: ago(isAway ? 846 : index === 6 ? 1310 : 4 + index * 3),
    vendor: make[0],
    model: make[1],
    serial: `SN-${4410 + index}`,
    firmware: make[2],
    tags: index % 3 === 0 ? ['yard'] : [],
    connectors: makeConnectors(index, isAway, ago),
    backends: [
      {
        name: 'billing',
        role: 'primary',
        link: isAway ? 'down' : 'up',
        ocpp: isAway ? null : 'ocpp1.6',
        pending: 0,
        oldestPendingAt: null,
        acknowledged: 1812,
        quarantined: 0,
      },
      ...(index % 3 === 0 ? [mirror] : []),
    ],
  }
}

function makeConnectors(index: number, isAway: boolean, ago: (seconds: number) => string): Connector[] {
  const count = index % 7 === 3 ? 4 : 1 + (index % 2)
  return Array.from({ length: count }, (_, connector) => {
    const status = isAway ? 'Unavailable' : (statuses[(index + connector * 3) % statuses.length] ?? 'Available')
    const isCharging = status === 'Charging'
    return {
      evse: connector + 1,
      connector: connector + 1,
      status,
      errorCode: status === 'Faulted' ? 'GroundFailure' : 'NoError',
      since: ago(640 + index * 40),
      powerW: isCharging ? 7180 + index * 210 : 0,
      energyWh: 1_234_567 + index * 31_873,
      offeredA: isCharging ? 16 : null,
      session: isCharging ? `s-${index}-${connector}` : null,
    }
  })
}

const token = '04A2245A6F5E80'

function writePast(world: FakeWorld, station: Station, index: number, now: number): void {
  const { id } = station
  const start = now - 95 * 60_000 + index * 1000
  const minute = 60_000
  world.write(
    id,
    {
      kind: 'link',
      peer: 'station',
      state: 'up',
      code: null,
      reason: null,
      ocpp: station.ocpp,
      remote: `10.20.0.${31 + index}:51322`,
      profile: 1,
      text: `${id} connected with OCPP ${(station.ocpp ?? '').slice(4)} from 10.20.0.${31 + index}:51322, security profile 1`,
    },
    start,
  )
  world.write(
    id,
    {
      kind: 'link',
      peer: 'billing',
      state: 'up',
      code: null,
      reason: null,
      ocpp: station.ocpp,
      text: `The link to billing came up with OCPP ${(station.ocpp ?? '').slice(4)}`,
    },
    start + 41,
  )
  world.exchange({
    station: id,
    action: 'BootNotification',
    payload: { chargePointVendor: station.vendor, chargePointModel: station.model, firmwareVersion: station.firmware },
    answer: { status: 'Accepted', currentTime: new Date(start + 200).toISOString(), interval: 300 },
    text: ` as ${station.vendor} ${station.model}, firmware ${station.firmware}`,
    at: start + 160,
    latencyMs: 61,
  })
  world.exchange({
    station: id,
    action: 'StatusNotification',
    payload: { connectorId: 1, errorCode: 'NoError', status: 'Preparing' },
    answer: {},
    text: ' on connector 1: Preparing',
    at: start + 20 * minute,
  })
  world.exchange({
    station: id,
    action: 'Authorize',
    payload: { idTag: token },
    answer: { idTagInfo: { status: 'Accepted' } },
    text: ' with a token',
    at: start + 20 * minute + 2200,
    latencyMs: 84,
    redacted: true,
    raw: `[2,"5f3a-auth","Authorize",{"idTag":"tok_9f2c41"}]`,
  })
  world.exchange({
    station: id,
    action: 'StartTransaction',
    payload: { connectorId: 1, idTag: 'tok_9f2c41', meterStart: 1_230_100, timestamp: new Date(start).toISOString() },
    answer: { transactionId: 48_211 + index, idTagInfo: { status: 'Accepted' } },
    text: ' on connector 1 with a token, meter at 1230100 Wh',
    at: start + 20 * minute + 4100,
    latencyMs: 132,
  })
  for (let step = 0; step < 60; step++) {
    const at = start + 21 * minute + step * minute
    world.exchange({
      station: id,
      action: 'MeterValues',
      payload: meterValues(48_211 + index, 7180 + (step % 5) * 20, 1_230_100 + step * 120, at),
      answer: {},
      text: ` on connector 1: ${7180 + (step % 5) * 20} W, meter at ${1_230_100 + step * 120} Wh`,
      at,
      ...(step === 30
        ? {
            raw: `[2,"5f3b-mete","MeterValues",{"connectorId":1,"transactionId":${48_211 + index},"meterValue":[{"timestamp":"2026-03-01T12:30:00Z","sampledValue":[{"value":"7180.0","unit":"W","measurand":"Power.Active.Import","phase":null}]}],  "x-vendor":1.0}]`,
            findings: [
              {
                code: 'BB-FRAME-010',
                path: '/meterValue/0/sampledValue/0/phase',
                detail: 'phase is null and may only be left out or be one of L1, L2, L3',
              },
            ],
          }
        : {}),
    })
  }
  if (index % 3 === 0) writeTroubles(world, id, start + 82 * minute)
  world.exchange({
    station: id,
    action: 'SetChargingProfile',
    from: 'billing',
    to: 'station',
    payload: {
      connectorId: 1,
      csChargingProfiles: { chargingProfileId: 7, stackLevel: 0, chargingProfilePurpose: 'TxProfile' },
    },
    answer: { status: 'Accepted' },
    text: ' on connector 1: TxProfile at 16 A',
    at: start + 84 * minute,
    latencyMs: 312,
  })
  world.exchange({
    station: id,
    action: 'GetConfiguration',
    from: 'billing',
    to: 'station',
    payload: { key: ['HeartbeatInterval'] },
    answer: {},
    text: '',
    at: start + 85 * minute,
    latencyMs: 1840,
    ...(index % 4 === 1 ? { error: 'NotImplemented' } : {}),
  })
  world.exchange({
    station: id,
    action: 'Heartbeat',
    payload: {},
    answer: { currentTime: new Date(start + 90 * minute).toISOString() },
    text: '',
    at: start + 90 * minute,
  })
  for (let past = 0; past < 4; past++) world.sessions.push(makeSession(id, index, past, start))
}

function meterValues(transactionId: number, watts: number, wattHours: number, at: number) {
  return {
    connectorId: 1,
    transactionId,
    meterValue: [
      {
        timestamp: new Date(at).toISOString(),
        sampledValue: [
          { value: String(watts), measurand: 'Power.Active.Import', unit: 'W' },
          { value: String(wattHours), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
        ],
      },
    ],
  }
}

function writeTroubles(world: FakeWorld, id: string, at: number): void {
  world.write(
    id,
    {
      kind: 'link',
      peer: 'next',
      state: 'down',
      code: 1006,
      reason: null,
      ocpp: null,
      text: 'The link to next went down (1006)',
    },
    at,
  )
  const last = world.entries.findLast((entry) => entry.station === id && entry.kind === 'frame')
  world.write(
    id,
    {
      kind: 'delivery',
      backend: 'next',
      of: last?.position ?? 1,
      state: 'owed',
      reason: 'the backend is away',
      text: `Message ${last?.position ?? 1} is owed to next: the backend is away`,
    },
    at + 5,
  )
  world.write(
    id,
    {
      kind: 'decision',
      what: 'to keep the station',
      why: 'the route is resilient, and only a mirror is away',
      inputs: { mode: 'resilient', backend: 'next', role: 'mirror' },
      rule: null,
      text: 'Busbar decided to keep the station: the route is resilient, and only a mirror is away',
    },
    at + 6,
  )
  world.write(
    id,
    {
      kind: 'fault',
      code: 'BB-CLOCK-001',
      detail: { skewMs: 93_000 },
      text: `The clock of ${id} is 93 s behind`,
    },
    at + 2000,
  )
  world.write(
    id,
    {
      kind: 'frame',
      from: 'station',
      to: null,
      type: null,
      messageId: null,
      action: null,
      ocpp: 'ocpp1.6',
      raw: '[2,"77-1","Heartbeat",{]',
      text: `${id} sent a text that is no OCPP message; it was passed on to nobody`,
      findings: [{ code: 'BB-FRAME-001', path: '', detail: 'the text is not JSON' }],
    },
    at + 4000,
  )
}

function makeSession(id: string, index: number, past: number, start: number): Session {
  const began = start + 20 * 60_000 - past * 7 * 3_600_000
  return {
    id: `s-${index}-${past}`,
    station: id,
    evse: 1,
    connector: 1,
    token: 'tok_9f2c41',
    redacted: true,
    startedAt: new Date(began).toISOString(),
    stoppedAt: past === 0 ? null : new Date(began + 2.4 * 3_600_000).toISOString(),
    meterStartWh: 1_230_100 - past * 18_000,
    meterStopWh: past === 0 ? null : 1_243_900 - past * 18_000,
    energyWh: past === 0 ? 7200 : 13_800 + past * 211,
    reason: past === 0 ? null : past === 2 ? 'EVDisconnected' : 'Local',
    startedOffline: past === 3,
    transactionIds: { station: String(48_211 - past), billing: String(48_211 - past) },
    delivery: {
      billing: 'acknowledged',
      ...(index % 3 === 0 ? { next: past === 0 ? 'pending' : 'acknowledged' } : {}),
    },
  }
}
