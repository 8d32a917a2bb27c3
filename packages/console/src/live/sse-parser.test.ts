import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ServerEvent, SseParser } from './sse-parser.ts'

const stream =
  '\uFEFFretry: 2000\n\nid: 7\n: live\n\nid: 8\r\ndata: {"a":1}\r\n\r\n: beat\n\nevent: note\ndata: one\ndata:two\n\nid: 9\ndata: x\n\ndata: cut'
const events: readonly ServerEvent[] = [
  { id: '7', event: 'message', data: null },
  { id: '8', event: 'message', data: '{"a":1}' },
  { id: null, event: 'note', data: 'one\ntwo' },
  { id: '9', event: 'message', data: 'x' },
]

test('gives complete events, ids without data, and no comments', () => {
  const parser = new SseParser()
  assert.deepEqual(parser.push(stream), events)
  assert.equal(parser.retryMs, 2000)
  assert.deepEqual(parser.push('\n\n'), [{ id: null, event: 'message', data: 'cut' }])
})

test('gives the same events however the text is cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
      const parser = new SseParser()
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
      const found = places.slice(1).flatMap((end, index) => parser.push(stream.slice(places[index], end)))
      assert.deepEqual(found, events)
    }),
  )
})
