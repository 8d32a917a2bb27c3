import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bootPayload, callFrame, type Message, MessageMix } from './payload.ts'

function textOf({ frame }: Message): string {
  const short = frame[1]! & 0x7f
  const at = short === 126 ? 4 : 2
  const key = frame.subarray(at, at + 4)
  return Buffer.from(frame.subarray(at + 4).map((byte, index) => byte ^ key[index % 4]!)).toString()
}

test('the mix is a Heartbeat of 57 bytes and a MeterValues of 681 bytes in turn', () => {
  const mix = new MessageMix()
  for (let turn = 0; turn < 20; turn++) {
    const message = mix.next(Date.UTC(2026, 0, 1) + turn)
    const text = textOf(message)
    const envelope: unknown = JSON.parse(text)
    assert.ok(Array.isArray(envelope))
    assert.deepEqual(envelope.slice(0, 3), [2, message.id, turn % 2 === 0 ? 'Heartbeat' : 'MeterValues'])
    assert.equal(text.length, turn % 2 === 0 ? 57 : 681)
    assert.doesNotMatch(text, /#/)
  }
})

test('ids are random and values move', () => {
  const mix = new MessageMix()
  const messages = Array.from({ length: 200 }, () => {
    const message = mix.next(Date.now())
    return { id: message.id, text: textOf(message) }
  })
  assert.equal(new Set(messages.map(({ id }) => id)).size, 200)
  const energies = messages.flatMap(({ text }) => /"value":"(\d{8})"/.exec(text)?.[1] ?? [])
  assert.equal(new Set(energies).size, 100)
  assert.deepEqual(energies, energies.toSorted())
})

test('a call of another action is a whole frame', () => {
  const message = callFrame('BootNotification', bootPayload)
  assert.deepEqual(JSON.parse(textOf(message)), [2, message.id, 'BootNotification', bootPayload])
})

test('as text it is the same mix', () => {
  const mix = new MessageMix()
  const id = '00000000-0000-4000-8000-000000000000'
  for (const [action, length] of [
    ['Heartbeat', 57],
    ['MeterValues', 681],
    ['Heartbeat', 57],
  ] as const) {
    const message = mix.nextText(id, 0)
    const envelope: unknown = JSON.parse(message.text)
    assert.ok(Array.isArray(envelope))
    assert.deepEqual(envelope.slice(0, 3), [2, id, action])
    assert.deepEqual([message.action, message.text.length], [action, length])
  }
})
