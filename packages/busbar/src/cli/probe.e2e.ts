// `busbar check --probe` against backends that fail in every way a backend fails.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { capturedTerminal } from './captured-terminal.ts'
import { runProgram } from './program.ts'

let folder = ''
let seen: IncomingMessage['headers'][] = []
const open: (Server | TcpServer)[] = []

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-probe-'))
})
after(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const server of open) server.close()
})

async function listening(server: Server | TcpServer): Promise<number> {
  open.push(server)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

/** A backend that chooses one version, or answers the handshake with a status. */
async function backend(behaviour: { status?: (identity: string) => number; protocol?: string }): Promise<number> {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => behaviour.protocol ?? false })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => {
    seen.push(request.headers)
    const status = behaviour.status?.(request.url?.split('/').at(-1) ?? '') ?? 101
    if (status !== 101) {
      socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (station) => {
      if (station.protocol === '') station.close(1002)
    })
  })
  return listening(server)
}

async function probe(section: string, ...more: string[]) {
  writeFileSync(
    join(folder, 'b.yaml'),
    `stations: {authenticate: accounts, unknown: accept}\nbackends:\n  a: ${section}\nroutes: [{stations: "*", primary: a}]\n`,
  )
  const terminal = capturedTerminal({ cwd: folder })
  seen = []
  const code = await runProgram(['check', '--config', 'b.yaml', '--probe', ...more], terminal)
  return { code, out: terminal.written.out.split('\n')[0] ?? '', err: terminal.written.err }
}

test('CL12 a backend that is there, with its password', async () => {
  const port = await backend({ protocol: 'ocpp1.6' })
  const { code, err } = await probe(`{url: "ws://127.0.0.1:${port}/x", password: a-long-enough-password}`)
  assert.deepEqual([code, err], [0, `a: reached 127.0.0.1:${port}, it chose ocpp1.6\n`])
  const expected = `Basic ${Buffer.from('busbar-probe:a-long-enough-password').toString('base64')}`
  assert.equal(seen[0]?.authorization, expected)
})

test('CL12 credentials, unknown stations and paths are told apart', async () => {
  const port = await backend({
    protocol: 'ocpp1.6',
    status: (identity) => ({ A: 401, B: 404, C: 101 })[identity] ?? 404,
  })
  const url = `{url: "ws://127.0.0.1:${port}", password: a-long-enough-password}`
  const unknown = await probe(url)
  assert.equal(unknown.code, 0)
  assert.match(unknown.out, /^b\.yaml:3:12: warning: a: reached .* does not know `busbar-probe` \(404\).*BB-CONFIG-018/)
  assert.match((await probe(url, '--probe-as', 'A')).out, /refuses the credentials of `A` \(401\); check `password`/)
  assert.match((await probe(url, '--probe-as', 'B')).out, /does not know `B` \(404\); register it there/)
  assert.equal((await probe(url, '--probe-as', 'C')).code, 0)
  const broken = await backend({ status: () => 500 })
  const refused = await probe(`{url: "ws://127.0.0.1:${broken}"}`)
  assert.equal(refused.code, 2)
  assert.match(refused.out, /refuses the WebSocket handshake \(500\)/)
})

test('CL12 a backend that asks for the credentials of stations is fine', async () => {
  const port = await backend({ status: () => 401 })
  const { code, err } = await probe(`{url: "ws://127.0.0.1:${port}", password: station}`)
  assert.equal(code, 0)
  assert.match(err, /it asks for the credentials of the station \(401\)/)
})

test('CL12 another version, nobody there, silence, no TLS', async () => {
  const other = await backend({})
  assert.match(
    (await probe(`{url: "ws://127.0.0.1:${other}", ocpp: ocpp2.1}`)).out,
    /speaks none of ocpp2\.1; set `ocpp`/,
  )
  assert.match((await probe('{url: "ws://127.0.0.1:1"}')).out, /nobody listens there \(ECONNREFUSED\)/)
  const silent = await listening(createTcpServer(() => {}))
  const silence = await probe(`{url: "ws://127.0.0.1:${silent}", connectTimeout: 200ms}`)
  assert.equal(silence.code, 2)
  assert.match(silence.out, /cannot be reached: .*timed out/i)
  const plain = await backend({ protocol: 'ocpp1.6' })
  assert.match((await probe(`{url: "wss://127.0.0.1:${plain}"}`)).out, /cannot be reached/)
})
