// The listener itself: real ports, TLS, certificates that are replaced, going down with requests under way.

import assert from 'node:assert/strict'
import { get } from 'node:http'
import { Agent, get as getSecurely } from 'node:https'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { createAuthority } from '../sockets/authority-rig.ts'
import { systemClock } from '../system/clock.ts'
import { FakeWorld, openFakeApi, testTokens } from './fake-ports.ts'

test('AP6 on a free port the real one is told, and is the one that Host has to name', async (context) => {
  const api = await openFakeApi(new FakeWorld(), { url: 'http://127.0.0.1:0' })
  const url = await api.listen()
  context.after(() => api.close())
  assert.match(url, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
  assert.equal((await fetch(`${url}/api/v1/me`)).status, 200)
  const statusOf = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      get(`${url}/api/v1/me`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).on('error', reject)
    })
  assert.equal(await statusOf({ host: `localhost:${new URL(url).port}` }), 200)
  assert.equal(await statusOf({ host: 'localhost:1' }), 403)
  assert.equal(await statusOf({ host: `evil.example:${new URL(url).port}` }), 403)
  assert.equal(await statusOf({ origin: 'http://evil.example' }), 403)
})

test('AP22 over TLS it tells browsers to stay there, and takes new certificates while connections stay', async (context) => {
  const authority = await createAuthority('API test')
  const first = await authority.issue('CN=first.example')
  const second = await authority.issue('CN=second.example')
  const api = await openFakeApi(new FakeWorld(), {
    url: 'https://127.0.0.1:0',
    tls: { cert: [first.cert], key: [first.key] },
    tokens: () => testTokens,
  })
  const url = await api.listen()
  const kept = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.ca, checkServerIdentity: () => undefined })
  const fresh = new Agent({ ca: authority.ca, checkServerIdentity: () => undefined })
  context.after(async () => {
    kept.destroy()
    fresh.destroy()
    await api.close()
  })
  const ask = (agent: Agent) =>
    new Promise<{ name: string | undefined; transport: unknown; status: number | undefined }>((resolve, reject) => {
      const headers = { authorization: 'Bearer viewer-token' }
      getSecurely(`${url}/api/v1/me`, { agent, headers }, (response) => {
        const name = (response.socket as TLSSocket).getPeerCertificate().subject.CN?.toString()
        response.resume()
        response.on('end', () =>
          resolve({ name, transport: response.headers['strict-transport-security'], status: response.statusCode }),
        )
      }).on('error', reject)
    })
  assert.deepEqual(await ask(kept), { name: 'first.example', transport: 'max-age=15552000', status: 200 })
  api.replaceTls({ cert: [second.cert], key: [second.key] })
  assert.equal((await ask(fresh)).name, 'second.example')
  assert.equal((await ask(kept)).name, 'first.example', 'the open connection stays')
})

test('AP17 going down waits for no request that never ends', { timeout: 10_000 }, async () => {
  const api = await openFakeApi(new FakeWorld(), { url: 'http://127.0.0.1:0', clock: systemClock })
  const port = Number(new URL(await api.listen()).port)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    `PUT /api/v1/routes HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  const began = performance.now()
  await api.close()
  assert.ok(performance.now() - began < 5000)
  socket.destroy()
})

test('AP5 what is no HTTP is refused and harms nobody', async (context) => {
  const api = await openFakeApi(new FakeWorld(), { url: 'http://127.0.0.1:0' })
  const url = await api.listen()
  context.after(() => api.close())
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', () => {})
    socket.write('\x16\x03\x01\x02\x00\x01nonsense\r\n\r\n')
  })
  assert.match(answer, /^HTTP\/1\.1 400 /)
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
})
