// Writes docs/reference/openapi.json: the description of the HTTP interface that the running broker gives at
// /api/v1/openapi.json. It is made by the interface itself, with nothing behind it, because the description comes from the
// routes. `--check` writes nothing and fails when the file is not what would be written.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createApi } from '../packages/busbar/src/api/create-api.ts'
import type { ApiPorts } from '../packages/busbar/src/api/ports.ts'
import { systemClock } from '../packages/busbar/src/system/clock.ts'
import { systemIds } from '../packages/busbar/src/system/ids.ts'

const target = join(import.meta.dirname, '../docs/reference/openapi.json')

/** Ports nobody calls: any use of one is a mistake and stops the script. */
const nothing = new Proxy({} as ApiPorts, {
  get(_target, port) {
    return new Proxy(
      {},
      {
        get(_inner, name) {
          throw new Error(`describing the interface asked for ${String(port)}.${String(name)}`)
        },
      },
    )
  },
})

const root = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }
const api = await createApi({
  url: 'http://127.0.0.1:0',
  tls: null,
  tokens: () => [],
  trustProxy: [],
  site: 'any',
  version: root.version,
  installationKey: new Uint8Array(32),
  consoleFolder: null,
  clock: systemClock,
  ids: systemIds,
  log: null,
  ports: nothing,
})
const text = `${JSON.stringify(api.openapi(), null, 2)}\n`
await api.close()

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8').catch(() => null)) !== text) {
    console.error('docs/reference/openapi.json is not what scripts/generate-openapi.ts writes')
    process.exitCode = 1
  }
} else {
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, text)
}
