import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anchorAt, indexOfPosition, scrollTopFor } from './anchor.ts'
import { badgesOf, remarkOf, subjectOf, toneOf, typeWord } from './entry-look.ts'
import { afterScroll, afterToggle } from './follow.ts'
import { lanesOf, placeEntry } from './lanes.ts'
import { answer, delivery, frame, link } from './samples.ts'
import { entryTest, readKinds } from './timeline-filter.ts'

test('all words have to occur, in whatever part of an entry', () => {
  const passes = entryTest({ kinds: [], text: 'METER 7180' })
  assert.equal(passes?.(frame(1, { action: 'MeterValues', raw: '{"value":"7180"}' })), true)
  assert.equal(passes?.(frame(2, { action: 'MeterValues' })), false)
})

test('without words and kinds there is nothing to test', () => {
  assert.equal(entryTest({ kinds: [], text: '  ' }), null)
  assert.equal(entryTest({ kinds: ['link'], text: '' })?.(frame(1)), false)
})

test('kinds of a URL keep their order, unknown ones are left out', () => {
  assert.deepEqual(readKinds('fault,nonsense,frame'), ['frame', 'fault'])
  assert.deepEqual(readKinds(undefined), [])
})

test('lanes are the station, Busbar, the primary, then the others', () => {
  const lanes = lanesOf([
    { name: 'next', role: 'mirror' },
    { name: 'billing', role: 'primary' },
  ])
  assert.deepEqual(lanes, ['station', 'busbar', 'billing', 'next'])
  assert.deepEqual(lanesOf([]), ['station', 'busbar', 'backend'])
})

test('an entry is an arrow between two lanes or a mark on one', () => {
  const lanes = ['station', 'busbar', 'billing', 'next']
  assert.deepEqual(placeEntry(frame(1), lanes), { kind: 'arrow', from: 0, to: 2 })
  assert.deepEqual(placeEntry(answer(2, 1), lanes), { kind: 'arrow', from: 2, to: 0 })
  assert.deepEqual(placeEntry(frame(3, { to: null }), lanes), { kind: 'arrow', from: 0, to: 1 })
  assert.deepEqual(placeEntry(frame(4, { to: 'gone' }), lanes), { kind: 'arrow', from: 0, to: 3 })
  assert.deepEqual(placeEntry(link(5, { peer: 'station' }), lanes), { kind: 'mark', at: 0 })
  assert.deepEqual(placeEntry(delivery(6, 1), lanes), { kind: 'mark', at: 2 })
})

test('every entry has a word, a subject and a tone', () => {
  assert.deepEqual([typeWord(frame(1)), subjectOf(frame(1)), toneOf(frame(1))], ['call', 'Heartbeat', 'plain'])
  const broken = frame(2, { type: null, action: null, to: null, findings: [{ code: 'BB-1', path: '', detail: 'x' }] })
  assert.deepEqual([typeWord(broken), subjectOf(broken), toneOf(broken)], ['unreadable', 'unknown', 'bad'])
  assert.deepEqual(
    badgesOf(broken).map((badge) => badge.text),
    ['finding', 'not passed on'],
  )
  assert.equal(toneOf(link(3, { state: 'refused' })), 'bad')
  assert.deepEqual(
    badgesOf(frame(4, { redacted: true })).map((badge) => badge.text),
    ['redacted'],
  )
})

test('a row leaves out what its lanes, subject and latency say already', () => {
  const of = (text: string, fields = {}) => remarkOf(frame(1, { action: 'MeterValues', text, ...fields }))
  assert.equal(of('S told billing: MeterValues on connector 2: 6759 W'), 'on connector 2: 6759 W')
  assert.equal(of('billing answered MeterValues after 3 ms: Accepted', { from: 'billing' }), 'Accepted')
  assert.equal(of('S sent MeterValues; it was passed on to nobody'), 'it was passed on to nobody')
  assert.equal(of('billing answered MeterValues after 12 s', { from: 'billing' }), null)
  assert.equal(of('something else'), 'something else')
  assert.equal(of('an unknown action came', { action: null }), 'an unknown action came')
  // A station that is called like an action.
  assert.equal(of('MeterValues told billing: MeterValues on connector 1', { station: 'MeterValues' }), 'on connector 1')
})

test('scrolling away stops following, scrolling back resumes it, unless it was told to stand', () => {
  assert.equal(afterScroll('following', false), 'scrolledAway')
  assert.equal(afterScroll('scrolledAway', true), 'following')
  assert.equal(afterScroll('standing', true), 'standing')
  assert.equal(afterToggle('following'), 'standing')
  assert.equal(afterToggle('scrolledAway'), 'following')
})

test('what is read stays in place when entries are added, whichever way the list goes', () => {
  const positions = fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(positions, positions, fc.boolean(), fc.nat(5000), (first, more, isDescending, scrollTop) => {
      const order = (a: number, b: number) => (isDescending ? b - a : a - b)
      const before = first.toSorted(order).map((position) => frame(position))
      const after = [...new Set([...first, ...more])].sort(order).map((position) => frame(position))
      const anchor = anchorAt(before, scrollTop, 28)
      assert.ok(anchor !== null)
      const top = scrollTopFor(anchor, after, 28)
      assert.ok(top !== null)
      const row = indexOfPosition(after, anchor.position)
      assert.equal(after[row]?.position, anchor.position)
      assert.equal(top - row * 28, anchor.past)
    }),
  )
})

test('a position that is not in the list is not found', () => {
  assert.equal(indexOfPosition([frame(1), frame(3)], 2), -1)
  assert.equal(indexOfPosition([], 2), -1)
})
