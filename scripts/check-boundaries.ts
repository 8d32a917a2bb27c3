// The architecture as a test: who may import whom, and which words of the surroundings a pure package may not use. It
// fails when it looked at nothing, and a file in no known place is an error, so that it cannot pass by not seeing.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

interface Place {
  /** Paths under the repository this rule covers; the first rule that fits a file is its rule. */
  readonly at: RegExp
  /** What it may import: own files are matched by their path, packages by their name. */
  readonly may: readonly RegExp[]
  /** Pure places know no clock, chance, promise or ambient object. */
  readonly pure?: boolean
}

const own = (path: string) => new RegExp(`^${path}`)
const node = /^node:/
const testTools = [node, /^fast-check$/]

/** Tests, and what only tests use: rigs, worlds of their own, clocks moved by hand, terminals that are read. */
const forTests =
  /(\.(test|e2e|contract|arbitrary|child)\.tsx?|[/-]rig\.ts|\/fake-[^/]+\.tsx?|\/manual-clock\.ts|\/captured-terminal\.ts)$/

const core = own('packages/core/src/')
const ocpp = own('packages/ocpp/(src|generated)/')
const busbar = 'packages/busbar/src/'
const simulator = 'packages/simulator/src/'

const places: readonly Place[] = [
  // What a pure package's tests need may know the tools of tests, but nothing of the product around it.
  { at: /^packages\/(ocpp|core)\/.*\.(test|contract)\.ts$/, may: [ocpp, core, ...testTools, /^ajv/, /^ocpp-rpc/] },
  { at: /^packages\/(ocpp|core)\/.*(\.arbitrary|[/-]rig)\.ts$/, may: [ocpp, core, /^fast-check$/] },
  { at: own('packages/ocpp/bench/'), may: [ocpp, node] },
  { at: forTests, may: [/./] },
  // Generated validators are large; this one file loads those of a version when it is first spoken.
  { at: own('packages/ocpp/src/validators\\.ts'), may: [ocpp] },
  { at: own('packages/ocpp/src/'), may: [ocpp], pure: true },
  { at: own('packages/core/src/base/'), may: [own('packages/core/src/base/')], pure: true },
  { at: own('packages/core/src/routing/'), may: [own('packages/core/src/(base|routing)/')], pure: true },
  {
    at: own('packages/core/src/(twin|session|timeline)/'),
    may: [ocpp, own('packages/core/src/(base|journal|twin|session|timeline)/')],
    pure: true,
  },
  {
    at: own('packages/core/src/connection/'),
    may: [ocpp, own('packages/core/src/(base|routing|connection|station/input)')],
    pure: true,
  },
  { at: own('packages/core/src/'), may: [ocpp, core], pure: true },
  {
    at: own('packages/console/'),
    may: [
      own('packages/console/'),
      /^(react|react-dom|vite|@vitejs|@tanstack|@tailwindcss|tailwindcss|lucide-react|radix-ui)/,
    ],
  },
  // Lives a world under all checks: a shell around the pure world, like the runner.
  { at: own(`${simulator}world/live\\.ts`), may: [core, own(`${simulator}(world|checks)/`), /^node:crypto$/] },
  { at: own(`${simulator}mutants/worker\\.ts`), may: [own(`${simulator}(world|mutants)/`), node] },
  {
    at: own(`${simulator}world/`),
    may: [
      ocpp,
      core,
      own(`${simulator}(world|actors)/`),
      own(`${busbar}(engine|storage/journal|links|system|config/settings)`),
    ],
  },
  {
    at: own(`${simulator}(checks|worlds|mutants|faults)/`),
    may: [ocpp, core, own(simulator), own(`${busbar}(engine|storage/journal|links|system|config/settings)`)],
  },
  { at: own(`${simulator}run`), may: [ocpp, core, own(simulator), node] },
  {
    at: own(`${simulator}(actors|station-behaviours|backend-behaviours)/`),
    may: [ocpp, core, own(`${simulator}(actors|station-behaviours|backend-behaviours)/`)],
  },
  { at: own(simulator), may: [ocpp, core, own(simulator), node, /^ws$/] },
  { at: own(`${busbar}(main|compose)\\.ts`), may: [/./] },
  { at: own(`${busbar}cli/(demo|simulate)\\.ts`), may: [/./] },
  { at: own(`${busbar}cli/`), may: [ocpp, core, own(busbar), node, /^(commander|@clack\/prompts|ws|yaml)$/] },
  {
    at: own(`${busbar}engine/`),
    may: [ocpp, core, own(`${busbar}(engine|links|storage/journal\\.ts|system|config/settings)`)],
  },
  { at: own(`${busbar}links\\.ts`), may: [ocpp, core, own(`${busbar}config/settings`)] },
  { at: own(`${busbar}system/`), may: [node, /^uuidv7$/] },
  { at: own(`${busbar}storage/`), may: [ocpp, core, own(`${busbar}(storage|system)/`), node, /^lru-cache$/] },
  { at: own(`${busbar}sockets/`), may: [ocpp, core, own(`${busbar}(sockets|links|system)`), node, /^ws$/] },
  {
    at: own(`${busbar}stations/`),
    may: [ocpp, core, own(`${busbar}(stations|sockets|links|system|config/settings)`), node, /^ws$/],
  },
  {
    at: own(`${busbar}backends/`),
    may: [ocpp, core, own(`${busbar}(backends|sockets|links|system|config/settings)`), node, /^ws$/],
  },
  // The keepers of what is in force and the views over it: between the adapters' ports, touching no socket and no file.
  {
    at: own(`${busbar}broker/`),
    may: [
      ocpp,
      core,
      own(
        `${busbar}(broker/|engine/|folds/|system/|storage/journal\\.ts|config/(settings|read-routes)\\.ts|api/(ports|documents)\\.ts|observe/(metrics|faults)\\.ts|stations/(accounts|credentials)\\.ts)`,
      ),
      /^node:crypto$/,
    ],
  },
  { at: own(`${busbar}folds/`), may: [ocpp, core, own(`${busbar}(folds|storage/journal|system)`)] },
  { at: own(`${busbar}config/`), may: [ocpp, core, own(`${busbar}config/`), node, /^(zod|yaml)$/] },
  {
    at: own(`${busbar}api/`),
    may: [
      ocpp,
      core,
      own(`${busbar}(api|observe|storage/journal|links|config/settings|system)`),
      node,
      /^(fastify|@fastify\/|fastify-type-provider-zod|zod|lru-cache)/,
    ],
  },
  {
    at: own(`${busbar}observe/`),
    may: [
      ocpp,
      core,
      own(`${busbar}(observe|storage/journal|system|config/settings)`),
      node,
      /^(pino|pino-pretty|prom-client)$/,
    ],
  },
  { at: own('scripts/'), may: [/./] },
  { at: own('bench/'), may: [own('bench/'), own(busbar), own(simulator), ocpp, core, node, /^ws$/] },
  { at: own('examples/'), may: [/./] },
]

const root = join(import.meta.dirname, '..')
const packages: Readonly<Record<string, string>> = {
  '@busbar/ocpp/generated/': 'packages/ocpp/generated/',
  '@busbar/ocpp/': 'packages/ocpp/src/',
  '@busbar/core/': 'packages/core/src/',
  '@busbar/simulator/': 'packages/simulator/src/',
  'busbar/': 'packages/busbar/src/',
}

/** Words that only the surroundings of a pure package could give it a meaning for. */
const ambient =
  /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|queueMicrotask|process\.|async |await |Promise\.)/

/** Version names belong to `ocpp` and to the dialect files; everything else asks a table. */
const versionLiteral = /['"]ocpp(1\.6|2\.0\.1|2\.1)['"]/
const mayNameVersions =
  /^(packages\/ocpp\/|packages\/core\/src\/(twin|session|connection|timeline)\/|packages\/simulator\/|packages\/busbar\/src\/(config|cli|stations|backends|sockets)\/|scripts\/|bench\/|packages\/console\/)/

function sources(): string[] {
  return ['packages', 'scripts', 'bench', 'examples']
    .flatMap((top) => readdirSync(join(root, top), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(node_modules|dist|generated)\//.test(file))
}

function importsOf(text: string): string[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^'"]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
  )
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

/** Code without comments, so that prose may say what code may not. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/\s\/\/ .*$/gm, '')
}

const problems: string[] = []
let looked = 0
let followed = 0
for (const file of sources()) {
  looked++
  const place = places.find((each) => each.at.test(file))
  if (place === undefined) {
    problems.push(`${file}: lies in no place that scripts/check-boundaries.ts knows`)
    continue
  }
  const text = readFileSync(join(root, file), 'utf8')
  for (const specifier of importsOf(text)) {
    followed++
    const prefix = Object.keys(packages).find((name) => specifier.startsWith(name))
    const target = specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier))
      : prefix === undefined
        ? specifier
        : packages[prefix] + specifier.slice(prefix.length)
    const isRig = file.startsWith('packages/') && !forTests.test(file) && forTests.test(target)
    if (isRig || !place.may.some((allowed) => allowed.test(target)))
      problems.push(`${file}: may not import ${specifier}`)
  }
  const isTest = forTests.test(file)
  const code = withoutComments(text)
  const word = place.pure === true && !isTest ? ambient.exec(code) : null
  if (word !== null) problems.push(`${file}: pure code may not use ${word[0].trim()}`)
  if (!isTest && !mayNameVersions.test(file) && versionLiteral.test(code)) {
    problems.push(`${file}: names an OCPP version; ask a table in packages/ocpp or a dialect instead`)
  }
}
if (looked === 0 || followed === 0) problems.push('nothing was looked at: the check itself is broken')
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.stdout.write(`boundaries: ${looked} files, ${followed} imports, ${problems.length} problems\n`)
process.exitCode = problems.length === 0 ? 0 : 1
