// The door before software that is not ours: `ocpp-rpc` as a station and as a backend, with the habits it has (quirks W8,
// W10, W11): it percent-encodes its identity, offers compression, and takes a 401 for the end.

import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { RPCClient, RPCServer } from 'ocpp-rpc'
import { account, backendSettings, openRig } from '../sockets/socket-rig.ts'

/** Its types want every option; its constructor has a default for each. */
type ClientOptions = ConstructorParameters<typeof RPCClient>[0]

function stationOf(endpoint: string, password: string, protocol: string): RPCClient {
  const options: Partial<ClientOptions> = {
    endpoint,
    identity: 'RPC:16',
    password,
    protocols: [protocol],
    reconnect: false,
  }
  return new RPCClient(options as ClientOptions)
}

test('LK1 LK5 LK17 a station of ocpp-rpc gets in with a colon in its name and a password', async () => {
  const accounts = [account('RPC:16', { password: 'secret: with a colon' })]
  await using rig = await openRig({ settings: { unknown: 'reject', accounts } })
  for (const [protocol, password] of [
    ['ocpp1.6', 'secret: with a colon'],
    ['ocpp2.0.1', 'secret: with a colon'],
    ['ocpp1.6', 'wrong'],
  ] as const) {
    const client = stationOf(rig.url, password, protocol)
    if (password === 'wrong') await assert.rejects(client.connect(), /Unauthorized/)
    else {
      await client.connect()
      const { arrival } = rig.engine.all('stationUp').at(-1)!
      assert.deepEqual([arrival.id, arrival.ocpp, arrival.profile], ['RPC:16', protocol, 1])
      client.call('Heartbeat', {}).catch(() => undefined)
      const seen = rig.engine.all('stationUp').length
      assert.match((await rig.engine.heard('stationFrame', seen)).text, /^\[2,".+","Heartbeat",\{\}\]$/)
      await client.close({ force: true })
    }
  }
})

test('LK3 LK13 LK23 LK25 a backend of ocpp-rpc sees the station with its own name and password', async () => {
  const backend = new RPCServer({ protocols: ['ocpp1.6', 'ocpp2.0.1'] })
  const seen: unknown[] = []
  backend.auth((accept, reject, handshake) => {
    seen.push([handshake.identity, handshake.password?.toString()])
    if (handshake.password?.toString() === 'of the station') accept()
    else reject(401, 'no')
  })
  const server = await backend.listen(0, '127.0.0.1')
  try {
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp`
    await using rig = await openRig({
      settings: { authenticate: 'backend' },
      backend: backendSettings(url, { password: { kind: 'station' } }),
    })
    rig.engine.onUp = (arrival) => arrival.dialled?.take(1, rig.engine)
    const station = (password: string) => stationOf(rig.url, password, 'ocpp2.0.1')
    const good = station('of the station')
    await good.connect()
    assert.equal((await rig.engine.heard('stationUp')).arrival.dialled?.ocpp, 'ocpp2.0.1')
    await assert.rejects(station('of somebody').connect(), /Unauthorized/)
    assert.deepEqual(seen, [
      ['RPC:16', 'of the station'],
      ['RPC:16', 'of somebody'],
    ])
    await good.close({ force: true })
  } finally {
    await backend.close({ force: true })
  }
})
