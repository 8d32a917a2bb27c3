// The numbered rules of docs/spec are promises; a promise without a test is a hope. Lists every rule that no test title
// cites, and every test title that cites a rule nobody wrote down.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const exclude = (name: string) => name === 'node_modules' || name === 'dist' || name === 'generated'

const rules = new Map<string, string>()
for (const file of globSync('docs/spec/*.md', { cwd: root })) {
  for (const match of readFileSync(join(root, file), 'utf8').matchAll(/^\|\s*([A-Z]{2}\d+)\s*\|/gm)) {
    const rule = match[1] ?? ''
    if (rules.has(rule)) process.stderr.write(`${rule} stands in ${rules.get(rule)} and in ${file}\n`)
    rules.set(rule, file)
  }
}

const cited = new Set<string>()
const checks = globSync(
  ['packages/**/*.{test,e2e,contract}.ts', 'packages/simulator/src/checks/*.ts', 'examples/**/*.ts'],
  { cwd: root, exclude },
)
for (const file of checks) {
  const text = readFileSync(join(root, file), 'utf8')
  for (const match of text.matchAll(/\b([A-Z]{2}\d+)\b/g)) cited.add(match[1] ?? '')
}

const untested = [...rules].filter(([rule]) => !cited.has(rule))
for (const [rule, file] of untested) process.stderr.write(`${rule} (${file}) is cited by no test\n`)
if (rules.size === 0 || checks.length === 0)
  process.stderr.write('no rules or no tests were found: the check itself is broken\n')
process.stdout.write(`rules: ${rules.size}, untested: ${untested.length}\n`)
process.exitCode = untested.length === 0 && rules.size > 0 && checks.length > 0 ? 0 : 1
