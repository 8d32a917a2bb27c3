// Every example's file, as it stands in the repository, on the real binary: a station charges through it, a stranger stays
// outside, and what its page promises about the loss of the backend is looked at.

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { ac22kW, familyCar } from '../packages/simulator/src/actors/car.ts'
import { startVirtualBackend, type VirtualBackend } from '../packages/simulator/src/virtual-backend.ts'
import { startVirtualStation } from '../packages/simulator/src/virtual-station.ts'
import { exampleText, type Running, startExample } from './rig.ts'

interface Visitor {
  readonly id: string
  readonly password: string
  readonly ocpp: Subprotocol
  readonly backend: string
  /** Password by which the backend knows it. */
  readonly knownBy: string
}

interface Story {
  readonly name: string
  readonly backends: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly stations: readonly Visitor[]
  /** Whether the station's link outlives that of its backend. */
  readonly stays: boolean
}

const secret = 'a password of enough characters'
const visitor = (id: string, backend: string, ocpp: Subprotocol = 'ocpp1.6'): Visitor => {
  return { id, password: secret, ocpp, backend, knownBy: secret }
}

const stories: readonly Story[] = [
  { name: 'one-cpms', backends: ['cpms'], stations: [visitor('DEPOT 01/A', 'cpms')], stays: true },
  {
    name: 'accounts-and-tls',
    backends: ['cpms'],
    environment: {
      BUSBAR_SUPPORT_TOKEN: 'token-of-the-support-desk',
      BUSBAR_OPS_TOKEN: 'token-of-the-operators',
      CPMS_PASSWORD: 'what the backend wants of all',
      EAST_01_PASSWORD: secret,
      EAST_02_PASSWORD: 'another password of its own',
    },
    stations: [{ ...visitor('EAST-01', 'cpms', 'ocpp2.0.1'), knownBy: 'what the backend wants of all' }],
    stays: true,
  },
  {
    name: 'two-depots',
    backends: ['north', 'south'],
    stations: [visitor('PILOT-01', 'north'), visitor('SOUTH-09', 'south', 'ocpp2.1')],
    stays: true,
  },
  { name: 'strict-relay', backends: ['cpms'], stations: [visitor('STATION-1', 'cpms')], stays: false },
]

test('every example has its story here', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  assert.deepEqual(folders.map(({ name }) => name).sort(), stories.map(({ name }) => name).sort())
})

for (const story of stories) {
  test(`the example ${story.name} carries charging sessions`, { timeout: 60_000 }, async () => {
    await using world = await openWorld(story)
    for (const each of story.stations) await chargeOnce(each, world.busbar)
    await refuseStrangers(story, world.busbar)
    await loseBackend(story, world)
  })
}

interface World extends AsyncDisposable {
  readonly busbar: Running
  readonly backends: ReadonlyMap<string, VirtualBackend>
}

async function openWorld(story: Story): Promise<World> {
  const backends = new Map<string, VirtualBackend>()
  const stopAll = async () => void (await Promise.all([...backends.values()].map((backend) => backend.stop())))
  try {
    for (const name of story.backends) {
      const known = new Map(story.stations.filter((each) => each.backend === name).map((e) => [e.id, e.knownBy]))
      const passwordOf = (identity: string) => known.get(identity) ?? null
      backends.set(name, await startVirtualBackend({ listen: 'ws://127.0.0.1:0/ocpp', passwordOf }))
    }
    const urls = Object.fromEntries([...backends].map(([name, { url }]) => [name, url]))
    const busbar = await startExample(exampleText(story.name), urls, story.environment ?? {})
    return {
      busbar,
      backends,
      async [Symbol.asyncDispose]() {
        await busbar[Symbol.asyncDispose]()
        await stopAll()
      },
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

interface Frame {
  readonly kind: string
  readonly from?: string
  readonly to?: string | null
  readonly action?: string | null
  readonly type?: string
  readonly peer?: string
  readonly state?: string
}

function switchOn(each: Visitor, busbar: Running, onNote: (text: string) => void = () => {}) {
  return startVirtualStation({
    url: busbar.stations,
    identity: each.id,
    password: each.password,
    ocpp: each.ocpp,
    tls: { ca: busbar.ca },
    outlets: [ac22kW],
    speed: 600,
    sampleMs: 180_000,
    reconnect: { minMs: 200, maxMs: 500 },
    onNote,
  })
}

/** A car comes, charges, and leaves; the session is in Busbar's books, and its messages went to the right backend. */
async function chargeOnce(each: Visitor, busbar: Running): Promise<void> {
  const station = switchOn(each, busbar)
  try {
    const card = { id: 'CARD-1', type: 'ISO14443' }
    await until(`${each.id} booted`, async () => (await timeline(each, busbar)).some(isAnswered('BootNotification')))
    station.tell({ kind: 'plugIn', connector: 1, car: familyCar })
    station.tell({ kind: 'present', connector: 1, token: card })
    await until(`${each.id} charges`, async () => (await sessions(each, busbar)).length > 0)
    await wait(500)
    station.tell({ kind: 'present', connector: 1, token: card })
    await until(`${each.id} has charged`, async () => {
      const [session] = await sessions(each, busbar)
      return session !== undefined && session.stoppedAt !== null
    })
    const frames = (await timeline(each, busbar)).filter(({ kind }) => kind === 'frame')
    assert.ok(frames.length > 8, `only ${frames.length} messages of ${each.id}`)
    for (const frame of frames) {
      assert.deepEqual(new Set([frame.from, frame.to]), new Set([each.backend, 'station']), JSON.stringify(frame))
    }
  } finally {
    await station.stop()
  }
}

/** Nobody gets in with a wrong password, or under a name nobody knows. */
async function refuseStrangers(story: Story, busbar: Running): Promise<void> {
  const [known] = story.stations
  assert.ok(known)
  const strangers = [
    { ...known, password: 'not the password of this one' },
    { ...known, id: 'STRANGER-7' },
  ]
  for (const stranger of strangers) {
    const notes: string[] = []
    const before = await connections(stranger, busbar)
    const station = switchOn(stranger, busbar, (text) => notes.push(text))
    try {
      await until(`${stranger.id} is refused`, async () => notes.some((note) => /40[14]/.test(note)))
    } finally {
      await station.stop()
    }
    assert.equal(await connections(stranger, busbar), before)
  }
}

/** What the page says of the loss of the backend. */
async function loseBackend(story: Story, world: World): Promise<void> {
  const [each] = story.stations
  assert.ok(each)
  const before = await connections(each, world.busbar)
  const station = switchOn(each, world.busbar)
  const links = async (peer: string, state: string) =>
    (await timeline(each, world.busbar)).filter((entry) => entry.peer === peer && entry.state === state).length
  try {
    await until(`${each.id} is back`, async () => (await connections(each, world.busbar)) > before)
    await until('its backend too', async () => (await links(each.backend, 'up')) > (await links(each.backend, 'down')))
    const lost = await links(each.backend, 'down')
    const fallen = await links('station', 'down')
    world.backends.get(each.backend)?.cutAll()
    await until('the backend is lost', async () => (await links(each.backend, 'down')) > lost)
    if (!story.stays) await until('the station falls', async () => (await links('station', 'down')) > fallen)
    await until(
      'the backend is back',
      async () => (await links(each.backend, 'up')) > (await links(each.backend, 'down')),
    )
    if (story.stays) assert.equal(await links('station', 'down'), fallen)
  } finally {
    await station.stop()
  }
}

const timeline = (each: Visitor, busbar: Running) => busbar.ask<Frame[]>('timeline', each.id, '--limit', '2000')
const sessions = (each: Visitor, busbar: Running) =>
  busbar.ask<{ readonly stoppedAt: string | null }[]>('sessions', '--station', each.id)
const isAnswered = (action: string) => (entry: Frame) => entry.action === action && entry.type === 'result'

async function connections(each: Visitor, busbar: Running): Promise<number> {
  const entries = await timeline(each, busbar).catch(() => [])
  return entries.filter(({ peer, state }) => peer === 'station' && state === 'up').length
}

async function until(what: string, holds: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited in vain: ${what}`)
    await wait(250)
  }
}
