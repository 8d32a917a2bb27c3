// Writes the pages of docs/reference that grow out of the code: errors.md from the catalogue of faults, metrics.md from the
// metrics themselves, cli.md from the help of every command, rules.md from docs/spec. `--check` writes nothing and fails
// when a page is not what would be written.

import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capturedTerminal } from '../packages/busbar/src/cli/captured-terminal.ts'
import { runProgram } from '../packages/busbar/src/cli/program.ts'
import { createMetrics } from '../packages/busbar/src/observe/metrics.ts'
import { type FaultDescription, faultCatalogue } from '../packages/core/src/base/fault.ts'

const root = join(import.meta.dirname, '..')
const reference = join(root, 'docs', 'reference')

const made = (from: string) => `<!-- Made by scripts/generate-reference.ts from ${from}; change it there. -->\n`
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const areas: Readonly<Record<string, string>> = {
  FRAME: 'Messages',
  LINK: 'Connections and handshakes',
  ROUTE: 'Routes',
  CORE: 'Busbar itself',
  STORE: 'The store',
  CONFIG: 'Configuration',
  API: 'HTTP interface',
  CLI: 'Command line',
}

/** Every fault, by area. */
function errorsPage(): string {
  const byArea = Map.groupBy(Object.entries(faultCatalogue), ([code]) => code.split('-')[1] ?? '')
  const sections = [...byArea].map(([area, faults]) => {
    const title = areas[area]
    if (title === undefined) throw new Error(`scripts/generate-reference.ts has no title for the faults BB-${area}`)
    return `## ${title}\n\n${faults.map(([code, fault]) => faultText(code, fault)).join('\n\n')}\n`
  })
  return `${made('packages/core/src/base/fault.ts')}# Errors

Whatever goes wrong has a code. It stands in the timeline entry, the log line, the problem document of the HTTP interface
(field \`code\`), the notice to the webhook and the label of \`busbar_faults_total\`. A code keeps its meaning for ever; the
sentences may be improved, so compare codes, not wordings.

${sections.join('\n')}`
}

function faultText(code: string, fault: FaultDescription): string {
  const status = fault.status === undefined ? '' : `\n- HTTP status: ${fault.status}`
  return `### ${code}\n\n${fault.sentence}\n\n- Cause: ${fault.cause}\n- What to do: ${fault.remedy}${status}`
}

interface Metric {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly labels: ReadonlySet<string>
}

/** Every metric of the product with its labels, read off a scrape in which each has been used once. */
async function metricsPage(): Promise<string> {
  const metrics = createMetrics({ version: '0', commit: '', process: false })
  metrics.messages.count('station', 'in', 'Heartbeat', 'call')
  metrics.calls.observe('station', 'Heartbeat', 1)
  metrics.commits.observe(1)
  metrics.webSocketClosed('station', 1000)
  metrics.quarantined('any')
  metrics.fault('BB-FRAME-001')
  metrics.attach({
    stationsConnected: () => 1,
    webSocketConnections: () => [['station', 1]],
    outboxes: () => [{ backend: 'any', pending: 1, oldestSeconds: 1 }],
    journal: () => ({ bytes: 1, writable: true }),
    certificates: () => [{ certificate: 'any', notAfterMs: 1 }],
    eventStreams: () => 1,
  })
  const rows = readMetrics(await metrics.text()).map(
    ({ name, help, type, labels }) =>
      `| \`${name}\` | ${type} | ${[...labels].map((label) => `\`${label}\``).join(', ')} | ${cell(help)} |`,
  )
  return `${made('packages/busbar/src/observe/metrics.ts')}# Metrics

\`GET /metrics\` in the text format of Prometheus. Names and units follow its conventions: base units, counters end in
\`_total\`. No label holds a station's identity. \`direction\` is as Busbar sees it: \`in\` came, \`out\` left. Beside these
stand the metrics that Prometheus' client library gives of every Node process (\`process_*\`, \`nodejs_*\`).

| metric | type | labels | |
|---|---|---|---|
${rows.join('\n')}
`
}

function readMetrics(text: string): Metric[] {
  const found: Metric[] = []
  for (const [, name = '', help = '', type = '', lines = ''] of text.matchAll(
    /^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n((?:[^#\n].*\n?)*)/gm,
  )) {
    const labels = [...lines.matchAll(/([a-z_]+)="/g)].map((match) => match[1] ?? '')
    found.push({ name, help, type, labels: new Set(labels.filter((label) => label !== 'le')) })
  }
  if (found.length === 0) throw new Error('no metric was found in the scrape')
  return found
}

/** The help of every command, as it prints it itself. */
async function commandLinePage(): Promise<string> {
  const sections: string[] = []
  for (const path of await commandPaths([])) {
    const title = ['busbar', ...path].join(' ')
    sections.push(`${'#'.repeat(path.length === 0 ? 2 : 3)} ${title}\n\n\`\`\`\n${await helpOf(path)}\n\`\`\`\n`)
  }
  return `${made('packages/busbar/src/cli/program.ts')}# Command line

Exit codes: 0 fine, 1 failed while running, 2 wrong arguments or configuration. Results go to standard output, everything
else to standard error. \`serve\` and \`demo\` print exactly one line to standard output, once everything listens:
\`busbar ready stations=… api=…\`.

${sections.join('\n')}`
}

async function helpOf(path: readonly string[]): Promise<string> {
  const terminal = capturedTerminal({ columns: 100 })
  const exitCode = await runProgram([...path, '--help'], terminal)
  if (exitCode !== 0 || terminal.written.out === '') throw new Error(`busbar ${path.join(' ')} --help gives no help`)
  return terminal.written.out.trim()
}

/** A command and all below it, in the order in which their help names them. */
async function commandPaths(path: readonly string[]): Promise<(readonly string[])[]> {
  const [, commands = ''] = /^Commands:\n((?: {2}.*\n?)*)/m.exec(await helpOf(path)) ?? []
  const names = [...commands.matchAll(/^ {2}([a-z]+)/gm)]
    .map((match) => match[1] ?? '')
    .filter((name) => name !== 'help')
  const below: (readonly string[])[] = []
  for (const name of names) below.push(...(await commandPaths([...path, name])))
  return [path, ...below]
}

/** Every numbered promise with the page it stands on. */
function rulesPage(): string {
  const rows: string[] = []
  for (const file of globSync('docs/spec/*.md', { cwd: root }).sort()) {
    const name = file.slice('docs/spec/'.length)
    for (const [, rule = '', promise = ''] of readFileSync(join(root, file), 'utf8').matchAll(
      /^\|\s*([A-Z]{2}\d+)\s*\|\s*(.*?)\s*\|\s*$/gm,
    )) {
      rows.push(`| ${rule} | ${promise} | [${name}](../spec/${name}) |`)
    }
  }
  if (rows.length === 0) throw new Error('no rule was found in docs/spec')
  return `${made('docs/spec')}# Rules

What Busbar promises, in one list. Each rule is proven by tests whose titles begin with its name: \`grep -rn "RL1 " packages\`
finds those of RL1, and \`node scripts/check-rules.ts\` fails when a rule has none.

| rule | promise | page |
|---|---|---|
${rows.join('\n')}
`
}

const pages: Readonly<Record<string, string>> = {
  'errors.md': errorsPage(),
  'metrics.md': await metricsPage(),
  'cli.md': await commandLinePage(),
  'rules.md': rulesPage(),
}

if (process.argv.includes('--check')) {
  for (const [name, text] of Object.entries(pages)) {
    const file = join(reference, name)
    if (readOrEmpty(file) === text) continue
    process.stderr.write(`docs/reference/${name} is not what scripts/generate-reference.ts writes; run it\n`)
    process.exitCode = 1
  }
} else {
  mkdirSync(reference, { recursive: true })
  for (const [name, text] of Object.entries(pages)) writeFileSync(join(reference, name), text)
}

function readOrEmpty(file: string): string {
  return globSync(file).length === 0 ? '' : readFileSync(file, 'utf8')
}
