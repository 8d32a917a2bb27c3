// The webhook over a real socket: what is posted, and that a redirect is not followed.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { ManualClock } from './manual-clock.ts'
import { type FaultNotice, Webhook } from './webhook.ts'

test('MO5 a notice arrives as JSON, and a redirect counts as a refusal', async (context) => {
  const arrived: { type: string | undefined; body: FaultNotice }[] = []
  let redirected = 0
  const server = createServer((request, response) => {
    if (request.url === '/elsewhere') {
      redirected++
      response.end()
      return
    }
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      arrived.push({ type: request.headers['content-type'], body: JSON.parse(body) as FaultNotice })
      response.writeHead(arrived.length === 1 ? 307 : 204, { location: '/elsewhere' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const clock = new ManualClock()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const webhook = new Webhook({ url: () => url, clock, log: { warn: () => {} } })
  const at = '2026-01-01T00:00:00.000Z'
  const notice = {
    site: 'depot',
    at,
    code: 'BB-LINK-001',
    station: 'A',
    text: 'ä',
    cause: '',
    remedy: '',
    detail: { a: 1 },
  }
  webhook.tell(notice)
  const deadline = performance.now() + 5000
  while (arrived.length < 2 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    if (arrived.length === 1) clock.advance(2000)
  }
  assert.deepEqual(arrived, [
    { type: 'application/json', body: notice },
    { type: 'application/json', body: notice },
  ])
  assert.equal(redirected, 0)
  webhook.stop()
})
