// The stations' side over real sockets: who gets in, with which version, and what is refused how.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connect, connectIn, openBackend, openRig } from '../sockets/socket-rig.ts'

describe('a plain listener', () => {
  test('LK1 lets a station in and passes frames both ways unchanged', async () => {
    await using rig = await openRig()
    const ws = await connectIn(`${rig.url}/CS-1`)
    const { arrival } = await rig.engine.heard('stationUp')
    assert.equal(arrival.id, 'CS-1')
    assert.equal(arrival.ocpp, 'ocpp1.6')
    assert.equal(arrival.remote, '127.0.0.1')
    assert.equal(arrival.profile, 0)
    ws.send('[2,"1","Heartbeat",{ }]')
    assert.equal((await rig.engine.heard('stationFrame')).text, '[2,"1","Heartbeat",{ }]')
    const back = new Promise((resolve) => ws.once('message', (data, isBinary) => resolve([String(data), isBinary])))
    rig.engine.stations.get(arrival.epoch)?.send({ text: 'x', bytes: Buffer.from('[3,"1",{"a":1.0}]') })
    assert.deepEqual(await back, ['[3,"1",{"a":1.0}]', false])
    ws.close(1000, 'done')
    const down = await rig.engine.heard('stationDown')
    assert.deepEqual([down.epoch, down.code, down.reason], [arrival.epoch, 1000, 'done'])
  })

  test('LK2 dials the primary first when no version is known and hands the link over with its frames', async () => {
    await using backend = await openBackend((_request, accept) => {
      accept('ocpp2.0.1')
      backend.links[0]?.send('[2,"b","early",{}]')
    })
    const { backendSettings } = await import('../sockets/socket-rig.ts')
    await using rig = await openRig({ backend: backendSettings(backend.url) })
    rig.engine.onUp = (arrival) => {
      arrival.dialled?.take(41, rig.engine)
    }
    const arrival = await connect(`${rig.url}/CS-1`, { protocols: ['ocpp2.1', 'ocpp2.0.1'] })
    assert.equal(arrival.kind === 'in' && arrival.protocol, 'ocpp2.0.1')
    const frame = await rig.engine.heard('backendFrame')
    assert.deepEqual([frame.attempt, frame.text], [41, '[2,"b","early",{}]'])
  })
})
