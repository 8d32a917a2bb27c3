// The bin as a shell starts it: under Node 24, and under an older Node when this machine has one.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/busbar.js', import.meta.url))
const older = findOlderNode()
let folder = ''

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'busbar-bin-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** An older Node of this machine, where one is. */
function findOlderNode(): string | null {
  const places = (process.env['PATH'] ?? '').split(delimiter).concat('/usr/local/bin', '/usr/bin')
  for (const place of places) {
    const candidate = join(place, 'node')
    if (!existsSync(candidate)) continue
    const major = Number(execFileSync(candidate, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0])
    if (major < 24) return candidate
  }
  return null
}

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

function start(node: string, script: string, args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const env = { PATH: '/usr/bin:/bin', HOME: folder }
  const child = spawn(node, [script, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, out, err }) as Ended)
  return { child, ended }
}

/** A tree with this bin and a main of its own, so that what the bin does can be seen apart from what Busbar does. */
function treeWith(name: string, main: string, node: string | null): string {
  const tree = join(folder, name)
  mkdirSync(join(tree, 'packages/busbar/bin'), { recursive: true })
  mkdirSync(join(tree, 'packages/busbar/src'), { recursive: true })
  writeFileSync(join(tree, 'packages/busbar/package.json'), '{"type":"module"}')
  cpSync(bin, join(tree, 'packages/busbar/bin/busbar.js'))
  writeFileSync(join(tree, 'packages/busbar/src/main.ts'), main)
  if (node !== null) {
    const place = join(tree, `node_modules/node-${process.platform}-${process.arch}/bin`)
    mkdirSync(place, { recursive: true })
    symlinkSync(node, join(place, 'node'))
  }
  return join(tree, 'packages/busbar/bin/busbar.js')
}

const waits = `
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => { console.log(signal); if (signal !== 'SIGHUP') process.exit(7) })
}
console.log(process.pid, process.env['BUSBAR_HANDED_OVER'] ?? 'clean', ...process.argv.slice(2))
setInterval(() => {}, 1000)
`

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const text of child.stdout ?? []) return String(text).trim()
  return ''
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('CL1 the bin passes arguments and exit codes', async () => {
  assert.match((await start(process.execPath, bin, ['--version']).ended).out, /^\d+\.\d+\.\d+\n$/)
  assert.equal((await start(process.execPath, bin, ['chek']).ended).code, 2)
  const away = await start(process.execPath, bin, ['stations', '--api', 'http://127.0.0.1:1']).ended
  assert.deepEqual([away.code, away.out], [1, ''])
})

test('CL11 an older Node hands over to the local Node 24', {
  skip: older === null && 'no older Node here',
}, async () => {
  const plain = await start(older!, bin, ['check', '--schema']).ended
  assert.deepEqual([plain.code, plain.err], [0, ''])
  assert.ok(JSON.parse(plain.out).properties.listen)
  assert.equal((await start(older!, bin, ['check', '--config', 'gone.yaml']).ended).code, 2)
})

test('CL11 signals, exit code and arguments pass through', {
  skip: older === null && 'no older Node here',
}, async () => {
  const script = treeWith('signals', waits, process.execPath)
  const one = start(older!, script, ['a b', '--c'])
  assert.match(await firstLine(one.child), /^\d+ clean a b --c$/)
  one.child.kill('SIGTERM')
  assert.equal((await one.ended).code, 7)
})

test('CL11 a signal that ends the broker ends the bin alike', {
  skip: older === null && 'no older Node here',
}, async () => {
  const script = treeWith('killed', waits, process.execPath)
  const one = start(older!, script, [])
  process.kill(Number((await firstLine(one.child)).split(' ')[0]), 'SIGKILL')
  assert.equal((await one.ended).signal, 'SIGKILL')
})

test('CL11 killing the bin kills the broker', { skip: older === null && 'no older Node here' }, async () => {
  const script = treeWith('orphan', waits, process.execPath)
  const one = start(older!, script, [])
  const pid = Number((await firstLine(one.child)).split(' ')[0])
  one.child.kill('SIGKILL')
  await one.ended
  for (let round = 0; alive(pid) && round < 100; round += 1) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(!alive(pid))
})

test('CL11 without a Node 24 the fix is named', { skip: older === null && 'no older Node here' }, async () => {
  const alone = await start(older!, treeWith('alone', waits, null), []).ended
  assert.deepEqual([alone.code, alone.out], [2, ''])
  assert.match(alone.err, /^busbar: Node 24 or newer is needed, this is v\d+[\s\S]*npm install/)
  // A local Node that is no newer must not be asked again and again.
  const wrong = await start(older!, treeWith('wrong', waits, older), []).ended
  assert.equal(wrong.code, 2)
})
