// What a reload puts in force, and routes as the API takes them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareSettings } from './changes.ts'
import { loadText } from './load.ts'
import { readRoutes } from './read-routes.ts'

function settings(text: string) {
  const machine = { openFiles: null, memoryBytes: 1e12 }
  const loaded = loadText(text, { cwd: '/tmp', env: {}, now: 0, machine, hostName: 'h', shown: 'f', path: '/tmp/f' })
  assert.ok('settings' in loaded)
  return loaded.settings
}

test('CF13 a reload names what is in force at once and what waits for a restart', () => {
  const before = settings('backends: {a: {url: ws://a.example}}\n')
  const after = settings('backends: {a: {url: ws://b.example}}\nlisten: {stations: "ws://127.0.0.1:9001"}\nsite: x\n')
  assert.deepEqual(compareSettings(before, after), { changed: ['backends'], needsRestart: ['site', 'listen'] })
  assert.deepEqual(compareSettings(before, settings('backends: {a: {url: ws://a.example}}\n')), {
    changed: [],
    needsRestart: [],
  })
})

test('CF14 routes from the API are read as those of the file, all or none', () => {
  const names = new Set(['billing'])
  assert.deepEqual(readRoutes([{ stations: 'A-*', primary: 'billing' }], names), {
    routes: [{ stations: ['A-*'], primary: 'billing', mode: 'resilient' }],
  })
  assert.deepEqual(readRoutes([{ stations: '*', primary: 'biling' }], names), {
    problems: [
      { field: 'routes[0].primary', message: '`biling` is not a configured backend; did you mean `billing`?' },
    ],
  })
  assert.deepEqual(readRoutes([{ station: '*', primary: 'billing' }], names), {
    problems: [
      {
        field: 'routes[0].stations',
        message: '`routes[0].stations` is missing; add it; it must be text or a list or a mapping',
      },
      { field: 'routes[0].station', message: 'unknown key `station`; did you mean `stations`?' },
    ],
  })
  assert.deepEqual(readRoutes(undefined, names), {
    problems: [{ field: 'routes', message: '`routes` must be a list, not nothing; give it a value or take it out' }],
  })
})
