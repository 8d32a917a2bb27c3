import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from './manual-clock.ts'
import { type FaultNotice, Webhook } from './webhook.ts'

function notice(code: string): FaultNotice {
  const at = '2026-01-01T00:00:00.000Z'
  return { site: 'depot', at, code, station: null, text: '', cause: '', remedy: '', detail: {} }
}

/** Lets everything that waits for nothing but its turn run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

function rig(answers: (number | Error)[]) {
  const clock = new ManualClock()
  const posted: FaultNotice[] = []
  const warnings: object[] = []
  let url: string | null = 'http://127.0.0.1/hook'
  const webhook = new Webhook({
    url: () => url,
    clock,
    log: { warn: (detail) => warnings.push(detail) },
    post: async (_url, body) => {
      posted.push(JSON.parse(body) as FaultNotice)
      const answer = answers.shift() ?? 200
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  return { clock, posted, warnings, webhook, setUrl: (to: string | null) => (url = to) }
}

test('MO5 a notice is posted once when it is taken', async () => {
  const { posted, webhook, clock } = rig([204])
  webhook.tell(notice('A'))
  await settle()
  clock.advance(100_000)
  await settle()
  assert.deepEqual(
    posted.map(({ code }) => code),
    ['A'],
  )
})

test('MO5 it is tried three times, then left; the next one is tried all the same', async () => {
  const { posted, webhook, clock, warnings } = rig([new Error('refused'), 500, 302, 200])
  webhook.tell(notice('A'))
  webhook.tell(notice('B'))
  await settle()
  assert.equal(posted.length, 1)
  clock.advance(2000)
  await settle()
  assert.equal(posted.length, 2)
  clock.advance(15_000)
  await settle()
  assert.deepEqual(
    posted.map(({ code }) => code),
    ['A', 'A', 'A', 'B'],
  )
  assert.deepEqual(warnings, [{ fault: 'A', failure: 'status 302' }])
})

test('MO5 the queue is bounded, the newest stay, and what is missing is said', async () => {
  const { posted, webhook, clock } = rig([500])
  webhook.tell(notice('first'))
  await settle()
  for (let n = 0; n < 150; n++) webhook.tell(notice(`N${n}`))
  assert.equal(webhook.waiting, 100)
  clock.advance(2000)
  for (let n = 0; n < 300; n++) await settle()
  assert.equal(posted.length, 102)
  assert.equal(posted[2]?.code, 'N50')
  assert.deepEqual(posted[2]?.detail, { noticesDropped: 50 })
  assert.equal(posted.at(-1)?.code, 'N149')
})

test('MO5 without a URL nothing waits, and stopping lets go of what does', async () => {
  const { posted, webhook, setUrl } = rig([500])
  setUrl(null)
  webhook.tell(notice('A'))
  assert.equal(webhook.waiting, 0)
  setUrl('http://127.0.0.1/hook')
  webhook.tell(notice('B'))
  webhook.tell(notice('C'))
  await settle()
  webhook.stop()
  await settle()
  assert.deepEqual(
    posted.map(({ code }) => code),
    ['B'],
  )
})
