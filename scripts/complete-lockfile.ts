// Tools that come as one native program per platform name all of them as optional dependencies. A registry mirror that
// lacks some makes npm leave them out of the lockfile, and `npm ci` then refuses that lockfile everywhere. This writes the
// entries that are missing: their version is the one the parent asks for, their platform is told by their name. They have
// no integrity, since nobody here has seen them; npm fetches them only on the platform they are for.
// Run it after every `npm install` that changed the lockfile; scripts/docs.test.ts notices when that was forgotten.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly license?: string
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Lockfile {
  packages: Record<string, LockedPackage>
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']

/** Whether the lockfile has the package, as npm resolves it from the folder of the one that asks. */
function isLocked(lock: Lockfile, parent: string, name: string): boolean {
  for (let from = parent; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`] !== undefined) return true
    if (!from.includes('/node_modules/')) return lock.packages[`node_modules/${name}`] !== undefined
  }
}

function entryFor(name: string, version: string, parent: LockedPackage): LockedPackage {
  const words = name.split(/[/-]/)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : words.includes('gnu') ? ['glibc'] : []
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`${name} does not say which platform it is for`)
  return {
    version,
    cpu,
    ...(parent.dev === true ? { dev: true } : {}),
    ...(libc.length > 0 && os[0] === 'linux' ? { libc } : {}),
    ...(parent.license === undefined ? {} : { license: parent.license }),
    optional: true,
    os,
  }
}

const file = join(import.meta.dirname, '..', 'package-lock.json')

/** The lockfile with every entry that is missing, and their names. */
function complete(): { readonly lock: Lockfile; readonly added: readonly string[] } {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile
  const added: string[] = []
  for (const [path, parent] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      // WebAssembly runs anywhere and has packages of its own to bring along; npm does not ask for it where a native one is.
      if (isLocked(lock, path, name) || name.includes('wasm32')) continue
      if (!/^\d+\.\d+\.\d+/.test(version))
        throw new Error(`${path} asks for ${name} ${version}, which is no one version`)
      lock.packages[`node_modules/${name}`] = entryFor(name, version, parent)
      added.push(name)
    }
  }
  return { lock, added }
}

/** Names of packages that the lockfile lacks; `npm ci` refuses it when there are any. */
export function missingFromLockfile(): readonly string[] {
  return complete().added
}

if (import.meta.main) {
  const { lock, added } = complete()
  if (added.length > 0) {
    lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  }
  process.stdout.write(`lockfile: ${Object.keys(lock.packages).length} packages, ${added.length} were missing\n`)
}
