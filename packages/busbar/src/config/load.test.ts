// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders as people write them
// Every kind of problem with its exact place, every default, and files of nonsense.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { describeFault } from '@busbar/core/base/fault.ts'
import fc from 'fast-check'
import type { Machine } from './capacity.ts'
import { loadSettings, loadText } from './load.ts'
import { formatProblem } from './problem.ts'

const machine: Machine = { openFiles: 20_000, memoryBytes: 8 * 1024 ** 3 }
const env = { GOOD: 'a-password-that-is-long-enough', EMPTY: '', COUNT: '500' }

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-config-'))
  writeFileSync(join(folder, 'secret.txt'), 'a-secret-from-a-file\n')
  writeFileSync(join(folder, 'not.pem'), 'no certificate\n')
})
after(() => rmSync(folder, { recursive: true, force: true }))

function load(text: string | null, given: Partial<Machine> = {}) {
  return loadText(text, {
    cwd: folder,
    env,
    hostName: 'host',
    machine: { ...machine, ...given },
    now: Date.UTC(2026, 5, 1),
    shown: 'busbar.yaml',
    path: text === null ? null : join(folder, 'busbar.yaml'),
  })
}

function problemsOf(text: string, given: Partial<Machine> = {}): string[] {
  const loaded = load(text, given)
  return 'problems' in loaded ? loaded.problems.map(strip) : []
}

function warningsOf(text: string, given: Partial<Machine> = {}): string[] {
  const loaded = load(text, given)
  assert.ok('settings' in loaded, 'problems' in loaded ? loaded.problems.map(strip).join('\n') : '')
  return loaded.warnings.map(strip)
}

function strip(problem: Parameters<typeof formatProblem>[0]): string {
  assert.ok(describeFault(problem.code), problem.code)
  assert.ok(problem.what !== '' && problem.remedy !== '')
  return formatProblem(problem).replaceAll(folder, '.')
}

function settingsOf(text: string | null) {
  const loaded = load(text)
  assert.ok('settings' in loaded, 'problems' in loaded ? loaded.problems.map(strip).join('\n') : '')
  return loaded.settings
}

/** A configuration that is wrong, and the lines that say so. */
const wrong: readonly (readonly [title: string, text: string, ...expected: string[]])[] = [
  ['a misspelt section', 'lisen: {}\n', 'busbar.yaml:1:1: unknown key `lisen`; did you mean `listen`? [BB-CONFIG-003]'],
  [
    'a misspelt key deep inside, at the key itself',
    'backends:\n  billing:\n    url: ws://a.example\n    pasword: x\n',
    'busbar.yaml:4:5: unknown key `pasword`; did you mean `password`? [BB-CONFIG-003]',
  ],
  [
    'a key in the wrong section',
    'listen:\n  clientCa: ca.pem\n',
    'busbar.yaml:2:3: unknown key `clientCa`; it belongs to `listen.stations[].clientCa` [BB-CONFIG-003]',
  ],
  [
    'a key that resembles nothing',
    'journal: {zzz: 1}\n',
    'busbar.yaml:1:11: unknown key `zzz`; known here: keep, maxBytes, window [BB-CONFIG-003]',
  ],
  [
    'several problems in the order of the file',
    'sitte: x\nstations:\n  unknown: acept\n  pingEvery: 30\n',
    'busbar.yaml:1:1: unknown key `sitte`; did you mean `site`? [BB-CONFIG-003]',
    'busbar.yaml:3:12: `stations.unknown` must be one of reject, accept: `acept`; did you mean `accept`? [BB-CONFIG-004]',
    'busbar.yaml:4:14: `stations.pingEvery` must be text, not a number; write its unit, such as `30s` [BB-CONFIG-004]',
  ],
  [
    'a duration with a unit that is none',
    'journal:\n  keep: 90 days\n',
    'busbar.yaml:2:9: `journal.keep` is not a duration: `90 days`; write a number and ms, s, m, h, d or w, such as `10s` [BB-CONFIG-004]',
  ],
  [
    'a size without a unit',
    'stations:\n  maxFrameBytes: 65536\n',
    'busbar.yaml:2:18: `stations.maxFrameBytes` must be text, not a number; write its unit, such as `65536MiB` [BB-CONFIG-004]',
  ],
  [
    'a number where text belongs',
    'stations:\n  accounts:\n    - {id: 0042}\n',
    'busbar.yaml:3:12: `stations.accounts[0].id` must be text, not a number; put it in quotes [BB-CONFIG-004]',
  ],
  [
    'a missing key, at the mapping that lacks it',
    'backends:\n  billing:\n    ocpp: ocpp1.6\n',
    'busbar.yaml:2:3: `backends.billing.url` is missing; add it; it must be text [BB-CONFIG-004]',
  ],
  [
    'a key without a value',
    'stations:\n  accounts:\n    - id: A\n      password:\n',
    'busbar.yaml:4:16: `stations.accounts[0].password` must be text, not nothing; give it a value or take it out [BB-CONFIG-004]',
  ],
  [
    'a value of another kind',
    'routes: billing\n',
    'busbar.yaml:1:9: `routes` must be a list, not text; correct it [BB-CONFIG-004]',
  ],
  [
    'a list element that fits neither form',
    'listen:\n  stations: [ws://127.0.0.1:9000, 9001]\n',
    'busbar.yaml:2:35: `listen.stations[1]` must be text or a mapping, not a number; correct it [BB-CONFIG-004]',
  ],
  [
    'a URL with the wrong scheme, in the short form',
    'listen:\n  stations: http://127.0.0.1:9000\n',
    'busbar.yaml:2:13: `listen.stations` has the scheme `http`: `http://127.0.0.1:9000`; use ws or wss, like `ws://0.0.0.0:9000` [BB-CONFIG-004]',
  ],
  [
    'text that is no URL',
    'backends: {a: {url: cpms}}\n',
    'busbar.yaml:1:21: `backends.a.url` is not a URL: `cpms`; write it like `wss://cpms.example/ocpp` [BB-CONFIG-004]',
  ],
  [
    'credentials in a URL',
    'backends: {a: {url: "wss://u:p@cpms.example"}}\n',
    'busbar.yaml:1:21: `backends.a.url` has a user name or password in it: `wss://…@cpms.example`; take them out; use the keys made for credentials [BB-CONFIG-004]',
  ],
  [
    'a version that does not exist',
    'backends:\n  a:\n    url: ws://a.example\n    ocpp: [ocpp1.6, ocpp2.0]\n',
    'busbar.yaml:4:21: `backends.a.ocpp[1]` must be one of ocpp1.6, ocpp2.0.1, ocpp2.1: `ocpp2.0`; did you mean `ocpp2.1`? [BB-CONFIG-004]',
  ],
  [
    'an identity template without {id}',
    'backends: {a: {url: ws://a.example, identity: fixed}}\n',
    'busbar.yaml:1:47: `backends.a.identity` does not contain `{id}`: `fixed`; write `{id}` where the identity of the station belongs [BB-CONFIG-004]',
  ],
  [
    'a header of the handshake',
    'backends:\n  a:\n    url: ws://a.example\n    headers: {Authorization: x}\n',
    'busbar.yaml:4:15: the key `backends.a.headers.Authorization` is a header of the handshake itself; take it out; credentials go to `password` [BB-CONFIG-004]',
  ],
  [
    'an address of a proxy that is a name',
    'api: {trustProxy: proxy.example}\n',
    'busbar.yaml:1:19: `api.trustProxy` is not an IP address: `proxy.example`; write an address or a network, such as `10.0.0.5` or `10.0.0.0/24` [BB-CONFIG-004]',
  ],
  [
    'a site that cannot be part of a topic',
    'site: depot/north\n',
    'busbar.yaml:1:7: `site` has a blank, `/`, `+`, `#` or a control character in it: `depot/north`; use letters, digits, - and _ [BB-CONFIG-004]',
  ],
  [
    'an empty list of listeners',
    'listen: {stations: []}\n',
    'busbar.yaml:1:20: `listen.stations` is an empty list; correct it [BB-CONFIG-004]',
  ],
  [
    'a number out of bounds',
    'expectStations: 0\n',
    'busbar.yaml:1:17: `expectStations` must be at least 1; correct it [BB-CONFIG-004]',
  ],
  [
    'broken YAML',
    'backends:\n  a: {url: ws://a.example\n',
    'busbar.yaml:3:1: Flow map in block collection must be sufficiently indented and end with a }; correct the YAML here or in the line above [BB-CONFIG-002]',
  ],
  [
    'a key twice',
    'site: a\nsite: b\n',
    'busbar.yaml:2:1: Map keys must be unique; keep one of the two [BB-CONFIG-002]',
  ],
  [
    'a list instead of a mapping at the top',
    '- site\n',
    'busbar.yaml:1:1: `` must be a mapping, not a list; correct it [BB-CONFIG-004]',
  ],
  [
    'an unset variable',
    'api:\n  tokens:\n    - { name: ops, role: viewer, token: "${OPS_TOKEN}" }\n',
    'busbar.yaml:3:41: the environment variable `OPS_TOKEN` is not set; set it, or use `${file:PATH}` [BB-CONFIG-006]',
  ],
  [
    'a file that is not there',
    'backends: {a: {url: ws://a.example, password: "${file:gone.txt}"}}\n',
    'busbar.yaml:1:47: the file `gone.txt` of `${file:…}` cannot be read (ENOENT); create it or correct the path [BB-CONFIG-006]',
  ],
  [
    'a placeholder that is not closed',
    'site: a${GOOD\n',
    'busbar.yaml:1:7: `${` is not closed by `}`; close it, or write `$${` for the two characters themselves [BB-CONFIG-006]',
  ],
  [
    'a placeholder that is none',
    'site: "${not a name}"\n',
    'busbar.yaml:1:7: `${not a name}` is neither a variable name nor file:PATH; use letters, digits and _, or write `$${` for the two characters themselves [BB-CONFIG-006]',
  ],
  [
    'mirroring, which is not built yet',
    'backends: {a: {url: ws://a.example}}\nroutes:\n  - stations: "*"\n    primary: a\n    mirrors: [b]\n',
    'busbar.yaml:5:5: `routes[0].mirrors` is not available in this version (mirroring to further backends); take it out or write `[]` [BB-CONFIG-005]',
  ],
  [
    'routes by vendor, which are not built yet',
    'backends: {a: {url: ws://a.example}}\nroutes:\n  - stations: {vendor: X}\n    primary: a\n',
    'busbar.yaml:3:5: `routes[0].stations` is not available in this version (choosing stations by vendor, model, firmware or tag); take it out [BB-CONFIG-005]',
  ],
  [
    'a route that says for no station',
    'backends: {a: {url: ws://a.example}}\nroutes:\n  - primary: a\n',
    'busbar.yaml:3:5: `routes[0].stations` is missing; add it; it must be text or a list or a mapping [BB-CONFIG-004]',
  ],
  [
    'local answers, which are not built yet',
    'resilience:\n  answerWithin: 10s\n',
    'busbar.yaml:2:3: `resilience.answerWithin` is not available in this version (answering in place of a backend); take it out [BB-CONFIG-005]',
  ],
  [
    'requiring a security profile, which is not built yet',
    'stations: {profile: 2}\n',
    'busbar.yaml:1:12: `stations.profile` is not available in this version (requiring a security profile); take it out or write `0` [BB-CONFIG-005]',
  ],
  [
    'whole sections that are not built yet',
    'rules: [{name: x}]\nenergy: {mode: own}\nbridges: [{name: home}]\n',
    'busbar.yaml:1:1: `rules` is not available in this version (rules); take it out or write `[]` [BB-CONFIG-005]',
    'busbar.yaml:2:10: `energy.mode` is not available in this version (energy management); take it out or write `"off"` [BB-CONFIG-005]',
    'busbar.yaml:3:1: `bridges` is not available in this version (bridges); take it out or write `[]` [BB-CONFIG-005]',
  ],
  [
    'a route to an unknown backend',
    'backends: {billing: {url: ws://a.example}}\nroutes:\n  - {stations: "*", primary: biling}\n',
    'busbar.yaml:3:30: the route leads to `biling`, which is not a configured backend; did you mean `billing`? [BB-CONFIG-007]',
  ],
  [
    'a backend under a reserved name',
    'backends:\n  station: {url: ws://a.example}\n',
    'busbar.yaml:2:3: a backend cannot be named `station`, the timeline says so of somebody else; choose another name [BB-CONFIG-008]',
  ],
  [
    'a backend name that cannot be a label',
    'backends:\n  "next cpms": {url: ws://a.example}\n',
    'busbar.yaml:2:3: the backend name `next cpms` cannot be a label of metrics and timeline; begin with a letter; use letters, digits, _, . and -, at most 64 [BB-CONFIG-008]',
  ],
  [
    'an account twice',
    'stations:\n  accounts:\n    - {id: A}\n    - {id: A}\n',
    'busbar.yaml:4:12: the account `A` stands twice; keep one [BB-CONFIG-009]',
  ],
  [
    'listeners on one address',
    'listen:\n  stations: [ws://127.0.0.1:9000, ws://0.0.0.0:9000]\n  api: http://127.0.0.1:9000\nstations: {authenticate: backend}\n',
    'busbar.yaml:2:35: ws://0.0.0.0:9000 collides with another listener; give each listener an address of its own [BB-CONFIG-009]',
    'busbar.yaml:3:8: http://127.0.0.1:9000 collides with another listener; give each listener an address of its own [BB-CONFIG-009]',
  ],
  [
    'an API that others can reach without tokens and without encryption',
    'listen: {api: "http://0.0.0.0:9080"}\n',
    'busbar.yaml:1:15: the API on http://0.0.0.0:9080 can be reached by other machines and has no tokens; add api.tokens, or use 127.0.0.1 [BB-CONFIG-010]',
    'busbar.yaml:1:15: the API on http://0.0.0.0:9080 would send tokens over the network in clear; use https, or name the encrypting proxies in api.trustProxy [BB-CONFIG-010]',
  ],
  [
    'strangers from other machines',
    'listen: {stations: "ws://0.0.0.0:9000"}\nstations:\n  unknown: accept\n',
    'busbar.yaml:3:12: `unknown: accept` lets any station in on ws://0.0.0.0:9000, which other machines can reach; write `profile: 0` beside it if that is meant, or `unknown: reject` [BB-CONFIG-011]',
  ],
  [
    'TLS files that are missing or none',
    'listen:\n  stations:\n    - {url: "wss://127.0.0.1:9443", cert: not.pem, key: gone.pem}\n',
    'busbar.yaml:3:43: ./not.pem has no certificate in it; name a PEM file that begins with BEGIN CERTIFICATE [BB-CONFIG-012]',
    'busbar.yaml:3:57: ./gone.pem does not exist; correct the path or the permissions [BB-CONFIG-012]',
  ],
  [
    'a certificate without a key',
    'listen:\n  stations:\n    - {url: "wss://127.0.0.1:9443", cert: not.pem}\n',
    'busbar.yaml:3:37: `key` is missing beside `cert`; name one key for each certificate, in the same order [BB-CONFIG-012]',
  ],
  [
    'a wss listener without TLS files, in the short form',
    'listen: {stations: "wss://127.0.0.1:9443"}\n',
    'busbar.yaml:1:20: a wss listener needs `cert` and `key`; add both, or use ws [BB-CONFIG-013]',
  ],
  [
    'client certificates without TLS',
    'listen:\n  stations:\n    - url: ws://127.0.0.1:9000\n      clientCa: ca.pem\n',
    'busbar.yaml:4:7: `clientCa` means nothing on a ws listener; use wss with cert and key, or take it out [BB-CONFIG-013]',
  ],
  [
    'asking a backend that is given a password of its own',
    'stations: {authenticate: backend}\nbackends: {a: {url: ws://a.example, password: long-enough-password}}\nroutes: [{stations: "*", primary: a}]\n',
    "busbar.yaml:1:26: `authenticate: backend` asks `a` about the station's password, but it is given one of its own; write `password: station` for `a`, or `authenticate: accounts` [BB-CONFIG-013]",
  ],
  [
    'a backend that is Busbar itself',
    'backends: {a: {url: "ws://localhost:9000/ocpp"}}\n',
    'busbar.yaml:1:21: Busbar itself listens on ws://127.0.0.1:9000; it would dial itself; name the address of the backend [BB-CONFIG-013]',
  ],
  [
    'waits in the wrong order',
    'backends: {a: {url: ws://a.example, reconnect: {min: 10s, max: 5s}}}\n',
    'busbar.yaml:1:48: `reconnect.min` is longer than `reconnect.max`; exchange them [BB-CONFIG-013]',
  ],
  [
    'more stations than descriptors',
    'expectStations: 10000\n',
    'busbar.yaml:1:17: 10000 stations need 20256 open files, the limit is 20000; raise it to at least 20256 (LimitNOFILE of the systemd unit, or ulimit -n) [BB-CONFIG-015]',
  ],
]

describe('CF1 what is wrong is said at its line and column', () => {
  for (const [title, text, ...expected] of wrong) {
    test(`CF1 ${title}`, () => assert.deepEqual(problemsOf(text), expected))
  }
})

describe('what is doubtful is a warning and nothing more', () => {
  const rows: readonly (readonly [title: string, text: string, expected: string, given?: Partial<Machine>])[] = [
    [
      'a colon in an identity with a password',
      'stations:\n  accounts: [{id: "a:b", password: long-enough-password}]\n',
      'busbar.yaml:2:19: the identity `a:b` has a colon in it, which OCPP 2.x forbids and others misread before a password; keep it for a station of 1.6 only, or give the station another identity [BB-CONFIG-013]',
    ],
    [
      'a short password, without showing it',
      'stations:\n  accounts: [{id: A, password: secret}]\n',
      'busbar.yaml:2:32: the password of `A` is shorter than 16 characters; use at least 16 [BB-CONFIG-014]',
    ],
    [
      'a backend without a route',
      'stations: {authenticate: backend}\nbackends:\n  a: {url: ws://a.example}\n',
      'busbar.yaml:3:3: no route leads to the backend `a`; add {stations: "*", primary: a} to `routes` [BB-CONFIG-017]',
    ],
    [
      'a route behind one that takes everything',
      'stations: {authenticate: backend}\nbackends: {a: {url: ws://a.example}}\nroutes:\n  - {stations: "*", primary: a}\n  - {stations: "B*", primary: a}\n',
      'busbar.yaml:5:5: this route is never reached, entry 1 takes every station; move it up [BB-CONFIG-017]',
    ],
    [
      'an account without a route',
      'backends: {a: {url: ws://a.example}}\nroutes: [{stations: "A*", primary: a}]\nstations:\n  accounts: [{id: B}]\n',
      'busbar.yaml:4:15: no route matches the station `B`; add a route for it [BB-CONFIG-017]',
    ],
    [
      'a file that lets no station in',
      'site: x\n',
      'busbar.yaml:1:1: no station can connect: there are no accounts and unknown ones are rejected; add accounts here, by `busbar stations import`, or choose `authenticate: backend` [BB-CONFIG-017]',
    ],
    [
      'more stations than memory',
      'stations: {authenticate: backend}\nexpectStations: 9000\n',
      'busbar.yaml:2:17: 9000 stations need about 512 MiB of memory, there are 512 MiB; give it more memory, or spread the stations over several installations [BB-CONFIG-016]',
      { memoryBytes: 512 * 1024 ** 2 },
    ],
  ]
  for (const [title, text, expected, given] of rows) {
    test(`CF7 ${title}`, () => assert.deepEqual(warningsOf(text, given), [expected]))
  }
})

describe('what is right becomes settings', () => {
  test('CF2 without a file everything has a default on loopback, and strangers may come in', () => {
    const settings = settingsOf(null)
    assert.equal(settings.site, 'host')
    assert.equal(settings.data, join(folder, 'busbar-data'))
    assert.deepEqual(settings.listen, {
      stations: [{ url: 'ws://127.0.0.1:9000', tls: null, clientCa: null, cpoName: null, trustProxy: [] }],
      api: { url: 'http://127.0.0.1:9080', tls: null },
    })
    assert.equal(settings.stations.unknown, 'accept')
    assert.deepEqual([settings.backends.size, settings.routes], [0, []])
    assert.deepEqual(settings.journal, { keepMs: 7_776_000_000, maxBytes: 20e9, windowMs: 5 })
    assert.equal(settings.file, null)
  })

  test('CF2 a file that says nothing of strangers rejects them', () => {
    assert.equal(settingsOf('site: x\n').stations.unknown, 'reject')
    assert.equal(settingsOf('').stations.unknown, 'reject')
  })

  test('CF3 placeholders are replaced inside values, numbers become numbers, `$${` is literal', () => {
    const settings = settingsOf(
      [
        'site: "x-$${y"',
        'expectStations: ${COUNT}',
        'backends:',
        '  a: {url: ws://a.example, password: "pre-${GOOD}-${file:secret.txt}", headers: {X-Key: "${GOOD}"}}',
        'routes: [{stations: "*", primary: a}]',
      ].join('\n'),
    )
    assert.equal(settings.site, 'x-${y')
    assert.equal(settings.expectStations, 500)
    assert.deepEqual(settings.backends.get('a')?.password, {
      kind: 'own',
      password: 'pre-a-password-that-is-long-enough-a-secret-from-a-file',
    })
    assert.deepEqual(settings.backends.get('a')?.headers, { 'X-Key': 'a-password-that-is-long-enough' })
  })

  test('CF4 every form that the contract shows is read', () => {
    const settings = settingsOf(`
listen:
  stations:
    - ws://127.0.0.1:0
    - {url: "ws://[::1]:9001/base", trustProxy: [10.0.0.0/8, "::1"]}
  api: {url: "http://127.0.0.1:0"}
backends:
  billing: {url: "wss://cpms.example/ocpp", password: station, ocpp: [ocpp1.6, ocpp2.0.1], reconnect: {max: 1m}, pingEvery: 0s, connectTimeout: 1.5s, identity: "X-{id}"}
  next: {url: "ws://next.example", username: u, password: long-enough-password, ocpp: ocpp2.1}
routes:
  - {stations: ["A-*", B], primary: billing, mode: transparent}
  - {stations: "*", primary: next}
stations:
  authenticate: accounts
  maxFrameBytes: 64KiB
  accounts:
    - {id: "A-1", password: "\${GOOD}", tags: [yard], serial: S, assumeProtocol: ocpp1.6}
journal: {keep: 30d, maxBytes: 1.5GB, window: 2ms}
faults: {webhook: "https://alerts.example/x?y=z"}
`)
    assert.equal(settings.listen.stations[1]?.trustProxy.length, 2)
    const billing = settings.backends.get('billing')!
    assert.deepEqual(billing.password, { kind: 'station' })
    assert.deepEqual(billing.reconnect, { minMs: 1000, maxMs: 60_000 })
    assert.deepEqual([billing.pingEveryMs, billing.connectTimeoutMs, billing.identity], [0, 1500, 'X-{id}'])
    assert.deepEqual(settings.backends.get('next')?.ocpp, ['ocpp2.1'])
    assert.deepEqual(settings.routes[0], { stations: ['A-*', 'B'], primary: 'billing', mode: 'transparent' })
    assert.equal(settings.routes[1]?.mode, 'resilient')
    assert.equal(settings.stations.maxFrameBytes, 65_536)
    assert.deepEqual(settings.stations.accounts[0], {
      id: 'A-1',
      password: env.GOOD,
      tags: ['yard'],
      serial: 'S',
      assumeProtocol: 'ocpp1.6',
    })
    assert.deepEqual(settings.journal, { keepMs: 2_592_000_000, maxBytes: 1.5e9, windowMs: 2 })
  })

  test('CF5 values that ask for nothing beyond this version are accepted', () => {
    settingsOf(`
backends: {a: {url: ws://a.example}}
routes: [{stations: "*", primary: a, mirrors: [], grants: {}, candidates: [], authorize: primary, owners: [], capabilities: {}}]
resilience: {deliverWhileAway: false, lateDeauthorise: ignore, protect: none}
authorization: {tokens: []}
rules: []
quirks: []
energy: {mode: off, meters: [], nodes: [], connectors: []}
identification: {enabled: false}
bridges: []
`)
  })

  test('sections whose children are all commented out count as not written', () => {
    settingsOf('backends:\nroutes:\nstations:\n  accounts:\njournal:\nrules:\nenergy:\n')
  })

  test('an alias is read like what it stands for, and its problems are where that stands', () => {
    const text = 'backends:\n  a: &a {url: ws://a.example, ocpp: ocpp9}\n  b: *a\n'
    assert.deepEqual(
      problemsOf(text).map((line) => line.split(' ')[0]),
      ['busbar.yaml:2:37:', 'busbar.yaml:2:37:'],
    )
  })
})

describe('files', () => {
  test('a named file that is not there is a problem, an unnamed one is not', async () => {
    const given = { cwd: folder, env, machine, hostName: 'host', now: 0 }
    const missing = await loadSettings({ ...given, file: 'gone.yaml' })
    assert.deepEqual('problems' in missing && missing.problems.map(formatProblem), [
      'gone.yaml:1:1: there is no such file; correct the path or the permissions [BB-CONFIG-001]',
    ])
    const defaults = await loadSettings(given)
    assert.ok('settings' in defaults && defaults.settings.file === null)
  })

  test('CF2 ./busbar.yaml is found, and relative paths start from its folder', async () => {
    const own = mkdtempSync(join(tmpdir(), 'busbar-config-'))
    try {
      writeFileSync(join(own, 'busbar.yaml'), 'data: store\n')
      const loaded = await loadSettings({ cwd: own, env, machine, hostName: 'host', now: 0 })
      assert.ok('settings' in loaded)
      assert.equal(loaded.settings.data, join(own, 'store'))
      const elsewhere = await loadSettings({ cwd: folder, file: join(own, 'busbar.yaml'), env, machine, now: 0 })
      assert.ok('settings' in elsewhere)
      assert.equal(elsewhere.settings.data, join(own, 'store'))
    } finally {
      rmSync(own, { recursive: true })
    }
  })

  test('a data folder that is a file is refused', () => {
    assert.deepEqual(problemsOf('data: secret.txt\n'), [
      'busbar.yaml:1:7: ./secret.txt is not a folder; name a folder [BB-CONFIG-004]',
    ])
  })
})

describe('nothing a file can contain makes loading throw', () => {
  const judge = (text: string) => {
    const loaded = load(text)
    if ('settings' in loaded) return
    assert.ok(loaded.problems.length > 0)
    const lines = text.split('\n').length
    for (const problem of loaded.problems) {
      assert.ok(problem.line >= 1 && problem.line <= lines + 1 && problem.column >= 1, formatProblem(problem))
      assert.doesNotMatch(formatProblem(problem), /\n/)
    }
  }

  test('CF6 any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), judge), { numRuns: 300 })
  })

  test('CF6 any text of the characters YAML is made of', () => {
    const unit = fc.constantFrom(...Array.from(' \n:-[]{},&*!|>\'"%@`#?ab0~<\t$'))
    fc.assert(fc.property(fc.string({ unit, maxLength: 60 }), judge), { numRuns: 1500 })
  })

  test('CF6 any value under any key that there is', () => {
    const key = fc.constantFrom(
      'site',
      'data',
      'listen',
      'api',
      'backends',
      'routes',
      'stations',
      'journal',
      'energy',
      'rules',
    )
    const inner = fc.constantFrom(
      'url',
      'stations',
      'api',
      'tokens',
      'accounts',
      'id',
      'primary',
      'a',
      '__proto__',
      'cert',
    )
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('ws://127.0.0.1:9000', '*', '10s', '${X}', '', 'station', 0, -1, 1.5, true, null),
        fc.string(),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(inner, tie('any'), { maxKeys: 3 }),
      ),
    })).any
    const file = fc.dictionary(key, value, { maxKeys: 4 })
    fc.assert(
      fc.property(file, (content) => judge(JSON.stringify(content))),
      { numRuns: 1000 },
    )
  })
})

describe('secrets', () => {
  test('CF9 what a placeholder was replaced by is in no message, and neither are passwords and tokens', () => {
    const secret = 'T0pS3cretT0pS3cretT0pS3cret'
    const values = { SECRET: secret }
    const places = [
      'site: "${SECRET}/"',
      'data: "${SECRET}"\njournal: {keep: "${SECRET}"}',
      'backends: {a: {url: "${SECRET}"}}',
      'backends: {a: {url: "wss://u:${SECRET}@a.example"}}',
      `backends: {a: {url: "wss://u:${secret}@a.example"}}`,
      'backends: {a: {url: ws://a.example, headers: {X: "${SECRET}\\n"}}}',
      'api: {tokens: [{name: a, token: "${SECRET}", role: "${SECRET}"}, {name: b, token: "${SECRET}", role: viewer}]}',
      `api: {tokens: [{name: a, token: [${secret}], role: viewer}]}`,
      `stations: {accounts: [{id: A, password: {x: ${secret}}}]}`,
      'stations: {unknown: "${SECRET}", accounts: [{id: A, assumeProtocol: "${SECRET}"}]}',
    ]
    for (const text of places) {
      const loaded = loadText(text, { cwd: folder, env: values, machine, now: 0, shown: 'f', path: join(folder, 'f') })
      const said = 'problems' in loaded ? loaded.problems : loaded.warnings
      assert.ok(said.length > 0, text)
      for (const problem of said) assert.ok(!formatProblem(problem).includes(secret), formatProblem(problem))
    }
  })
})
