import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRemoteReader, isLoopbackHost } from './remote.ts'

test('LK28 X-Forwarded-For is read from its end, past trusted proxies only', () => {
  const rows: readonly (readonly [readonly string[], string | undefined, string | undefined, string | null])[] = [
    [[], '192.0.2.1', undefined, '192.0.2.1'],
    [[], '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    [[], undefined, '192.0.2.1', null],
    [[], '10.0.0.1', '192.0.2.1', '10.0.0.1'],
    [['10.0.0.1'], '10.0.0.1', '192.0.2.1', '192.0.2.1'],
    [['10.0.0.1'], '::ffff:10.0.0.1', '192.0.2.1', '192.0.2.1'],
    // What a client writes in front of its own address is not believed.
    [['10.0.0.1'], '10.0.0.1', '127.0.0.1, 192.0.2.1', '192.0.2.1'],
    [['10.0.0.0/8'], '10.0.0.1', '192.0.2.1, 10.9.9.9', '192.0.2.1'],
    [['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    [['10.0.0.1'], '10.0.0.1', 'unknown', '10.0.0.1'],
    [['10.0.0.1'], '10.0.0.1', '', '10.0.0.1'],
    [['fd00::/8'], 'fd00::1', '2001:db8::5', '2001:db8::5'],
    [['nonsense'], '10.0.0.1', '192.0.2.1', '10.0.0.1'],
  ]
  for (const [trusted, address, header, expected] of rows) {
    assert.equal(createRemoteReader(trusted)(address, header), expected, JSON.stringify([trusted, address, header]))
  }
})

test('LK8 what loopback is', () => {
  for (const host of ['localhost', '127.0.0.1', '127.8.9.1', '::1', '[::1]', '::ffff:127.0.0.1', 'LOCALHOST']) {
    assert.ok(isLoopbackHost(host), host)
  }
  for (const host of ['0.0.0.0', '::', '128.0.0.1', 'localhost.example', '127.evil.example', '10.0.0.1']) {
    assert.ok(!isLoopbackHost(host), host)
  }
})
