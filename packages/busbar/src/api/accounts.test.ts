import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeWorld, openFakeApi, own } from './fake-ports.ts'

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
}

async function rig() {
  const world = new FakeWorld()
  const api = await openFakeApi(world)
  const send = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object): Promise<Answer> => {
    const answer = await api.app.inject({ method, url, headers: own, ...(body === undefined ? {} : { payload: body }) })
    return { status: answer.statusCode, text: answer.body, body: answer.body === '' ? {} : answer.json() }
  }
  const importing = async (csv: string, query = ''): Promise<Answer> => {
    const headers = { ...own, 'content-type': 'text/csv' }
    const url = `/api/v1/stations/import${query}`
    const answer = await api.app.inject({ method: 'POST', url, headers, payload: csv })
    return { status: answer.statusCode, text: answer.body, body: answer.json() }
  }
  return { world, send, importing }
}

const problemsOf = (answer: Answer) =>
  (answer.body.errors as { line: number; field: string }[]).map(({ line, field }) => [line, field])

test('AP19 an account without a password gets one that is told once', async () => {
  const { world, send } = await rig()
  const made = await send('POST', '/api/v1/stations', { id: 'DEPOT-01', tags: ['yard'] })
  assert.equal(made.status, 201)
  assert.match(String(made.body.password), /^[2-9A-HJ-NP-Za-km-z]{20}$/)
  assert.equal(world.drafts[0]?.password, made.body.password)
  assert.equal(world.drafts[0]?.serial, 'DEPOT-01')
  assert.deepEqual(world.actors, ['api:local'])
  const read = await send('GET', '/api/v1/stations/DEPOT-01')
  assert.ok(!read.text.includes(String(made.body.password)))
  assert.deepEqual((read.body.account as Record<string, unknown>).hasPassword, true)
})

test('AP19 a password that was given is never told', async () => {
  const { send } = await rig()
  const given = await send('POST', '/api/v1/stations', { id: 'A', password: 'hunter22hunter22' })
  assert.equal(given.status, 201)
  assert.ok(!given.text.includes('hunter22'))
  const without = await send('POST', '/api/v1/stations', { id: 'B', password: null })
  assert.equal(without.body.hasPassword, false)
  assert.equal('password' in without.body, false)
})

test('AP25 POST makes new accounts only; PUT makes or replaces, and keeps the password unless told otherwise', async () => {
  const { world, send } = await rig()
  await send('POST', '/api/v1/stations', { id: 'A', password: 'hunter22hunter22' })
  const again = await send('POST', '/api/v1/stations', { id: 'A' })
  assert.deepEqual([again.status, again.body.code], [409, 'BB-API-016'])
  const put = await send('PUT', '/api/v1/stations/A', { tags: ['roof'] })
  assert.equal(put.status, 200)
  assert.deepEqual(put.body.tags, ['roof'])
  assert.equal(world.drafts.at(-1)?.password, undefined)
  assert.equal(put.body.hasPassword, true)
  assert.equal((await send('PUT', '/api/v1/stations/A', { password: null })).body.hasPassword, false)
  assert.equal((await send('PUT', '/api/v1/stations/NEW%2F1', {})).status, 201)
  assert.equal(world.accounts.has('NEW/1'), true)
})

test('AP25 an account is removed once', async () => {
  const { world, send } = await rig()
  await send('POST', '/api/v1/stations', { id: 'A' })
  assert.equal((await send('DELETE', '/api/v1/stations/A')).status, 204)
  assert.equal(world.accounts.size, 0)
  const again = await send('DELETE', '/api/v1/stations/A')
  assert.deepEqual([again.status, again.body.code], [404, 'BB-API-011'])
})

test('AP25 an account that cannot be taken says which field is wrong', async () => {
  const { world, send } = await rig()
  world.accountsChange = {
    outcome: 'invalid',
    problems: [{ index: 0, field: 'id', message: 'holds a control character' }],
  }
  const refused = await send('POST', '/api/v1/stations', { id: 'A' })
  assert.deepEqual([refused.status, refused.body.code], [422, 'BB-API-023'])
  assert.equal(refused.text.includes('control character'), true)
  world.accountsChange = { outcome: 'storeFailed', detail: 'the disk is full' }
  assert.equal((await send('POST', '/api/v1/stations', { id: 'A' })).status, 503)
  assert.equal((await send('POST', '/api/v1/stations', { id: 'A', pasword: 'x' })).status, 400)
  assert.equal((await send('POST', '/api/v1/stations', {})).status, 400)
})

test('AP18 a list is imported as a whole; empty passwords are made and told', async () => {
  const { world, importing } = await rig()
  world.accounts.set('B', { id: 'B', tags: [], serial: 'B', assumeProtocol: null, hasPassword: true, source: 'file' })
  const answer = await importing(
    '\uFEFFid;password;tags;assumeProtocol\r\nA;;yard roof;\r\nB;;;\r\nC;"se;cr""et";;ocpp1.6\r\n',
  )
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.body.created, 2)
  assert.equal(answer.body.replaced, 1)
  const [a, b, c] = world.drafts
  assert.deepEqual(a?.tags, ['yard', 'roof'])
  assert.equal(a?.password?.length, 20)
  assert.equal(b?.password, undefined)
  assert.equal(c?.password, 'se;cr"et')
  assert.equal(c?.assumeProtocol, 'ocpp1.6')
  const items = answer.body.items as Record<string, unknown>[]
  assert.deepEqual(
    items.map(({ password }) => password),
    [a?.password, undefined, undefined],
  )
  assert.deepEqual(world.actors, ['api:local'])
})

test('AP18 mistakes name their lines and fields, and nothing is written', async () => {
  const { world, importing } = await rig()
  const csv = 'id,password,tags,serial,assumeProtocol\nA,,,,\n,x,,,\n"A\nB",,,,\nA,,,,\nC,,,,ocpp1.5\nD,,,,,extra\n'
  const answer = await importing(csv)
  assert.deepEqual([answer.status, answer.body.code], [422, 'BB-API-017'])
  assert.deepEqual(problemsOf(answer), [
    [3, 'id'],
    [6, 'id'],
    [7, 'assumeProtocol'],
    [8, 'csv'],
  ])
  assert.equal(world.drafts.length, 0)
  assert.deepEqual(problemsOf(await importing('name,password\nA,\n')), [
    [1, 'name'],
    [1, 'id'],
  ])
  assert.deepEqual(problemsOf(await importing('\n')), [[1, 'csv']])
  assert.deepEqual(problemsOf(await importing('id\n')), [[1, 'csv']])
  assert.deepEqual(problemsOf(await importing('id\n"A\n')), [[2, 'csv']])
  assert.equal(world.drafts.length, 0)
})

test('AP18 existing accounts can be made a mistake, and empty passwords left empty', async () => {
  const { world, importing } = await rig()
  await importing('id\nA\n', '?passwords=none')
  assert.equal(world.drafts[0]?.password, null)
  const refused = await importing('id\nB\nA\n', '?existing=refuse')
  assert.deepEqual([refused.status, problemsOf(refused)], [422, [[3, 'id']]])
  assert.equal(world.accounts.has('B'), false)
})

test('AP18 what the store of accounts refuses is said by line', async () => {
  const { world, importing } = await rig()
  world.accountsChange = { outcome: 'invalid', problems: [{ index: 1, field: 'password', message: 'is too short' }] }
  const refused = await importing('id,password\nA,long enough for all\n\nB,x\n')
  assert.deepEqual([refused.status, refused.body.code, problemsOf(refused)], [422, 'BB-API-017', [[4, 'password']]])
})
