import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadText } from 'busbar/config/load.ts'
import { brokerCommand } from './brokers.ts'
import { renderBusbarConfig } from './busbar-config.ts'
import { mayInstall, renderNginxConfig } from './nginx.ts'
import { parseReadyLine } from './ready-line.ts'

test('Busbar accepts its configuration without a problem, and it means what was asked for', () => {
  const text = renderBusbarConfig({
    data: '/tmp/a: b "c"',
    stationsPort: 9000,
    apiPort: 9080,
    backend: 'ws://127.0.0.1:8180',
  })
  const loaded = loadText(text, { cwd: '/', env: {}, now: 0, shown: 'busbar.yaml', path: '/tmp/busbar.yaml' })
  assert.ok('settings' in loaded, JSON.stringify(loaded))
  const { data, listen, backends, stations } = loaded.settings
  assert.equal(data, '/tmp/a: b "c"')
  assert.deepEqual(
    [listen.stations.map(({ url }) => url), listen.api.url],
    [['ws://127.0.0.1:9000'], 'http://127.0.0.1:9080'],
  )
  assert.equal(backends.get('sink')?.url, 'ws://127.0.0.1:8180/ocpp')
  assert.equal(stations.unknown, 'accept')
  assert.equal(stations.maxFramesPerSecond, 10_000)
})

test('nginx gets one worker, the port, the backend, and a user only when it is root', () => {
  const config = { port: 9000, backend: 'http://127.0.0.1:8180', folder: '/tmp/x', descriptors: 20_000 }
  const text = renderNginxConfig({ ...config, user: 'root' })
  assert.match(text, /^user root;\n/)
  assert.match(text, /^worker_processes 1;$/m)
  assert.match(text, /listen 127\.0\.0\.1:9000 /)
  assert.match(text, /proxy_pass http:\/\/127\.0\.0\.1:8180;/)
  assert.match(text, /worker_connections 20000;/)
  assert.equal(text.split('{').length, text.split('}').length)
  assert.doesNotMatch(renderNginxConfig({ ...config, user: null }), /^user/m)
})

test('packages are installed as root only, and only unattended or on demand', () => {
  assert.equal(mayInstall(0, true, {}), false)
  assert.equal(mayInstall(0, false, {}), true)
  assert.equal(mayInstall(0, true, { CI: 'true' }), true)
  assert.equal(mayInstall(0, true, { BUSBAR_INSTALL: '1' }), true)
  assert.equal(mayInstall(1_000, false, { CI: 'true', BUSBAR_INSTALL: '1' }), false)
  assert.equal(mayInstall(undefined, false, {}), false)
})

test('ready lines of Busbar, of others, and lines that are none', () => {
  assert.deepEqual(parseReadyLine('busbar ready stations=ws://127.0.0.1:9000 api=http://127.0.0.1:9080'), {
    stations: 'ws://127.0.0.1:9000',
    api: 'http://127.0.0.1:9080',
  })
  assert.deepEqual(parseReadyLine('x ready stations=ws://127.0.0.1:1/ocpp/,wss://127.0.0.1:2'), {
    stations: 'ws://127.0.0.1:1/ocpp',
    api: null,
  })
  assert.equal(parseReadyLine('getting ready'), null)
})

test('a broker command is split at spaces and its places are filled in', () => {
  assert.deepEqual(
    brokerCommand('{node} relay.ts --backend {backend} --listen {stations}', {
      node: '/opt/my node',
      config: '/tmp/busbar.yaml',
      backend: 'ws://127.0.0.1:1',
      stations: 'ws://127.0.0.1:2',
    }),
    ['/opt/my node', 'relay.ts', '--backend', 'ws://127.0.0.1:1', '--listen', 'ws://127.0.0.1:2'],
  )
  assert.throws(() => brokerCommand('x {nowhere}', { node: '', config: '', backend: '', stations: '' }), /nowhere/)
})
