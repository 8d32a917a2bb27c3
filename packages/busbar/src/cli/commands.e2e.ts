// Every client command as a shell starts it, against a broker that runs: the demo on free ports. What the commands print
// is what people's scripts read, so exit codes, the two outputs and the shapes behind --json are looked at here.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/busbar.js', import.meta.url))
const READY_WITHIN_MS = 20_000

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

interface Running {
  readonly child: ChildProcess
  readonly told: { out: string; err: string }
  readonly ended: Promise<Ended>
}

let folder = ''
let data = ''
let api = ''
let demo: Running | null = null

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const told = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    told.out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    told.err += text
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...told }))
  return { child, told, ended }
}

/** Runs a client command that finds the broker by its environment. */
function busbar(...args: string[]): Promise<Ended> {
  return start(args, { BUSBAR_API: api }).ended
}

async function jsonOf<Value>(...args: string[]): Promise<Value> {
  const { code, out, err } = await busbar(...args, '--json')
  assert.deepEqual([code, err], [0, ''])
  return JSON.parse(out) as Value
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function itemsOf<Item>(path: string): Promise<readonly Item[]> {
  const response = await fetch(`${api}/api/v1/${path}`)
  assert.equal(response.status, 200)
  return ((await response.json()) as { items: readonly Item[] }).items
}

/** First station of a version, which the demo has of each. */
let of16 = ''
let of201 = ''

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-commands-'))
  data = join(folder, 'data')
  demo = start(['demo', '--station-port', '0', '--api-port', '0', '--data', data])
  const { child, told } = demo
  await until('the demo is ready', () => {
    assert.equal(child.exitCode, null, told.err)
    return told.out.includes('\n')
  })
  const ready = /^busbar ready stations=ws:\/\/127\.0\.0\.1:\d+ api=(http:\/\/127\.0\.0\.1:\d+)\n$/.exec(told.out)
  assert.ok(ready, told.out)
  api = ready[1] ?? ''
  await until('all stations are connected and one charges', async () => {
    const stations = await itemsOf<{ id: string; connected: boolean; ocpp: string }>('stations')
    of16 = stations.find(({ ocpp }) => ocpp === 'ocpp1.6')?.id ?? ''
    of201 = stations.find(({ ocpp }) => ocpp === 'ocpp2.0.1')?.id ?? ''
    const sessions = await itemsOf<object>('sessions')
    return stations.length >= 6 && stations.every(({ connected }) => connected) && sessions.length > 0
  })
})

after(async () => {
  if (demo !== null) {
    demo.child.kill('SIGTERM')
    const stuck = setTimeout(() => demo?.child.kill('SIGKILL'), 12_000)
    await demo.ended
    clearTimeout(stuck)
  }
  rmSync(folder, { recursive: true, force: true })
})

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n')
}

describe('reading', () => {
  test('CL2 CL6 stations: a line for each, one with its connectors and backends, and JSON', async () => {
    const [table, one, list, detail] = await Promise.all([
      busbar('stations'),
      busbar('stations', of16),
      jsonOf<{ id: string }[]>('stations'),
      jsonOf<{ id: string; connectors: object[]; account: null }>('stations', of16),
    ])
    assert.deepEqual([table.code, table.err], [0, ''])
    const [title, ...rows] = linesOf(table.out)
    assert.match(title ?? '', /^STATION +LINK +SINCE +OCPP +VENDOR +MODEL +CONNECTORS +BACKENDS$/)
    assert.deepEqual(
      rows.map((row) => row.split(' ', 1)[0]),
      list.map(({ id }) => id),
    )
    assert.match(rows.find((row) => row.startsWith(of16)) ?? '', / up +\d{4}-\S+Z +1\.6 .* billing up$/)
    assert.match(one.out, new RegExp(`^station +${of16}\n`))
    assert.match(one.out, /\nEVSE {2}CONNECTOR {2}STATUS/)
    assert.match(one.out, /\nbilling +primary +up +1\.6 /)
    assert.equal(detail.id, of16)
    assert.ok(detail.connectors.length > 0)
  })

  test('CL6 sessions and backends, as tables and as JSON', async () => {
    const [sessions, open, backends, list] = await Promise.all([
      busbar('sessions', '--limit', '2'),
      jsonOf<{ id: string; stoppedAt: string | null }[]>('sessions', '--open', '--from', '1h'),
      busbar('backends'),
      jsonOf<{ name: string; links: { up: number } }[]>('backends'),
    ])
    assert.match(sessions.out, /^STARTED +STOPPED +STATION +EVSE +TOKEN +WH +REASON +SESSION\n\d{4}-/)
    assert.ok(linesOf(sessions.out).length <= 3)
    assert.ok(open.every(({ stoppedAt }) => stoppedAt === null))
    assert.match(backends.out, /^BACKEND +URL +UP +DOWN/)
    assert.match(backends.out, /\nbilling +ws:\/\/127\.0\.0\.1:\d+\/ocpp .* \d+(\.\d)?\n/)
    assert.deepEqual(
      list.map(({ name, links }) => [name, links.up > 0]),
      [
        ['billing', true],
        ['next', true],
      ],
    )
  })

  test('CL6 a timeline is told oldest first, one entry per line as JSON, within its bounds', async () => {
    const [lines, json, early, none] = await Promise.all([
      busbar('timeline', of201, '--limit', '4'),
      busbar('timeline', of201, '--json', '--limit', '3', '--kind', 'frame'),
      busbar('timeline', of201, '--from', '1h', '--limit', '1', '--raw', '--kind', 'frame'),
      busbar('timeline', of201, '--from', '2h', '--to', '1h'),
    ])
    assert.equal(linesOf(lines.out).length, 4)
    for (const line of linesOf(lines.out)) assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}(frame|link) +\S/)
    const entries = linesOf(json.out).map((line) => JSON.parse(line) as { position: number; kind: string })
    const positions = entries.map(({ position }) => position)
    assert.deepEqual(
      positions,
      positions.toSorted((a, b) => a - b),
    )
    assert.deepEqual(new Set(entries.map(({ kind }) => kind)), new Set(['frame']))
    assert.match(early.out, /BootNotification[^\n]*\n {4}\[2,/)
    assert.deepEqual([none.code, none.out, none.err], [0, '', 'no entries\n'])
  })

  test('CL9 following shows what happens, until it is interrupted', async () => {
    const following = start(['timeline', of201, '--follow', '--json', '--limit', '1'], { BUSBAR_API: api })
    await until('there is something to follow', () => following.told.out.includes('\n'))
    // It may not have opened its stream yet; the stream begins where the list ended, so nothing is missed.
    const asked = await busbar('call', of201, 'TriggerMessage', '{"requestedMessage":"Heartbeat"}')
    assert.equal(asked.code, 0, asked.err)
    await until('the command is followed', () => following.told.out.includes('"action":"TriggerMessage","ocpp"'))
    following.child.kill('SIGINT')
    const { code, out } = await following.ended
    assert.equal(code, 0)
    const positions = linesOf(out).map((line) => (JSON.parse(line) as { position: number }).position)
    assert.equal(new Set(positions).size, positions.length)
  })
})

describe('calling a station', () => {
  test('CL1 CL8 its answer is printed, and the outcome as JSON', async () => {
    const call = ['call', of16, 'TriggerMessage', '{"requestedMessage":"Heartbeat"}']
    const [plain, outcome] = await Promise.all([
      busbar(...call),
      jsonOf<{ outcome: string; response: object; position: number }>(...call),
    ])
    assert.deepEqual([plain.code, JSON.parse(plain.out), plain.err], [0, { status: 'Accepted' }, ''])
    assert.deepEqual([outcome.outcome, outcome.response], ['answered', { status: 'Accepted' }])
  })

  test('CL1 CL3 what is not valid says why once: 1 when the broker refuses it, 2 when it is no JSON', async () => {
    const [invalid, noCommand, noJson, noObject] = await Promise.all([
      busbar('call', of16, 'Reset', '{"type":"Maybe"}'),
      busbar('call', of16, 'BootNotification'),
      busbar('call', of16, 'Reset', '{type'),
      busbar('call', of16, 'Reset', '[]'),
    ])
    assert.deepEqual([invalid.code, invalid.out], [1, ''])
    assert.equal(invalid.err.match(/\/type must be one of Hard, Soft/g)?.length, 1)
    assert.equal(invalid.err.match(/must be one of/g)?.length, 1)
    assert.match(invalid.err, /\[BB-API-014\]\n {2}\S/)
    assert.equal(noCommand.code, 1)
    assert.match(noCommand.err, /"BootNotification" is no command of ocpp1\.6 \[BB-API-015\]/)
    assert.equal(noJson.code, 2)
    assert.match(noJson.err, /^busbar: the payload is not JSON: .+ \[BB-CLI-003\]\n/)
    assert.deepEqual([noObject.code, noObject.out], [2, ''])
  })

  test('CL3 a station nobody knows, and no broker, end with 1', async () => {
    const [station, timeline, call, away] = await Promise.all([
      busbar('stations', 'NOBODY'),
      busbar('timeline', 'NOBODY'),
      busbar('call', 'NOBODY', 'Reset', '{"type":"Soft"}'),
      busbar('backends', '--api', 'http://127.0.0.1:1'),
    ])
    for (const { code, out, err } of [station, timeline, call]) {
      assert.deepEqual([code, out], [1, ''])
      assert.match(err, /\[BB-API-011\]/)
    }
    assert.deepEqual([away.code, away.out], [1, ''])
    assert.match(away.err, /\[BB-CLI-001\]/)
  })
})

describe('care of the store, beside the running broker', () => {
  test('the journal is verified, exported and imported into a new store', async () => {
    const file = join(folder, 'all.jsonl')
    const [verified, exported, one] = await Promise.all([
      busbar('journal', 'verify', '--data', data),
      busbar('journal', 'export', '--data', data, '--output', file),
      busbar('journal', 'export', '--data', data, '--station', of16, '--kind', 'link'),
    ])
    assert.equal(verified.code, 0, verified.err)
    assert.match(verified.out, /^\d+ entries, positions 1 to \d+\nthe journal is whole\n$/)
    assert.equal(exported.code, 0, exported.err)
    // The first line says what the file is.
    const count = linesOf(readFileSync(file, 'utf8')).length - 1
    assert.equal(exported.err, `wrote ${count} entries to ${file}\n`)
    const links = linesOf(one.out).slice(1)
    assert.ok(links.length > 0)
    for (const line of links) assert.ok(line.includes(`"${of16}"`), line)

    const copy = join(folder, 'copy')
    const imported = await busbar('journal', 'import', file, '--data', copy)
    assert.equal(imported.code, 0, imported.err)
    const entries = Number(/^imported (\d+) entries/.exec(imported.out)?.[1])
    assert.ok(count > 0)
    assert.equal(entries, count)
    const [report, again] = await Promise.all([
      jsonOf<{ entries: number; problem: null }>('journal', 'verify', '--data', copy),
      busbar('journal', 'export', '--data', data, '--output', file),
    ])
    assert.deepEqual([report.entries, report.problem], [entries, null])
    assert.equal(again.code, 2)
    assert.match(again.err, /is there already \[BB-CLI-004\]/)
  })

  test('a backup by the broker or by the command is restored into another folder, never under a running broker', async () => {
    const file = join(folder, 'backup.db')
    const [online, offline] = await Promise.all([
      jsonOf<{ file: string; position: number }>('backup', '--name', 'online.db'),
      busbar('backup', file, '--data', data),
    ])
    assert.ok(existsSync(online.file) && online.position > 0)
    assert.equal(offline.code, 0, offline.err)
    assert.match(offline.out, /: \d+ entries, up to position \d+, verified\n$/)

    const other = join(folder, 'restored')
    const restored = await busbar('restore', online.file, '--data', other)
    assert.equal(restored.code, 0, restored.err)
    const [whole, present, forced, held, missing] = await Promise.all([
      jsonOf<{ last: number }>('journal', 'verify', '--data', other),
      busbar('restore', file, '--data', other),
      busbar('restore', file, '--data', data, '--force'),
      busbar('journal', 'import', file, '--data', data),
      busbar('restore', join(folder, 'gone.db'), '--data', other),
    ])
    assert.equal(whole.last, online.position)
    assert.equal(present.code, 1)
    assert.match(present.err, /\[BB-STORE-012\]\n {2}.*--force/)
    for (const refused of [forced, held]) {
      assert.equal(refused.code, 1)
      assert.match(refused.err, /\[BB-STORE-001\]/)
    }
    assert.equal(missing.code, 2)
    assert.match(missing.err, /cannot be read \(ENOENT\) \[BB-CLI-005\]/)
    const replaced = await busbar('restore', file, '--data', other, '--force')
    assert.equal(replaced.code, 0, replaced.err)
  })
})

describe('the configuration', () => {
  test('CL10 init writes what check finds fine; what is wrong is told by line and ends with 2', async () => {
    const written = await busbar('init', '--backend', 'ws://127.0.0.1:9999/ocpp', '--output', 'first.yaml')
    assert.deepEqual([written.code, written.out], [0, 'wrote first.yaml\n'])
    writeFileSync(join(folder, 'wrong.yaml'), 'site: x\nlisen: {}\n')
    const [fine, again, wrong, gone] = await Promise.all([
      busbar('check', '--config', 'first.yaml'),
      busbar('init', '--output', 'first.yaml'),
      busbar('check', '--config', 'wrong.yaml'),
      busbar('check', '--config', 'gone.yaml'),
    ])
    assert.deepEqual([fine.code, fine.out.startsWith('first.yaml is fine: ')], [0, true])
    assert.equal(again.code, 2)
    assert.match(again.err, /\[BB-CLI-004\]/)
    assert.equal(wrong.code, 2)
    assert.match(wrong.out, /^wrong\.yaml:2:1: unknown key `lisen`; did you mean `listen`\? \[BB-CONFIG-\d+\]\n$/)
    assert.equal(gone.code, 2)
  })

  test('CL1 wrong arguments end with 2 and say where help is', async () => {
    const [command, option, number] = await Promise.all([
      busbar('statoins'),
      busbar('sessions', '--station'),
      busbar('timeline', of16, '--limit', 'many'),
    ])
    for (const { code, out, err } of [command, option, number]) {
      assert.deepEqual([code, out], [2, ''])
      assert.match(err, /\[BB-CLI-003\]\n {2}See --help\.\n$/)
    }
  })
})
