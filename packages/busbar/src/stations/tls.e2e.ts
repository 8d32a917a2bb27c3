// Security profiles 2 and 3 over real TLS: which certificate is shown to whom, who is let in with one, and how fresh files
// come into force while stations stay.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { type Authority, createAuthority, type Issued } from '../sockets/authority-rig.ts'
import { account, basic, connect, connectIn, openRaw, openRig, plainListener, until } from '../sockets/socket-rig.ts'
import { systemClock } from '../system/clock.ts'

let folder: string
let authority: Authority
let stations: Authority
let ecdsa: Issued
let rsa: Issued

function put(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-tls-'))
  authority = await createAuthority('Test Server CA')
  stations = await createAuthority('Test Station CA')
  ecdsa = await authority.issue('CN=localhost, O=Depot')
  rsa = await authority.issue('CN=localhost, O=Depot', { kind: 'rsa' })
})
after(() => rmSync(folder, { recursive: true }))

function secureListener(more: Parameters<typeof plainListener>[0] = {}, names = 'server') {
  const tls = {
    cert: [put(`${names}-ec.pem`, ecdsa.cert), put(`${names}-rsa.pem`, rsa.cert)],
    key: [put(`${names}-ec.key`, ecdsa.key), put(`${names}-rsa.key`, rsa.key)],
  }
  return plainListener({ url: 'wss://127.0.0.1:0', tls, ...more })
}

/** A bare TLS handshake. */
function shake(url: string, options: ConnectionOptions): Promise<TLSSocket | Error> {
  return new Promise((resolve) => {
    const socket = connectTls(
      { host: '127.0.0.1', port: Number(new URL(url).port), ca: authority.ca, servername: 'localhost', ...options },
      () => resolve(socket),
    )
    socket.on('error', resolve)
  })
}

describe('profile 2', () => {
  test('LK4 LK27 password over TLS', async () => {
    const accounts = [account('CS-1', { password: 'correct horse battery' })]
    await using rig = await openRig({ listeners: [secureListener()], settings: { unknown: 'reject', accounts } })
    assert.match(rig.url, /^wss:\/\/127\.0\.0\.1:\d+$/)
    const tls = { ca: authority.ca }
    const ws = await connectIn(`${rig.url}/CS-1`, { authorization: basic('CS-1', 'correct horse battery'), tls })
    assert.equal((await rig.engine.heard('stationUp')).arrival.profile, 2)
    ws.send('[2,"1","Heartbeat",{}]')
    await rig.engine.heard('stationFrame')
    const wrong = await connect(`${rig.url}/CS-1`, { authorization: basic('CS-1', 'wrong'), tls })
    assert.equal(wrong.kind === 'refused' && wrong.status, 401)
  })

  test('LK27 every cipher the specification asks for, with the certificate that goes with it; nothing below 1.2', async () => {
    await using rig = await openRig({ listeners: [secureListener()] })
    for (const [cipher, kind] of [
      ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ec'],
      ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ec'],
      ['AES128-GCM-SHA256', 'rsa'],
      ['AES256-GCM-SHA384', 'rsa'],
      ['ECDHE-RSA-AES128-GCM-SHA256', 'rsa'],
    ] as const) {
      const socket = await shake(rig.url, { ciphers: cipher, maxVersion: 'TLSv1.2' })
      assert.ok(!(socket instanceof Error), `${cipher}: ${socket}`)
      assert.equal(socket.getCipher().name, cipher)
      assert.equal(socket.getPeerCertificate().asn1Curve === undefined ? 'rsa' : 'ec', kind)
      socket.destroy()
    }
    const modern = await shake(rig.url, {})
    assert.equal(!(modern instanceof Error) && modern.getProtocol(), 'TLSv1.3')
    if (!(modern instanceof Error)) modern.destroy()
    const old = await shake(rig.url, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' })
    assert.ok(old instanceof Error)
    const { refusal } = await rig.engine.heard('refused')
    assert.deepEqual([refusal.status, refusal.code], [null, 'BB-LINK-030'])
  })

  test('LK22 a TLS handshake that stalls does not keep others out', async () => {
    await using rig = await openRig({ listeners: [secureListener()] })
    using stalled = openRaw(rig.url.replace('wss', 'ws'))
    stalled.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]))
    assert.equal((await connect(`${rig.url}/CS-1`, { tls: { ca: authority.ca } })).kind, 'in')
  })

  test('LK19 life and silence are told apart under TLS too', async () => {
    await using rig = await openRig({ listeners: [secureListener()], settings: { pingEveryMs: 60 } })
    const tls = { ca: authority.ca }
    const ponging = await connectIn(`${rig.url}/PONGS`, { tls })
    await connectIn(`${rig.url}/MUTE`, { tls, autoPong: false })
    assert.equal((await rig.engine.heard('stationDown')).id, 'MUTE')
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(ponging.readyState, 1)
  })

  test('LK27 a session is resumed, after a restart too', async () => {
    const listeners = [secureListener()]
    let session: Buffer | undefined
    for (const round of [1, 2]) {
      await using rig = await openRig({ listeners })
      const socket = await shake(rig.url, { maxVersion: 'TLSv1.2', session })
      assert.ok(!(socket instanceof Error))
      assert.equal(socket.isSessionReused(), round === 2)
      session = socket.getSession()
      socket.destroy()
    }
  })
})

describe('profile 3', () => {
  const listener = () => secureListener({ clientCa: put('stations-ca.pem', stations.ca), cpoName: 'Depot North' })
  const accounts = [
    account('CS-1', { serial: 'SN-0001' }),
    account('CS-2', { serial: 'SN-0002', password: 'has one too' }),
  ]

  test('LK7 the right certificate lets in, and its serial is handed on', async () => {
    await using rig = await openRig({ listeners: [listener()], settings: { unknown: 'reject', accounts } })
    for (const kind of ['ecdsa', 'rsa'] as const) {
      const mine = await stations.issue('CN=SN-0001, O=Depot North', { kind })
      const ws = await connectIn(`${rig.url}/CS-1`, { tls: { ca: authority.ca, ...mine } })
      const { arrival } = rig.engine.all('stationUp').at(-1)!
      assert.deepEqual([arrival.profile, arrival.certificateSerial], [3, 'SN-0001'])
      ws.terminate()
    }
  })

  test('LK7 a resumed session still shows its certificate', async () => {
    await using rig = await openRig({ listeners: [listener()], settings: { unknown: 'reject', accounts } })
    const mine = await stations.issue('CN=SN-0001, O=Depot North')
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      let session: Buffer | undefined
      const tls = {
        ca: authority.ca,
        ...mine,
        maxVersion,
        createConnection: (options: ConnectionOptions & { path?: string | undefined }) => {
          const socket = connectTls({ ...options, path: undefined, servername: '', session } as ConnectionOptions)
          socket.on('session', (fresh) => {
            session = fresh
          })
          return socket
        },
      }
      for (let round = 0; round < 2; round++) {
        const ws = await connectIn(`${rig.url}/CS-1`, { tls })
        await until(() => session !== undefined, 'a session')
        ws.terminate()
        assert.equal(rig.engine.all('stationUp').at(-1)?.arrival.profile, 3)
      }
    }
  })

  test('LK7 any other certificate is refused with the reason', async () => {
    await using rig = await openRig({ listeners: [listener()], settings: { unknown: 'accept', accounts } })
    const stranger = await createAuthority('Somebody Else')
    const rows: readonly (readonly [string, string, Partial<Issued>, RegExp])[] = [
      ['none', 'CS-1', {}, /no client certificate/],
      ['wrong O', 'CS-1', await stations.issue('CN=SN-0001, O=Another CPO'), /organisation/],
      ['no O', 'CS-1', await stations.issue('CN=SN-0001'), /organisation/],
      ['wrong CN', 'CS-1', await stations.issue('CN=SN-0009, O=Depot North'), /another station/],
      ['identity as CN', 'CS-1', await stations.issue('CN=CS-1, O=Depot North'), /another station/],
      ['of another account', 'NEW-1', await stations.issue('CN=SN-0001, O=Depot North'), /another station/],
      ['expired', 'CS-1', await stations.issue('CN=SN-0001, O=Depot North', { days: -1 }), /expired/],
      ['other authority', 'CS-1', await stranger.issue('CN=SN-0001, O=Depot North'), /not trusted/],
      ['the server’s authority', 'CS-1', await authority.issue('CN=SN-0001, O=Depot North'), /not trusted/],
    ]
    for (const [name, id, presented, reason] of rows) {
      const arrival = await connect(`${rig.url}/${id}`, { tls: { ca: authority.ca, ...presented } })
      assert.ok(arrival.kind === 'refused', `${name}: ${JSON.stringify(arrival)}`)
      assert.equal(arrival.status, 401, name)
      assert.match(arrival.body, reason, name)
      const { refusal } = rig.engine.all('refused').at(-1)!
      assert.deepEqual([refusal.id, refusal.code], [id, 'BB-LINK-023'], name)
    }
    // A password is no way round the certificate.
    const password = await connect(`${rig.url}/CS-2`, {
      tls: { ca: authority.ca },
      authorization: basic('CS-2', 'has one too'),
    })
    assert.equal(password.kind === 'refused' && password.status, 401)
  })
})

describe('fresh certificates', () => {
  test('LK26 a renewed file is shown to new connections, and nobody is dropped', async () => {
    const listener = secureListener({}, 'renewed')
    await using rig = await openRig({ listeners: [listener] })
    const ws = await connectIn(`${rig.url}/CS-1`, { tls: { ca: authority.ca } })
    const next = await authority.issue('CN=localhost, O=Renewed')
    const nextRsa = await authority.issue('CN=localhost, O=Renewed', { kind: 'rsa' })
    for (const [i, fresh] of [next, nextRsa].entries()) {
      writeFileSync(listener.tls!.cert[i]!, fresh.cert)
      writeFileSync(listener.tls!.key[i]!, fresh.key)
    }
    rig.side.reload()
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const shaken = await shake(rig.url, { maxVersion })
      assert.ok(!(shaken instanceof Error))
      assert.equal(shaken.getPeerCertificate().subject.O, 'Renewed')
      shaken.destroy()
    }
    ws.send('[2,"1","Heartbeat",{}]')
    await rig.engine.heard('stationFrame')
    assert.equal(rig.engine.all('listenerFault').length, 0)
    assert.deepEqual(
      rig.side.expiries().map(({ subject }) => subject),
      ['CN=localhost, O=Renewed', 'CN=localhost, O=Renewed'],
    )
  })

  test('LK26 files that do not fit together change nothing and raise a fault', async () => {
    const listener = secureListener({}, 'broken')
    await using rig = await openRig({ listeners: [listener] })
    const other = await authority.issue('CN=localhost, O=Halfway')
    writeFileSync(listener.tls!.cert[0]!, other.cert)
    rig.side.reload()
    const fault = await rig.engine.heard('listenerFault')
    assert.equal(fault.code, 'BB-LINK-041')
    assert.equal((await connect(`${rig.url}/CS-1`, { tls: { ca: authority.ca } })).kind, 'in')
    writeFileSync(listener.tls!.key[0]!, other.key)
    rig.side.reload()
    const shaken = await shake(rig.url, {})
    assert.equal(!(shaken instanceof Error) && shaken.getPeerCertificate().subject.O, 'Halfway')
    if (!(shaken instanceof Error)) shaken.destroy()
  })

  test('LK26 an end within 30 days is told, once a day', async () => {
    const soon = await authority.issue('CN=localhost', { days: 12.5 })
    const ended = await authority.issue('CN=localhost', { days: -2, kind: 'rsa' })
    const tls = {
      cert: [put('soon.pem', soon.cert), put('ended.pem', ended.cert)],
      key: [put('soon.key', soon.key), put('ended.key', ended.key)],
    }
    await using rig = await openRig({ listeners: [secureListener({ tls })] })
    await rig.engine.heard('listenerFault', 2)
    rig.side.reload()
    const faults = rig.engine.all('listenerFault')
    assert.deepEqual(
      faults.map((fault) => [fault.code, fault.text.replace(folder, '')]),
      [
        ['BB-LINK-040', '/soon.pem ends in 12 days'],
        ['BB-LINK-040', '/ended.pem ended 2 days ago'],
      ],
    )
    assert.ok(Math.abs(rig.side.expiries()[0]!.notAfter - Date.now() - 12.5 * 86_400_000) < 60_000)
  })

  test('LK26 a changed file is noticed without being told, a broken one is told once', async () => {
    const listener = secureListener({}, 'watched')
    // The minute between two looks, shortened.
    const clock = {
      ...systemClock,
      after: (ms: number, call: () => void) => systemClock.after(ms === 60_000 ? 20 : ms, call),
    }
    await using rig = await openRig({ listeners: [listener], clock })
    const fresh = await authority.issue('CN=localhost, O=Noticed')
    writeFileSync(listener.tls!.cert[0]!, fresh.cert)
    await rig.engine.heard('listenerFault')
    await new Promise((resolve) => setTimeout(resolve, 150))
    assert.equal(rig.engine.all('listenerFault').length, 1)
    writeFileSync(listener.tls!.key[0]!, fresh.key)
    await until(() => rig.side.expiries()[0]!.subject.includes('Noticed'), 'the fresh certificate')
    const shaken = await shake(rig.url, {})
    assert.equal(!(shaken instanceof Error) && shaken.getPeerCertificate().subject.O, 'Noticed')
    if (!(shaken instanceof Error)) shaken.destroy()
  })

  test('LK26 files that cannot be used at the start are an error at once', async () => {
    await assert.rejects(openRig({ listeners: [secureListener({ tls: { cert: ['/nowhere'], key: ['/nowhere'] } })] }))
  })
})
