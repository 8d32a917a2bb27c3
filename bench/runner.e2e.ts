import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { treeOf } from './process-tree.ts'

const runner = new URL('./runner.ts', import.meta.url).pathname
const relay = '{node} bench/naive-relay.ts --backend {backend} --listen {stations}'
const temporary = mkdtempSync(join(tmpdir(), 'busbar-bench-e2e-'))
after(() => rmSync(temporary, { recursive: true, force: true }))

function bench(...args: string[]): ChildProcess {
  return spawn(process.execPath, [runner, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  })
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout!), text(child.stderr!), ended])
  return { code, out, err }
}

test('with --json standard output is one JSON value, and nothing is left behind', async () => {
  const { code, out, err } = await outcome(
    bench('--json', '--quick', '--no-nginx', '--only', 'storm', '--broker', relay),
  )
  assert.equal(code, 0, err)
  const results: unknown = JSON.parse(out)
  assert.ok(Array.isArray(results) && results.length === 1)
  assert.equal(results[0].scenario, 'storm')
  assert.equal(results[0].pass, true)
  assert.equal(results[0].figures.rounds[0].answered, 500)
  assert.deepEqual(readdirSync(temporary), [])
})

test('a broker that cannot be started fails its scenario with its last words and exit code 1', async () => {
  const { code, out } = await outcome(
    bench('--json', '--quick', '--no-nginx', '--only', 'storm,rate-1000,kill', '--broker', '{node} bench/nowhere.ts'),
  )
  assert.equal(code, 1)
  const results: unknown = JSON.parse(out)
  assert.ok(Array.isArray(results))
  assert.deepEqual(
    results.map(({ scenario, pass }) => [scenario, pass]),
    [
      ['rate-1000', false],
      ['storm', false],
      ['kill', false],
    ],
  )
  assert.match(String(results[2].notes[0]), /nowhere\.ts/)
  assert.deepEqual(readdirSync(temporary), [])
})

test('wrong arguments are refused with 2 and say what there is', async () => {
  const { code, err } = await outcome(bench('--only', 'nothing'))
  assert.equal(code, 2)
  assert.match(err, /there is no scenario nothing[\s\S]*saturated/)
})

test('killed with SIGKILL it leaves neither processes nor folders', async () => {
  const child = bench('--quick', '--no-nginx', '--only', 'saturated', '--broker', relay)
  let tree: number[] = []
  // Runner, guard, sink, swarm: then something is under way.
  for (let attempt = 0; tree.length < 4 && attempt < 200; attempt++) {
    await pause(50)
    tree = treeOf(child.pid!)
  }
  assert.ok(tree.length >= 4, `only ${tree.length} processes`)
  child.kill('SIGKILL')
  const alive = () => tree.filter((pid) => treeOf(pid).length > 0)
  for (let attempt = 0; (alive().length > 0 || readdirSync(temporary).length > 0) && attempt < 100; attempt++) {
    await pause(50)
  }
  assert.deepEqual(alive(), [])
  assert.deepEqual(readdirSync(temporary), [])
})
