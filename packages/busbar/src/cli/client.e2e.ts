// The client commands against a small HTTP server that answers in the shapes of the public interface.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { capturedTerminal } from './captured-terminal.ts'
import { runProgram } from './program.ts'

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

type Answer = (asked: Asked, response: ServerResponse) => void

const at = '2026-06-01T00:00:00.000Z'
const station = {
  id: 'DEPOT-01',
  site: 'depot-north',
  connected: true,
  ocpp: 'ocpp1.6',
  since: at,
  lastSeen: at,
  vendor: 'Acme\u0007',
  model: 'M1',
  serial: null,
  firmware: '1.2',
  tags: ['yard'],
  connectors: [
    {
      evse: 1,
      connector: 1,
      status: 'Charging',
      errorCode: 'NoError',
      since: at,
      powerW: 7180,
      energyWh: 1234567,
      offeredA: 16,
      session: 'S1',
    },
  ],
  backends: [
    {
      name: 'billing',
      role: 'primary',
      link: 'up',
      ocpp: 'ocpp1.6',
      pending: 0,
      oldestPendingAt: null,
      acknowledged: 812,
      quarantined: 0,
    },
  ],
}
const session = {
  id: 'S1',
  station: 'DEPOT-01',
  evse: 1,
  connector: 1,
  token: 'TAG',
  startedAt: at,
  stoppedAt: null,
  energyWh: 4200,
  reason: null,
}

let asked: Asked[] = []
let answer: Answer = () => {}
const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    body += chunk
  })
  request.on('end', () => {
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
    asked.push(one)
    answer(one, response)
  })
})
let api = ''
let folder = ''

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-client-'))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  rmSync(folder, { recursive: true, force: true })
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
})

function json(value: unknown, status = 200): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
    response.end(JSON.stringify(value))
  }
}

async function run(line: string[], given: Parameters<typeof capturedTerminal>[0] = {}) {
  const terminal = capturedTerminal({ cwd: folder, env: { BUSBAR_API: api }, ...given })
  const code = await runProgram(line, terminal, { now: () => Date.UTC(2026, 5, 1) })
  return { code, ...terminal.written }
}

describe('finding the broker', () => {
  test('CL5 --api and --token go before the environment', async () => {
    answer = json({ items: [], next: null })
    await run(['stations', '--api', `${api}/`, '--token', 'given'], {
      env: { BUSBAR_API: 'http://127.0.0.1:1', BUSBAR_TOKEN: 'other' },
    })
    await run(['stations'], { env: { BUSBAR_API: api, BUSBAR_TOKEN: 'other' } })
    await run(['stations'])
    assert.deepEqual(
      asked.map((one) => one.headers.authorization),
      ['Bearer given', 'Bearer other', undefined],
    )
  })

  test('CL3 nobody there ends with 1, the address and what to do', async () => {
    const { code, out, err } = await run(['stations', '--api', 'http://127.0.0.1:1'])
    assert.deepEqual([code, out], [1, ''])
    assert.match(
      err,
      /^busbar: no broker answers at http:\/\/127\.0\.0\.1:1 \(.+\) \[BB-CLI-001\]\n {2}Start `busbar serve`/,
    )
  })

  test('CL3 something else there is told apart, also when it redirects', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    assert.match((await run(['stations'])).err, /is not the API of Busbar \(the answer is not JSON\) \[BB-CLI-002\]/)
    answer = (_, response) => response.writeHead(302, { location: 'http://elsewhere.example/' }).end()
    assert.match((await run(['stations', '--token', 't'])).err, /\(status 302\) \[BB-CLI-002\]/)
    assert.equal(asked.length, 2)
  })

  test('CL3 a problem document is told with its code, its fields and the remedy', async () => {
    answer = json(
      { type: 'x', title: 'The station is not known.', status: 404, code: 'BB-API-011', detail: 'DEPOT-99' },
      404,
    )
    const { code, err } = await run(['stations', 'DEPOT-99'])
    assert.equal(code, 1)
    assert.match(err, /^busbar: The station is not known: DEPOT-99 \[BB-API-011\]\n {2}\S/)
    const errors = [{ field: 'id', message: 'is empty', line: 3 }]
    answer = json({ title: 'The list has mistakes.', status: 422, code: 'BB-API-017', detail: '', errors }, 422)
    assert.match(
      (await run(['stations', 'import', '-'], { input: 'id\n' })).err,
      /\n {2}line 3: id: is empty \[BB-API-017\]/,
    )
  })
})

describe('tables and JSON', () => {
  test('CL6 stations come page by page', async () => {
    answer = (one, response) => {
      const second = one.url.includes('cursor=c1')
      json({ items: [{ ...station, id: second ? 'B' : 'A' }], next: second ? null : 'c1' })(one, response)
    }
    const { out } = await run(['stations', '--json'])
    assert.deepEqual(
      JSON.parse(out).map((each: { id: string }) => each.id),
      ['A', 'B'],
    )
    assert.deepEqual(
      asked.map((one) => one.url),
      ['/api/v1/stations?limit=200', '/api/v1/stations?limit=200&cursor=c1'],
    )
  })

  test('CL7 the table of stations, and one station', async () => {
    answer = json({ items: [station], next: null })
    assert.equal(
      (await run(['stations'])).out,
      [
        'STATION   LINK  SINCE                     OCPP  VENDOR      MODEL  CONNECTORS  BACKENDS',
        'DEPOT-01  up    2026-06-01T00:00:00.000Z  1.6   Acme\\u0007  M1     Charging    billing up',
        '',
      ].join('\n'),
    )
    answer = json(station)
    const { out } = await run(['stations', 'DEPOT/01'])
    assert.equal(asked.at(-1)?.url, '/api/v1/stations/DEPOT%2F01')
    assert.match(out, /^station {4}DEPOT-01\n/)
    assert.match(out, /\n {3}1 {10}1 {2}Charging {2}NoError {2}7180 {2}1234567 {9}16 {2}S1\n/)
    assert.match(out, /\nbilling {2}primary {2}up {4}1\.6 +0 +812 +0\n$/)
  })

  test('CL6 sessions with their filters, backends', async () => {
    answer = json({ items: [session], next: null })
    const { out } = await run(['sessions', '--station', 'DEPOT-01', '--from', '1d', '--open', '--limit', '5'])
    assert.equal(asked[0]?.url, '/api/v1/sessions?station=DEPOT-01&from=2026-05-31T00%3A00%3A00.000Z&open=true&limit=5')
    assert.match(out, /going on {2}DEPOT-01/)
    answer = json({
      items: [{ name: 'billing', url: 'ws://x', links: { up: 3, down: 1 }, pending: 0, latencyMs: 4 }],
      next: null,
    })
    assert.match((await run(['backends'])).out, /\nbilling {2}ws:\/\/x {3}3 {5}1/)
  })

  test('an import tells made passwords once, on standard output', async () => {
    writeFileSync(join(folder, 'a.csv'), 'id\nA\nB\n')
    answer = json({ created: 1, replaced: 1, items: [{ id: 'A', password: 'made-for-a' }, { id: 'B' }] })
    const { code, out } = await run(['stations', 'import', 'a.csv', '--replace'])
    assert.deepEqual([code, out], [0, 'STATION  PASSWORD\nA        made-for-a\n'])
    const [one] = asked
    assert.deepEqual(
      [one?.method, one?.url, one?.headers['content-type'], one?.body],
      ['POST', '/api/v1/stations/import?replace=true', 'text/csv', 'id\nA\nB\n'],
    )
    await run(['stations', 'import', 'a.csv', '--no-passwords'])
    assert.equal(asked.at(-1)?.url, '/api/v1/stations/import?passwords=none')
  })

  test('a backup by the running broker', async () => {
    answer = json({ file: '/data/backups/x.db', bytes: 2048, position: 17 }, 201)
    assert.equal((await run(['backup', '--name', 'x.db'])).out, '/data/backups/x.db: 2 KiB, up to position 17\n')
    assert.deepEqual([asked[0]?.url, asked[0]?.body], ['/api/v1/backup', '{"name":"x.db"}'])
  })
})

describe('call', () => {
  test('CL8 the payload goes out as it was written and the answer is printed', async () => {
    answer = json({ outcome: 'answered', response: { status: 'Accepted' }, position: 7 })
    const payload = '{"a": 1.0, "b": 12345678901234567890}'
    const { code, out } = await run(['call', 'DEPOT-01', 'DataTransfer', payload, '--timeout', '5s'])
    assert.deepEqual([code, out], [0, '{\n  "status": "Accepted"\n}\n'])
    assert.equal(asked[0]?.url, '/api/v1/stations/DEPOT-01/commands')
    assert.equal(asked[0]?.body, `{"action":"DataTransfer","payload":${payload},"timeoutMs":5000}`)
  })

  test('CL1 a refusal and an uncertain end are failures; --json still prints the outcome', async () => {
    answer = json({ outcome: 'refused', error: { code: 'NotSupported', description: 'no', details: {} }, position: 7 })
    assert.match((await run(['call', 'A', 'Reset'])).err, /A refused Reset with NotSupported: no/)
    answer = json({ outcome: 'uncertain', reason: 'timeout' })
    const { code, err } = await run(['call', 'A', 'Reset', '-'], { input: '{"type":"Soft"}\n' })
    assert.equal(code, 1)
    assert.match(err, /was sent to A and no answer came \(timeout\)/)
    const shown = await run(['call', 'A', 'Reset', '--json'])
    assert.deepEqual([shown.code, JSON.parse(shown.out).outcome], [1, 'uncertain'])
  })
})

describe('timeline', () => {
  const entry = (position: number, more: object = {}) => ({
    position,
    at,
    station: 'A',
    session: null,
    kind: 'frame',
    text: `entry ${position}`,
    ...more,
  })

  test('the latest entries, oldest first; from a time on in order', async () => {
    answer = json({ items: [entry(2, { latencyMs: 12.4, raw: '[3,"x",{}]' }), entry(1)], next: '1' })
    const { out } = await run(['timeline', 'A', '--limit', '2', '--raw'])
    assert.equal(asked[0]?.url, '/api/v1/stations/A/timeline?order=desc&limit=2')
    assert.equal(out, `${at}  frame     entry 1\n${at}  frame     entry 2\n    [3,"x",{}]\n`)
    await run(['timeline', 'A', '--from', '2026-05-01', '--kind', 'frame,link'])
    const url = new URL(asked[1]?.url ?? '', api)
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      from: '2026-05-01T00:00:00.000Z',
      kind: 'frame,link',
      order: 'asc',
      limit: '200',
    })
  })

  test('CL9 following takes the stream up where it broke and gives every entry once', async () => {
    let streams = 0
    answer = (one, response) => {
      if (one.url.includes('/timeline')) return json({ items: [entry(3)], next: null })(one, response)
      streams += 1
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      if (streams === 1) {
        const two = `id: 4\ndata: ${JSON.stringify(entry(4))}\n\nid: 5\r\ndata: ${JSON.stringify(entry(5, { station: 'B' }))}\n\n`
        response.write(`retry: 2000\n\n: here\n\n${two.slice(0, 40)}`)
        // Cut in the middle of an event, and then for good.
        setTimeout(() => response.write(two.slice(40), () => response.destroy()), 20)
      } else {
        response.write(`id: 6\ndata: ${JSON.stringify(entry(6))}\n\n`)
      }
    }
    const terminal = capturedTerminal({
      env: { BUSBAR_API: api },
      onOut: () => {
        if (terminal.written.out.includes('"position":6')) terminal.interrupt()
      },
    })
    const code = await runProgram(['timeline', 'A', '--follow', '--json'], terminal)
    assert.equal(code, 0)
    const positions = terminal.written.out.trim().split('\n')
    assert.deepEqual(
      positions.map((line) => JSON.parse(line).position),
      [3, 4, 6],
    )
    const urls = asked.filter((one) => one.url.includes('/events')).map((one) => one.url)
    assert.deepEqual(urls, ['/api/v1/events?after=3&station=A', '/api/v1/events?after=5&station=A'])
    assert.match(terminal.written.err, /the stream ended, resuming/)
  })
})
