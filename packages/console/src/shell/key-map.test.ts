import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noKeys, PAIR_MS, readKey } from './key-map.ts'

const known = (name: string) => ['g s', 's', 'j', '/', '?', 'Escape'].includes(name)
const key = (text: string, fields = {}) => ({ key: text, hasModifier: false, isTyping: false, ...fields })

test('a key means itself, and two keys in time mean a pair', () => {
  assert.equal(readKey(key('j'), noKeys, 0, known, true).name, 'j')
  const first = readKey(key('g'), noKeys, 1000, known, true)
  assert.equal(first.name, null)
  assert.equal(readKey(key('s'), first.memory, 1000 + PAIR_MS, known, true).name, 'g s')
  assert.equal(readKey(key('s'), first.memory, 1001 + PAIR_MS, known, true).name, 's')
})

test('keys in a text field, with a modifier, or turned off mean nothing', () => {
  assert.equal(readKey(key('j', { isTyping: true }), noKeys, 0, known, true).name, null)
  assert.equal(readKey(key('j', { hasModifier: true }), noKeys, 0, known, true).name, null)
  assert.equal(readKey(key('j'), noKeys, 0, known, false).name, null)
})

test('Escape works always', () => {
  assert.equal(readKey(key('Escape', { isTyping: true }), noKeys, 0, known, false).name, 'Escape')
})

test('unknown keys mean nothing', () => {
  assert.equal(readKey(key('x'), noKeys, 0, known, true).name, null)
  assert.equal(readKey(key('F5'), noKeys, 0, known, true).name, null)
})
