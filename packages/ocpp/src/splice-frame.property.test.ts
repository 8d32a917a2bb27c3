import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { numberToken, space, stringToken, valueToken, writtenFrame } from './json-text.arbitrary.ts'
import { readFrame } from './read-frame.ts'
import { locateAll, spliceId, spliceSpans } from './splice-frame.ts'

test('T3 T25 a new id changes the id token and no other character, and reads as the new id', () => {
  fc.assert(
    fc.property(writtenFrame, fc.oneof(stringToken, numberToken), ({ before, idToken, after }, newToken) => {
      const spliced = spliceId(before + idToken + after, newToken)
      assert.equal(spliced, before + newToken + after)
      const frame = readFrame(spliced)
      assert.ok(frame.type !== 'unreadable')
      assert.equal(frame.id.token, newToken)
    }),
    { numRuns: 1500 },
  )
})

const member = fc.record({
  name: fc.oneof(stringToken, fc.constantFrom('"key"', '"\\u006bey"', '"k\\u0065y"')),
  value: valueToken,
  space,
})

test('T25 every value under a name is found, however the name is spelt, and only those are replaced', () => {
  fc.assert(
    fc.property(fc.array(member, { minLength: 1, maxLength: 6 }), fc.nat(), stringToken, (members, pick, token) => {
      const wanted = JSON.parse(members[pick % members.length]!.name)
      const write = (choose: (value: string, found: boolean) => string): string => {
        const rows = members.map(({ name, value, space }) => {
          return `${space}${name}${space}:${space}${choose(value, JSON.parse(name) === wanted)}${space}`
        })
        return `[3,"1",[0,{${rows.join(',')}}]]`
      }
      const text = write((value) => value)
      const spans = locateAll(text, [2, 1, wanted])
      assert.equal(
        spliceSpans(text, spans, token),
        write((value, found) => (found ? token : value)),
      )
    }),
    { numRuns: 1500 },
  )
})

test('T25 an element of a list is found by its index', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(space, valueToken, space), { maxLength: 5 }), fc.nat(5), (items, index) => {
      const text = `[${items.map((parts) => parts.join('')).join(',')}]`
      const found = locateAll(text, [index]).map((span) => text.slice(span.start, span.end))
      assert.deepEqual(
        found,
        items.slice(index, index + 1).map(([, value]) => value),
      )
    }),
    { numRuns: 1000 },
  )
})

test('T27 no text makes the scanner throw or run on', () => {
  const alphabet = fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', '1', ' ', 'a')
  const path = fc.array(fc.oneof(fc.nat(3), fc.constantFrom('', 'a', '1')), { maxLength: 4 })
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: alphabet }), fc.string({ unit: 'binary' })), path, (text, steps) => {
      for (const span of locateAll(text, steps)) assert.ok(span.start >= 0 && span.end <= text.length)
      spliceId(text, '"new"')
    }),
    { numRuns: 2000 },
  )
})
