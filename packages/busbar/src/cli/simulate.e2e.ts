// `busbar simulate` on real sockets: stations of every version against a simulated backend, until both are told to stop.

import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { subprotocols } from '@busbar/ocpp/versions.ts'
import { type CapturedTerminal, capturedTerminal } from './captured-terminal.ts'
import { CommandFailure } from './failure.ts'
import type { SimulateBackendOptions, SimulateStationOptions } from './options.ts'
import { run } from './simulate.ts'
import type { Terminal } from './terminal.ts'

const opened: CapturedTerminal[] = []
// A test that fails must not leave its sockets open.
afterEach(() => {
  for (const terminal of opened.splice(0)) terminal.interrupt()
})

function watched() {
  const terminal = capturedTerminal()
  opened.push(terminal)
  return { told: terminal.written, terminal, stop: terminal.interrupt }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!holds()) {
    assert.ok(Date.now() < deadline, 'waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function backendOptions(terminal: Terminal, given: Partial<SimulateBackendOptions> = {}): SimulateBackendOptions {
  return {
    what: 'backend',
    listen: 'ws://127.0.0.1:0/ocpp',
    ocpp: subprotocols,
    behaviours: [],
    password: null,
    logLevel: 'info',
    terminal,
    ...given,
  }
}

function stationOptions(terminal: Terminal, given: Partial<SimulateStationOptions> = {}): SimulateStationOptions {
  return {
    what: 'station',
    url: 'ws://127.0.0.1:1',
    id: 'SIM',
    ocpp: 'ocpp1.6',
    count: 1,
    password: null,
    intervalMs: 60_000,
    speed: 60,
    ca: null,
    behaviours: [],
    seed: 1,
    logLevel: 'info',
    terminal,
    ...given,
  }
}

describe('busbar simulate', () => {
  for (const ocpp of subprotocols) {
    it(`lets stations of ${ocpp} charge at a backend and ends both with 0`, async () => {
      const backend = watched()
      const served = run(backendOptions(backend.terminal, { password: 'p', behaviours: ['slow:20'] }))
      await until(() => backend.told.out !== '')
      const [, url = ''] =
        /^busbar simulated backend ready (ws:\/\/127\.0\.0\.1:\d+\/ocpp)\n$/.exec(backend.told.out) ?? []
      const station = watched()
      const given = { url, ocpp, count: 2, password: 'p', behaviours: ['odd-json', 'numeric-ids'] }
      const simulated = run(stationOptions(station.terminal, given))
      await until(() => /SIM-[12]: CARD-\d\d begins to charge/.test(station.told.err))
      await until(() => /SIM-[12]: session .* began/.test(backend.told.err))
      station.stop()
      assert.equal(await simulated, 0)
      assert.equal(station.told.out, '')
      backend.stop()
      assert.equal(await served, 0)
      assert.match(backend.told.err, /received:\n +\d+ \w+/)
    })
  }

  it('sums up many stations instead of telling each', async () => {
    const backend = watched()
    const served = run(backendOptions(backend.terminal, { logLevel: 'warn' }))
    await until(() => backend.told.out !== '')
    const station = watched()
    const url = backend.told.out.trim().split(' ').at(-1) ?? ''
    const simulated = run(stationOptions(station.terminal, { url, count: 200 }))
    await until(() => station.told.err.includes('200 stations dial'))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    station.stop()
    assert.equal(await simulated, 0)
    assert.ok(!station.told.err.includes('SIM-1:'))
    backend.stop()
    assert.equal(await served, 0)
    assert.equal(backend.told.err, '')
  })

  it('refuses a behaviour it does not know, with those it knows', async () => {
    const { terminal } = watched()
    const refused = (name: string) => (failure: unknown) =>
      failure instanceof CommandFailure && failure.exitCode === 2 && failure.remedy.includes(name)
    await assert.rejects(run(stationOptions(terminal, { behaviours: ['polite'] })), refused('odd-json'))
    await assert.rejects(run(backendOptions(terminal, { behaviours: ['slow:soon'] })), refused('slow[:MILLISECONDS'))
  })

  it('says why it cannot listen', async () => {
    const first = watched()
    const served = run(backendOptions(first.terminal))
    await until(() => first.told.out !== '')
    const listen = first.told.out.trim().split(' ').at(-1) ?? ''
    await assert.rejects(
      run(backendOptions(watched().terminal, { listen })),
      (failure) => failure instanceof CommandFailure && failure.exitCode === 1 && /EADDRINUSE/.test(failure.message),
    )
    first.stop()
    assert.equal(await served, 0)
  })
})
