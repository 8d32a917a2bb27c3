// `npm run verify` and `npm test`. Verify is everything that needs neither a browser nor child processes of the product:
// format, lint, types, boundaries, tests, simulation seeds, generated files. `npm test` is verify and then the end-to-end
// tests over real sockets, with kills and a browser. Each step is one command that can be run by itself; all steps run even
// when one fails, and the end says which.

import { spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { buildConsoleWhenStale } from './build-console.ts'
import { ensureTools, type MissingTool } from './ensure-tools.ts'

interface Check {
  readonly name: string
  readonly command: readonly string[]
  /** Output that is shown even when all is well. */
  readonly speaks?: boolean
}

interface Outcome {
  readonly name: string
  readonly ok: boolean
  readonly seconds: number
}

const root = join(import.meta.dirname, '..')
const bin = (name: string) => join(root, 'node_modules', '.bin', name)
const node = process.execPath

const projects = [
  'packages/ocpp/tsconfig.json',
  'packages/ocpp/tsconfig.test.json',
  'packages/core/tsconfig.json',
  'packages/core/tsconfig.test.json',
  'packages/busbar/tsconfig.json',
  'packages/simulator/tsconfig.json',
  'packages/console/tsconfig.json',
  'packages/console/tsconfig.test.json',
  'scripts/tsconfig.json',
  'bench/tsconfig.json',
  'examples/tsconfig.json',
].filter((project) => existsSync(join(root, project)))

const testFiles = globSync(['packages/**/*.test.ts', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'], {
  cwd: root,
  exclude: (name) => name === 'node_modules' || name === 'dist',
}).sort()
const endToEndFiles = globSync(
  ['packages/**/*.e2e.ts', 'bench/**/*.e2e.ts', 'examples/**/*.e2e.ts', 'scripts/**/*.e2e.ts'],
  {
    cwd: root,
    exclude: (name) => name === 'node_modules' || name === 'dist',
  },
).sort()

const generators = globSync('scripts/generate-*.ts', { cwd: root }).sort()

const quick: readonly Check[] = [
  { name: 'format and lint', command: [bin('biome'), 'check', '--error-on-warnings', '.'] },
  {
    name: 'lint with types',
    command: [bin('oxlint'), '--type-aware', '--deny-warnings', 'packages', 'scripts', 'bench', 'examples'],
  },
  ...projects.map((project) => ({ name: `types of ${project}`, command: [bin('tsc'), '-p', project] })),
  { name: 'boundaries', command: [node, 'scripts/check-boundaries.ts'] },
  { name: 'rules without tests', command: [node, 'scripts/check-rules.ts'] },
  ...generators.map((script) => ({ name: `${script} unchanged`, command: [node, script, '--check'] })),
]
const simulation: Check = {
  name: 'simulation',
  command: [node, 'packages/simulator/src/run.ts', '--seeds', '2000', '--worlds', '50'],
  speaks: true,
}
const tests: Check = {
  name: 'tests',
  // Two files at a time also where there are two cores, for which the runner's own choice is one: many tests wait.
  command: [
    node,
    '--test',
    `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`,
    '--test-reporter=spec',
    ...testFiles,
  ],
  speaks: true,
}

function run(check: Check): Promise<Outcome> {
  const [command = '', ...args] = check.command
  const began = performance.now()
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    })
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)))
    child.on('close', (code) => {
      const ok = code === 0
      const seconds = (performance.now() - began) / 1000
      process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${check.name} (${seconds.toFixed(1)} s)\n`)
      const text = Buffer.concat(output).toString()
      if (!ok) process.stdout.write(`${text}\n`)
      else if (check.speaks === true) process.stdout.write(lastLines(text))
      resolve({ name: check.name, ok, seconds })
    })
  })
}

/** The summary a test runner closes with. */
function lastLines(text: string): string {
  const lines = text.trimEnd().split('\n')
  const summary = lines.filter((line) => /^(ℹ|#) (tests|pass|fail|skipped|todo) /.test(line))
  return `${(summary.length > 0 ? summary : lines.slice(-6)).map((line) => `     ${line}`).join('\n')}\n`
}

/** Runs checks with at most `width` at a time, in order. */
async function runAll(checks: readonly Check[], width: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const queue = [...checks]
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) outcomes.push(await run(next))
  }
  await Promise.all(Array.from({ length: width }, worker))
  return outcomes
}

const began = performance.now()
const all = process.argv[2] === 'all'
if (testFiles.length === 0) throw new Error('no test file was found: the check itself is broken')
const outcomes = await runAll([tests, simulation, ...quick], 2)
const verifySeconds = (performance.now() - began) / 1000
process.stdout.write(`verify took ${verifySeconds.toFixed(1)} s\n`)

let missing: readonly MissingTool[] = []
if (all) {
  await buildConsoleWhenStale(root)
  missing = await ensureTools()
  const files = endToEndFiles.filter((file) => !missing.some((tool) => tool.files.test(file)))
  const notRun = endToEndFiles.filter((file) => !files.includes(file))
  outcomes.push(
    await run({
      name: 'end to end',
      // One file at a time: kills and time limits want the machine for themselves.
      command: [node, '--test', '--test-concurrency=1', '--test-timeout=180000', '--test-reporter=spec', ...files],
      speaks: true,
    }),
  )
  for (const tool of missing)
    process.stdout.write(`not there: ${tool.name} (${tool.why}); it would have run ${tool.used}\n`)
  for (const file of notRun) process.stdout.write(`did not run: ${file}\n`)
}

const failed = outcomes.filter((outcome) => !outcome.ok)
const inCi = process.env['CI'] !== undefined && process.env['CI'] !== ''
if (inCi && missing.length > 0) failed.push({ name: 'a tool is missing in CI', ok: false, seconds: 0 })
process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1)} s in all\n`)
for (const outcome of failed) process.stdout.write(`failed: ${outcome.name}\n`)
process.stdout.write(
  `checks: ${outcomes.length - failed.filter((each) => outcomes.includes(each)).length} passed, ${failed.length} failed\n`,
)
process.exitCode = failed.length === 0 ? 0 : 1
