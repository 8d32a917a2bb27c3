#!/usr/bin/env node
// The `busbar` command. Busbar needs Node 24; this file is plain JavaScript that an older Node can still read, so that it
// can look for a newer one beside the packages and hand everything over to it: arguments, terminal, signals, exit code.

import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const OLDEST_NODE = 24

// Set for the process that was started in place of this one; a second round would never end.
const HANDED_OVER = 'BUSBAR_HANDED_OVER'

const self = realpathSync(fileURLToPath(import.meta.url))

if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) start()
else handOver()

function start() {
  if (process.env[HANDED_OVER] !== undefined) {
    delete process.env[HANDED_OVER]
    // Killing the process in front kills this one: nobody expects a broker to live on that cannot be seen any more.
    if (process.channel) {
      process.channel.unref()
      process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
    }
  }
  const source = join(dirname(self), '../src/main.ts')
  const main = existsSync(source) ? source : join(dirname(self), '../dist/main.js')
  import(pathToFileURL(main).href).catch((error) => {
    console.error(error)
    process.exit(1)
  })
}

function handOver() {
  const newer = process.env[HANDED_OVER] === undefined ? findNewerNode(dirname(self)) : null
  if (newer === null) return refuse()
  const child = spawn(newer, [...process.execArgv, self, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [HANDED_OVER]: '1' },
  })
  const forward = (signal) => {
    // A terminal gives Ctrl-C to both processes; handing it on again would look like a second one.
    if (signal === 'SIGINT' && process.stdin.isTTY) return
    child.kill(signal)
  }
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)
  child.on('error', (error) => {
    console.error(`busbar: ${newer} cannot be started (${error.message})`)
    refuse()
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const each of signals) process.removeListener(each, forward)
    process.kill(process.pid, signal)
    // Where a signal does not end us (SIGKILL of another user, an ignored one), its number does, as shells write it.
    setTimeout(() => process.exit(128 + (constants.signals[signal] || 0)), 1000)
  })
}

function findNewerNode(from) {
  const places = [`node-${process.platform}-${process.arch}/bin/node`, '.bin/node']
  for (let folder = from; ; folder = dirname(folder)) {
    for (const place of places) {
      const candidate = join(folder, 'node_modules', place)
      if (existsSync(candidate)) return candidate
    }
    if (folder === dirname(folder)) return null
  }
}

function refuse() {
  console.error(`busbar: Node ${OLDEST_NODE} or newer is needed, this is ${process.version}`)
  console.error(
    process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64')
      ? '  run `npm install` in the folder of Busbar, it brings one along; or install Node 24 from https://nodejs.org'
      : '  install Node 24 or newer from https://nodejs.org',
  )
  process.exit(2)
}
