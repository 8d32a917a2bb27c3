import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metrics.ts'

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Reads the text format of Prometheus and stops at the first line that is not of it. */
function parse(text: string): { types: Map<string, string>; samples: Sample[] } {
  const types = new Map<string, string>()
  const samples: Sample[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line)
    if (type !== null) {
      types.set(type[1] ?? '', type[2] ?? '')
      continue
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line)
    assert.ok(sample !== null, `not a sample: ${line}`)
    const labels = Object.fromEntries(
      [...(sample[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((m) => [m[1], m[2]]),
    )
    // Go, which reads it, takes any case of nan: the library writes one before the first measurement.
    const value = sample[3] === '+Inf' ? Number.POSITIVE_INFINITY : Number(sample[3])
    assert.ok(!Number.isNaN(value) || sample[3]?.toLowerCase() === 'nan', line)
    samples.push({ name: sample[1] ?? '', labels, value })
  }
  return { types, samples }
}

const newMetrics = () => createMetrics({ version: '1.2.3', commit: 'abc', process: false })

test('MO1 every metric is there before anything happened, and the text parses', async () => {
  const metrics = newMetrics()
  metrics.attach({ journal: () => ({ bytes: 1, writable: true }) })
  const { types } = parse(await metrics.text())
  assert.deepEqual(Object.fromEntries(types), {
    busbar_build_info: 'gauge',
    busbar_ocpp_messages_total: 'counter',
    busbar_call_seconds: 'histogram',
    busbar_journal_commit_seconds: 'histogram',
    busbar_ws_closes_total: 'counter',
    busbar_quarantined_total: 'counter',
    busbar_faults_total: 'counter',
    busbar_stations_connected: 'gauge',
    busbar_ws_connections: 'gauge',
    busbar_outbox_pending: 'gauge',
    busbar_outbox_oldest_seconds: 'gauge',
    busbar_journal_bytes: 'gauge',
    busbar_store_writable: 'gauge',
    busbar_certificate_not_after_seconds: 'gauge',
    busbar_api_event_streams: 'gauge',
  })
})

test('MO1 what is counted and asked for stands in the text with its labels', async () => {
  const metrics = newMetrics()
  metrics.messages.count('station', 'in', 'Heartbeat', 'call')
  metrics.webSocketClosed('station', 1006)
  metrics.webSocketClosed('station', 4711)
  metrics.webSocketClosed('backend', 99)
  metrics.quarantined('billing')
  metrics.fault('BB-LINK-001')
  metrics.attach({
    stationsConnected: () => 7,
    webSocketConnections: () => [
      ['station', 7],
      ['bil"ling\\', 6],
    ],
    outboxes: () => [{ backend: 'billing', pending: 3, oldestSeconds: 12.5 }],
    certificates: () => [{ certificate: 'tls/server.pem', notAfterMs: 2_000_000 }],
  })
  metrics.attach({ journal: () => ({ bytes: 4096, writable: false }), eventStreams: () => 2 })
  const { samples } = parse(await metrics.text())
  const of = (name: string) =>
    samples.filter((sample) => sample.name === name).map(({ labels, value }) => [labels, value])
  assert.deepEqual(of('busbar_build_info'), [[{ version: '1.2.3', commit: 'abc' }, 1]])
  assert.deepEqual(of('busbar_ocpp_messages_total'), [
    [{ leg: 'station', direction: 'in', action: 'Heartbeat', result: 'call' }, 1],
  ])
  assert.deepEqual(of('busbar_ws_closes_total'), [
    [{ side: 'station', code: '1006' }, 1],
    [{ side: 'station', code: '4xxx' }, 1],
    [{ side: 'backend', code: 'other' }, 1],
  ])
  assert.deepEqual(of('busbar_quarantined_total'), [[{ backend: 'billing' }, 1]])
  assert.deepEqual(of('busbar_faults_total'), [[{ code: 'BB-LINK-001' }, 1]])
  assert.deepEqual(of('busbar_stations_connected'), [[{}, 7]])
  assert.deepEqual(of('busbar_ws_connections'), [
    [{ leg: 'station' }, 7],
    [{ leg: 'bil\\"ling\\\\' }, 6],
  ])
  assert.deepEqual(of('busbar_outbox_pending'), [[{ backend: 'billing' }, 3]])
  assert.deepEqual(of('busbar_outbox_oldest_seconds'), [[{ backend: 'billing' }, 12.5]])
  assert.deepEqual(of('busbar_journal_bytes'), [[{}, 4096]])
  assert.deepEqual(of('busbar_store_writable'), [[{}, 0]])
  assert.deepEqual(of('busbar_certificate_not_after_seconds'), [[{ certificate: 'tls/server.pem' }, 2000]])
  assert.deepEqual(of('busbar_api_event_streams'), [[{}, 2]])
})

test('MO1 a scrape does not count anything twice', async () => {
  const metrics = newMetrics()
  metrics.messages.count('station', 'in', 'Heartbeat', 'call')
  metrics.attach({ outboxes: () => [{ backend: 'billing', pending: 3, oldestSeconds: 0 }] })
  assert.equal(await metrics.text(), await metrics.text())
  metrics.attach({ outboxes: () => [] })
  assert.ok(!(await metrics.text()).includes('busbar_outbox_pending{'), 'a backend that is gone is gone')
})

test('MO1 histograms are cumulative and end in +Inf', async () => {
  const metrics = newMetrics()
  for (const seconds of [0.0005, 0.003, 0.003, 0.2, 100]) metrics.calls.observe('billing', 'Authorize', seconds)
  metrics.calls.observe('billing', 'Invented', 1)
  metrics.commits.observe(0.002)
  const { samples } = parse(await metrics.text())
  const buckets = samples.filter(
    ({ name, labels }) => name === 'busbar_call_seconds_bucket' && labels.action === 'Authorize',
  )
  assert.deepEqual(
    buckets.map(({ value }) => value),
    [1, 1, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5],
  )
  assert.equal(buckets.at(-1)?.labels.le, '+Inf')
  const sum = samples.find(({ name, labels }) => name === 'busbar_call_seconds_sum' && labels.action === 'Authorize')
  assert.ok(Math.abs((sum?.value ?? 0) - 100.2065) < 1e-9)
  assert.ok(samples.some(({ name, labels }) => name === 'busbar_call_seconds_count' && labels.action === 'other'))
  assert.equal(samples.find(({ name }) => name === 'busbar_journal_commit_seconds_count')?.value, 1)
})

test('MO1 the process is measured when that is asked for, the delay of its event loop included', async () => {
  const { types } = parse(await createMetrics({ version: '1', commit: '', process: true }).text())
  assert.ok(types.has('nodejs_eventloop_lag_p99_seconds'))
  assert.ok(types.has('process_resident_memory_bytes'))
})
