// The proxy configuration of docs/guides/reverse-proxy.md, as it stands there, in a real nginx between a station and Busbar.
// Only what the guide leaves to its reader is put in: addresses, and no TLS.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startVirtualBackend } from '../packages/simulator/src/virtual-backend.ts'
import { startVirtualStation } from '../packages/simulator/src/virtual-station.ts'
import { startExample } from './rig.ts'

/** From where the proxy dials Busbar; Linux has the whole of 127.0.0.0/8. */
const PROXY_ADDRESS = '127.0.0.9'

const guide = readFileSync(join(import.meta.dirname, '..', 'docs', 'guides', 'reverse-proxy.md'), 'utf8')

test('LK1 LK28 behind the proxy of the guide a station keeps its identity and its address', {
  timeout: 60_000,
}, async () => {
  const identity = 'HALL/7 Ä'
  const secret = 'a password of enough characters'
  const backend = await startVirtualBackend({
    listen: 'ws://127.0.0.1:0/ocpp',
    passwordOf: (id) => (id === identity ? secret : null),
  })
  try {
    const [, listen = ''] = /```yaml\n(listen:\n {2}stations:[\s\S]*?)```/.exec(guide) ?? []
    assert.match(listen, /trustProxy/)
    const text = `${listen.replace('trustProxy: [127.0.0.1]', `trustProxy: [${PROXY_ADDRESS}]`)}backends:
  cpms: { url: "wss://cpms.example/ocpp", password: station }
routes:
  - { stations: "*", primary: cpms }
stations:
  authenticate: backend
`
    await using busbar = await startExample(text, { cpms: backend.url }, {})
    await using proxy = await startProxy(new URL(busbar.stations).port)
    const station = startVirtualStation({ url: proxy.url, identity, password: secret })
    try {
      const links = () =>
        busbar.ask<{ peer: string; state: string; remote?: string }[]>('timeline', identity, '--kind', 'link')
      const up = async () =>
        (await links().catch(() => [])).find(({ peer, state }) => peer === 'station' && state === 'up')
      const deadline = Date.now() + 15_000
      let link = await up()
      while (link === undefined && Date.now() < deadline) {
        await wait(250)
        link = await up()
      }
      assert.ok(link !== undefined, 'the station did not come through')
      // The proxy's own address is another here, so this one can only come out of the header.
      assert.equal(link.remote, '127.0.0.1')
    } finally {
      await station.stop()
    }
  } finally {
    await backend.stop()
  }
})

/** nginx with the first server of the guide, listening on a free port, in front of a port of Busbar. */
async function startProxy(busbarPort: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const [, shown = ''] = /```nginx\n([\s\S]*?)```/.exec(guide) ?? []
  const port = await freePort()
  const server = shown
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/^\s*ssl_certificate.*$/gm, '')
    .replace('http://127.0.0.1:9000;', `http://127.0.0.1:${busbarPort}; proxy_bind ${PROXY_ADDRESS};`)
  assert.ok(server.includes(String(port)) && server.includes(busbarPort), 'the guide changed; this test has to follow')
  const folder = mkdtempSync(join(tmpdir(), 'busbar-nginx-'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (each) => `${each}_temp_path ${folder}/${each};`,
  )
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
access_log off;
${temporary.join('\n')}
${server}
}
`,
  )
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
  const args = ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')]
  const nginx = spawn('nginx', args, { env: { ...process.env, PATH: path }, stdio: ['ignore', 'ignore', 'pipe'] })
  const end = async () => {
    await stop(nginx)
    rmSync(folder, { recursive: true, force: true })
  }
  let said = ''
  nginx.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  nginx.on('error', (error) => {
    said += error.message
  })
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100 || nginx.exitCode !== null) {
      await end()
      throw new Error(`nginx does not listen: ${said}`)
    }
    await wait(50)
  }
  return { url: `ws://127.0.0.1:${port}`, [Symbol.asyncDispose]: end }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
