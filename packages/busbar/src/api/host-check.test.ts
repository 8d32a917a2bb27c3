import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopbackHost, refuseForeignHost } from './host-check.ts'

const http = { port: 9080, scheme: 'http' } as const

test('AP6 hosts that may speak, and hosts that may not', () => {
  const table: [string | undefined, boolean][] = [
    ['127.0.0.1:9080', true],
    ['localhost:9080', true],
    ['LOCALHOST:9080', true],
    ['[::1]:9080', true],
    ['127.9.8.7:9080', true],
    [undefined, false],
    ['', false],
    ['127.0.0.1', false],
    ['127.0.0.1:9081', false],
    ['localhost', false],
    ['evil.example:9080', false],
    ['localhost.evil.example:9080', false],
    ['127.0.0.1.evil.example:9080', false],
    ['127.0.0.1:9080.evil.example', false],
    ['evil.example@127.0.0.1:9080', false],
    ['127.0.0.256:9080', false],
    ['128.0.0.1:9080', false],
    ['0.0.0.0:9080', false],
    ['[::]:9080', false],
    ['[::1].evil:9080', false],
    ['localhost.:9080', false],
    ['localhost:9080:9080', false],
    ['localhost:9080 evil', false],
  ]
  for (const [host, may] of table) {
    assert.equal(refuseForeignHost({ host, origin: undefined, ...http }) === null, may, String(host))
  }
  assert.equal(refuseForeignHost({ host: 'localhost', origin: undefined, port: 80, scheme: 'http' }), null)
  assert.equal(refuseForeignHost({ host: 'localhost', origin: undefined, port: 443, scheme: 'https' }), null)
})

test('AP7 origins that may speak, and origins that may not', () => {
  const table: [string | undefined, boolean][] = [
    [undefined, true],
    ['http://127.0.0.1:9080', true],
    ['http://localhost:9080', false],
    ['http://127.0.0.1:3000', false],
    ['https://127.0.0.1:9080', false],
    ['http://evil.example', false],
    ['http://evil.example:9080', false],
    ['null', false],
    ['', false],
    ['file://', false],
    ['http://127.0.0.1:9080.evil.example', false],
  ]
  for (const [origin, may] of table) {
    assert.equal(refuseForeignHost({ host: '127.0.0.1:9080', origin, ...http }) === null, may, String(origin))
  }
  assert.equal(refuseForeignHost({ host: '[::1]:9080', origin: 'http://[::1]:9080', ...http }), null)
})

test('AP6 loopback is told from everything else', () => {
  for (const host of ['127.0.0.1', '[::1]', '::1', 'localhost']) assert.ok(isLoopbackHost(host), host)
  for (const host of ['0.0.0.0', '[::]', '10.0.0.1', 'example', '127.0.0.1.example', ''])
    assert.ok(!isLoopbackHost(host), host)
})
