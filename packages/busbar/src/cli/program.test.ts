// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders as people write them
// The command line without a broker: help, wrong arguments, check, init, and what the long-running commands are given.

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { renderJsonSchema } from '../config/json-schema.ts'
import { loadText } from '../config/load.ts'
import { capturedTerminal } from './captured-terminal.ts'
import { decide } from './init.ts'
import { renderFirstConfiguration } from './init-file.ts'
import type { Loaders } from './loaders.ts'
import { runProgram } from './program.ts'
import { renderTable } from './table.ts'

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-cli-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

async function run(line: string[], given: Parameters<typeof capturedTerminal>[0] & { loaders?: Loaders } = {}) {
  const terminal = capturedTerminal({ cwd: folder, ...given })
  const options = {
    now: () => Date.UTC(2026, 5, 1),
    ...(given.loaders === undefined ? {} : { loaders: given.loaders }),
  }
  const code = await runProgram(line, terminal, options)
  return { code, ...terminal.written }
}

const commands = [
  [],
  ['demo'],
  ['serve'],
  ['init'],
  ['check'],
  ['stations'],
  ['stations', 'import'],
  ['sessions'],
  ['backends'],
  ['timeline'],
  ['call'],
  ['simulate'],
  ['simulate', 'station'],
  ['simulate', 'backend'],
  ['journal'],
  ['journal', 'export'],
  ['journal', 'import'],
  ['journal', 'verify'],
  ['backup'],
  ['restore'],
]

describe('help and wrong arguments', () => {
  for (const command of commands) {
    test(`CL2 CL4 busbar ${[...command, '--help'].join(' ')} shows options and an example`, async () => {
      const { code, out, err } = await run([...command, '--help'])
      assert.deepEqual([code, err], [0, ''])
      assert.match(out, /^Usage: busbar/)
      assert.match(out, /\nExamples?:\n {2}\$ busbar /)
    })
  }

  const wrong: readonly (readonly [line: string[], says: RegExp])[] = [
    [[], /Usage: busbar/],
    [['journal'], /Usage: busbar journal/],
    [['chek'], /unknown command 'chek'[\s\S]*Did you mean check/],
    [['check', '--confg', 'x'], /unknown option '--confg'[\s\S]*Did you mean --config/],
    [['timeline'], /missing required argument 'id'/],
    [['timeline', 'A', '--from', 'yesterday'], /It must be a time such as/],
    [['timeline', 'A', '--follow', '--to', '1m'], /BB-CLI-003/],
    [['sessions', '--limit', '0'], /It must be a whole number from 1/],
    [['simulate', 'station', '--id', 'A'], /required option '--url <url>' not specified/],
    [['simulate', 'station', '--url', 'http://x', '--id', 'A'], /begins with ws: or wss:/],
    [['simulate', 'station', '--url', 'ws://x', '--id', 'A', '--ocpp', '1.5'], /one of 1\.6, 2\.0\.1, 2\.1/],
    [['serve', '--log-level', 'inof'], /Did you mean info\?/],
    [['demo', '--api-port', '70000'], /from 0 to 65535/],
    [['call', 'A', 'Reset', '{type:Hard}'], /the payload is not JSON/],
    [['call', 'A', 'Reset', '[]'], /not a JSON object/],
    [['call', 'A', 'Reset', '@gone.json'], /gone\.json cannot be read \(ENOENT\)/],
    [['stations', '--api', 'ftp://x'], /not an http or https URL/],
    [['stations', 'import', 'gone.csv'], /gone\.csv cannot be read/],
    [['backup', '--data', 'x'], /name the file/],
    [['restore', 'gone.db'], /gone\.db cannot be read/],
  ]
  for (const [line, says] of wrong) {
    test(`CL1 busbar ${line.join(' ')} ends with 2`, async () => {
      const { code, out, err } = await run(line)
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, says)
    })
  }

  test('CL1 --version prints the version', async () => {
    assert.match((await run(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
  })

  test('CL1 a defect ends with 1 and asks for a report', async () => {
    const broken = () => Promise.reject(new Error('boom'))
    const { code, err } = await run(['serve'], { loaders: { serve: broken, demo: broken, simulate: broken } })
    assert.equal(code, 1)
    assert.match(err, /boom[\s\S]*please report/)
  })
})

describe('check', () => {
  test('CL1 problems on lines and exit code 2, else a summary and 0', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'sitte: x\njournal: {keep: 3}\n')
    assert.deepEqual(await run(['check', '--config', 'bad.yaml']), {
      code: 2,
      out: [
        'bad.yaml:1:1: unknown key `sitte`; did you mean `site`? [BB-CONFIG-003]',
        'bad.yaml:2:17: `journal.keep` must be text, not a number; write its unit, such as `3s` [BB-CONFIG-004]',
        '',
      ].join('\n'),
      err: '',
    })
    writeFileSync(join(folder, 'good.yaml'), 'stations: {accounts: [{id: A, password: "${P}"}]}\n')
    assert.deepEqual(await run(['check', '-c', 'good.yaml'], { env: { P: 'short' } }), {
      code: 0,
      out: [
        'good.yaml:1:41: warning: the password of `A` is shorter than 16 characters; use at least 16 [BB-CONFIG-014]',
        'good.yaml is fine: 1 station listener, 0 backends, 0 routes, 1 account',
        '',
      ].join('\n'),
      err: '',
    })
  })

  test('CL6 --json gives problems as JSON, --schema the schema', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'sitte: x\n')
    const { problems } = JSON.parse((await run(['check', '-c', 'bad.yaml', '--json'])).out)
    assert.deepEqual([problems[0].line, problems[0].column, problems[0].code], [1, 1, 'BB-CONFIG-003'])
    assert.equal((await run(['check', '--schema'])).out, renderJsonSchema())
  })
})

describe('init', () => {
  test('CL10 every combination of choices that is written passes the check', () => {
    for (const stations of ['ws://127.0.0.1:9000', 'ws://0.0.0.0:9000']) {
      for (const backend of [undefined, 'wss://cpms.example/ocpp']) {
        for (const backendPassword of ['none', 'station', 'own'] as const) {
          const first = decide({
            stations,
            ...(backend === undefined ? {} : { backend }),
            backendPassword,
            site: 'yes',
          })
          const text = renderFirstConfiguration(first)
          const env = { CPMS_PASSWORD: 'x'.repeat(20) }
          const loaded = loadText(text, { cwd: folder, env, now: 0, shown: 'f', path: join(folder, 'f') })
          assert.ok('settings' in loaded, JSON.stringify(loaded))
          assert.equal(loaded.settings.site, 'yes')
          assert.equal(loaded.settings.listen.stations[0]?.url, stations)
          assert.equal(loaded.settings.backends.get('cpms')?.url, backend)
          const kind = loaded.settings.backends.get('cpms')?.password?.kind ?? 'none'
          assert.equal(kind, backend === undefined ? 'none' : backendPassword)
        }
      }
    }
  })

  test('CL10 a file that is there is kept without --force', async () => {
    const file = join(folder, 'kept.yaml')
    writeFileSync(file, 'site: mine\n')
    const refused = await run(['init', '-o', 'kept.yaml'])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /kept\.yaml is there already \[BB-CLI-004\]/)
    assert.equal(readFileSync(file, 'utf8'), 'site: mine\n')
    assert.equal((await run(['init', '-o', 'kept.yaml', '--force'])).code, 0)
    assert.match(readFileSync(file, 'utf8'), /^# Configuration of Busbar/)
  })

  test('CL10 choices that are not safe are not written, safe ones name the variables to set', async () => {
    const open = ['init', '-o', 'new.yaml', '--stations', 'ws://0.0.0.0:9000', '--unknown', 'accept']
    const refused = await run(open)
    assert.equal(refused.code, 2)
    assert.match(refused.err, /BB-CONFIG-011/)
    assert.ok(!existsSync(join(folder, 'new.yaml')))
    const backend = ['--backend', 'wss://cpms.example', '--backend-password', 'own', '--backend-name', 'my-cpms']
    const done = await run([...open, '--allow-strangers', ...backend])
    assert.deepEqual([done.code, done.out], [0, 'wrote new.yaml\n'])
    assert.match(done.err, /set MY_CPMS_PASSWORD in the environment/)
    const text = readFileSync(join(folder, 'new.yaml'), 'utf8')
    assert.match(text, /\n {2}profile: 0 /)
    assert.match(text, /password: "\$\{MY_CPMS_PASSWORD\}"/)
  })
})

describe('what the long-running commands are given', () => {
  async function given(line: string[]): Promise<Record<string, unknown>> {
    let seen: object = {}
    const keep = async () => ({
      run: async (options: object) => {
        seen = options
        return 7
      },
    })
    const { code } = await run(line, { loaders: { serve: keep, demo: keep, simulate: keep } })
    assert.equal(code, 7, 'their number is the exit code')
    const { terminal, ...rest } = seen as Record<string, unknown>
    assert.ok(terminal !== undefined)
    return rest
  }

  test('serve', async () => {
    assert.deepEqual(await given(['serve']), { config: null, strictStore: false, logLevel: 'info' })
    assert.deepEqual(await given(['serve', '-c', 'x.yaml', '--strict-store', '--log-level', 'debug']), {
      config: 'x.yaml',
      strictStore: true,
      logLevel: 'debug',
    })
  })

  test('demo', async () => {
    assert.deepEqual(await given(['demo']), {
      data: null,
      stations: 6,
      speed: 10,
      stationPort: 9000,
      apiPort: 9080,
      logLevel: 'warn',
    })
    const other = await given(['demo', '--data', 'd', '--stations', '9', '--speed', '0.5', '--station-port', '0'])
    assert.deepEqual(
      [other['data'], other['stations'], other['speed'], other['stationPort']],
      [join(folder, 'd'), 9, 0.5, 0],
    )
  })

  test('simulate', async () => {
    assert.deepEqual(
      await given(['simulate', 'station', '--url', 'ws://127.0.0.1:9000', '--id', 'S', '--ocpp', '2.0.1']),
      {
        what: 'station',
        url: 'ws://127.0.0.1:9000',
        id: 'S',
        ocpp: 'ocpp2.0.1',
        count: 1,
        password: null,
        intervalMs: 60_000,
        speed: 1,
        ca: null,
        behaviours: [],
        seed: null,
        logLevel: 'info',
      },
    )
    assert.deepEqual(
      await given(['simulate', 'backend', '--listen', 'ws://127.0.0.1:0', '--ocpp', '1.6,2.1', '--behaviour', 'a, b']),
      {
        what: 'backend',
        listen: 'ws://127.0.0.1:0',
        ocpp: ['ocpp1.6', 'ocpp2.1'],
        behaviours: ['a', 'b'],
        password: null,
        logLevel: 'info',
      },
    )
  })
})

describe('the store', () => {
  test('CL1 a folder without a store ends with 1 and the code of the store', async () => {
    for (const line of [
      ['journal', 'verify', '--data', 'none'],
      ['journal', 'export', '--data', 'none'],
      ['backup', 'copy.db', '--data', 'none'],
    ]) {
      const { code, err } = await run(line)
      assert.equal(code, 1)
      assert.match(err, /BB-STORE-014/)
    }
  })

  test('export, import, verify, backup and restore go round', async () => {
    const lines = [
      '{"busbarJournal":1,"first":1,"last":2}',
      '{"position":1,"at":1000,"station":"A","kind":"link","peer":"station","state":"up","code":null,"reason":null,"ocpp":"ocpp1.6","remote":null,"profile":0}',
      '{"position":2,"at":2000,"station":"A","kind":"link","peer":"station","state":"down","code":1000,"reason":"","ocpp":null,"remote":null,"profile":null}',
      '',
    ].join('\n')
    const imported = await run(['journal', 'import', '-', '--data', 'one'], { input: lines })
    assert.deepEqual([imported.code, imported.err, imported.out], [0, '', 'imported 2 entries, positions 1 to 2\n'])
    assert.equal(
      (await run(['journal', 'verify', '--data', 'one'])).out,
      '2 entries, positions 1 to 2\nthe journal is whole\n',
    )

    const exported = await run(['journal', 'export', '--data', 'one', '-o', 'one.jsonl'])
    assert.deepEqual([exported.code, exported.err], [0, 'wrote 2 entries to one.jsonl\n'])
    const printed = await run(['journal', 'export', '--data', 'one'])
    assert.equal(printed.out, readFileSync(join(folder, 'one.jsonl'), 'utf8'))
    assert.equal((await run(['journal', 'export', '--data', 'one', '-o', 'one.jsonl'])).code, 2)

    assert.equal(
      (await run(['backup', 'copy.db', '--data', 'one'])).out,
      'copy.db: 2 entries, up to position 2, verified\n',
    )
    assert.equal((await run(['journal', 'verify', '--file', 'copy.db'])).code, 0)
    assert.equal((await run(['restore', 'copy.db', '--data', 'two'])).out, 'restored 2 entries, up to position 2\n')
    assert.match((await run(['restore', 'copy.db', '--data', 'two'])).err, /BB-STORE-012/)
    assert.equal((await run(['restore', 'copy.db', '--data', 'two', '--force'])).code, 0)
    assert.equal((await run(['journal', 'export', '--data', 'two'])).out, printed.out)
  })
})

describe('tables', () => {
  test('CL7 control characters are shown, columns aligned, wide lines cut only on a terminal', () => {
    const rows = [
      { id: 'A\u001b[2J', n: 5 },
      { id: 'LONGER', n: 12_345 },
    ]
    const columns = [
      { title: 'ID', of: (row: (typeof rows)[0]) => row.id },
      { title: 'N', of: (row: (typeof rows)[0]) => row.n, align: 'right' as const },
    ]
    assert.equal(renderTable(columns, rows, null), 'ID              N\nA\\u001b[2J      5\nLONGER      12345\n')
    assert.equal(renderTable(columns, rows, 8), 'ID     …\nA\\u001b…\nLONGER …\n')
  })
})
