// What the examples are driven with: a copy of an example's file whose addresses, certificates and data folder are the
// test's own, the real binary on it, and its command line to look with. For tests only.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { createAuthority } from '../packages/busbar/src/sockets/authority-rig.ts'

const binary = join(import.meta.dirname, '..', 'packages', 'busbar', 'bin', 'busbar.js')

export interface Running extends AsyncDisposable {
  /** Where stations connect, by a loopback name. */
  readonly stations: string
  /** Authority of the listeners' certificates, PEM. */
  readonly ca: string
  /** Runs a client command against the broker and gives what it printed as JSON, or a list of its lines. */
  ask<T>(...command: readonly string[]): Promise<T>
}

/**
 * Starts Busbar with an example's file.
 * @param text the file as it stands in the repository
 * @param backends where each of its backends really is
 * @param environment what its placeholders stand for; BUSBAR_OPS_TOKEN is also used to look
 */
export async function startExample(
  text: string,
  backends: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-example-'))
  const authority = await createAuthority('Example')
  const { cert, key } = await authority.issue('CN=localhost')
  mkdirSync(join(folder, 'tls'))
  writeFileSync(join(folder, 'tls', 'server.pem'), cert)
  writeFileSync(join(folder, 'tls', 'server.key'), key)
  writeFileSync(join(folder, 'tls', 'ca.pem'), authority.ca)
  const file = join(folder, 'busbar.yaml')
  writeFileSync(file, relocated(text, backends))

  const env = { ...process.env, ...environment, NODE_EXTRA_CA_CERTS: join(folder, 'tls', 'ca.pem') }
  const child = spawn(process.execPath, [binary, 'serve', '--config', file], { cwd: folder, env, stdio: 'pipe' })
  const end = async () => {
    await stop(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const { stations, api } = await readyLine(child)
    return {
      stations: stations.replace('0.0.0.0', 'localhost'),
      ca: authority.ca,
      ask: (...command) => ask(command, api.replace('0.0.0.0', 'localhost'), env),
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** The same file on free ports, with backends that are there. */
function relocated(text: string, backends: Readonly<Record<string, string>>): string {
  const document = parseDocument(text)
  const free = (url: unknown) => String(url).replace(/:\d+$/, ':0')
  const listeners = document.getIn(['listen', 'stations'])
  if (isSeq(listeners)) {
    for (const [at, each] of listeners.items.entries()) {
      const path = ['listen', 'stations', at, ...(isMap(each) ? ['url'] : [])]
      document.setIn(path, free(document.getIn(path)))
    }
  } else document.setIn(['listen', 'stations'], free(listeners))
  const api = document.getIn(['listen', 'api'])
  if (isMap(api)) document.setIn(['listen', 'api', 'url'], free(api.get('url')))
  else document.setIn(['listen', 'api'], free(api ?? 'http://127.0.0.1:9080'))
  const named = document.get('backends')
  if (!isMap(named)) throw new Error('the example names no backends')
  for (const { key } of named.items) {
    const name = isScalar(key) ? String(key.value) : ''
    const url = backends[name]
    if (url === undefined) throw new Error(`the test has no backend ${name}`)
    document.setIn(['backends', name, 'url'], url)
  }
  document.set('data', './data')
  return document.toString()
}

function readyLine(child: ChildProcess): Promise<{ readonly stations: string; readonly api: string }> {
  let out = ''
  let err = ''
  return new Promise((resolve, reject) => {
    const give = (how: string) => reject(new Error(`${how}: ${out}${err}`))
    const timer = setTimeout(() => give('not ready within 20 s'), 20_000)
    child.stderr?.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const [, stations, api] = /^busbar ready stations=(\S+) api=(\S+)$/m.exec(out) ?? []
      if (stations === undefined || api === undefined) return
      clearTimeout(timer)
      resolve({ stations, api })
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      give(`it ended with ${code}`)
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 12_000)
  await ended
  clearTimeout(timer)
}

function ask<T>(
  command: readonly string[],
  api: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<T> {
  const token = env['BUSBAR_OPS_TOKEN'] === undefined ? [] : ['--token', env['BUSBAR_OPS_TOKEN']]
  const args = [binary, ...command, '--json', '--api', api, ...token]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, timeout: 20_000 }, (error, out, err) => {
      if (error !== null) reject(new Error(`busbar ${command.join(' ')}: ${error.message}\n${err}`))
      else resolve(JSON.parse(command[0] === 'timeline' ? `[${out.trim().replaceAll('\n', ',')}]` : out) as T)
    })
  })
}

/** Reads an example's file. */
export function exampleText(story: string): string {
  return readFileSync(join(import.meta.dirname, story, 'busbar.yaml'), 'utf8')
}
