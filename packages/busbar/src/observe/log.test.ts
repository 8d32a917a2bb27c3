import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, wantsPretty } from './log.ts'

function collect() {
  const lines: string[] = []
  return { lines, stream: { write: (line: string) => void lines.push(line) } }
}

test('MO7 a line is one JSON object with time, level, text and fields', () => {
  const { lines, stream } = collect()
  createLog({ level: 'info', pretty: false, stream }).child({ station: 'DEPOT-01' }).warn({ code: 'X' }, 'line\nbreak')
  assert.equal(lines.length, 1)
  const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>
  assert.match(String(line.time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.deepEqual({ ...line, time: 0 }, { time: 0, level: 'warn', station: 'DEPOT-01', code: 'X', msg: 'line\nbreak' })
})

test('MO7 secrets are taken out by name, two levels deep', () => {
  const { lines, stream } = collect()
  const log = createLog({ level: 'info', pretty: false, stream })
  log.info({ password: 'hunter2', headers: { authorization: 'Bearer hunter2' }, a: { b: { token: 'hunter2' } } }, 'x')
  assert.ok(!lines.join('').includes('hunter2'), lines.join(''))
  assert.equal(lines.join('').split('«redacted»').length, 4)
})

test('MO7 levels below the one asked for are left out', () => {
  const { lines, stream } = collect()
  const log = createLog({ level: 'warn', pretty: false, stream })
  log.info('not this')
  log.error('this')
  assert.equal(lines.length, 1)
})

test('MO7 lines for people are written on a terminal only, and never when JSON is asked for', () => {
  assert.equal(wantsPretty(true, {}), true)
  assert.equal(wantsPretty(false, {}), false)
  assert.equal(wantsPretty(true, { BUSBAR_LOG: 'json' }), false)
})
