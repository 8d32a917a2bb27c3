// The numbered rules of docs/spec are promises; a promise without a test is a hope. Lists every rule that no test title
// cites, and every test title that cites a rule nobody wrote down.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const exclude = (name: string) => name === 'node_modules' || name === 'dist' || name === 'generated'

const rules = new Map<string, string>()
let problems = 0
function complain(text: string): void {
  problems++
  process.stderr.write(`${text}\n`)
}

for (const file of globSync('docs/spec/*.md', { cwd: root })) {
  for (const match of readFileSync(join(root, file), 'utf8').matchAll(/^\|\s*([A-Z]{2}\d+)\s*\|/gm)) {
    const rule = match[1] ?? ''
    if (rules.has(rule)) complain(`${rule} stands in ${rules.get(rule)} and in ${file}`)
    rules.set(rule, file)
  }
}

const families = new Set([...rules.keys()].map((rule) => rule.slice(0, 2)))
const cited = new Set<string>()
const checks = globSync(
  ['packages/**/*.{test,e2e,contract}.ts', 'packages/simulator/src/checks/*.ts', 'examples/**/*.ts'],
  { cwd: root, exclude },
)
for (const file of checks) {
  const text = readFileSync(join(root, file), 'utf8')
  for (const match of text.matchAll(/\b([A-Z]{2}\d+)\b/g)) cited.add(match[1] ?? '')
  for (const [, title = ''] of text.matchAll(/\b(?:test|it|describe|suite)\(\s*['"`]([^'"`]*)/g)) {
    for (const [rule] of title.matchAll(/\b[A-Z]{2}\d+\b/g)) {
      if (families.has(rule.slice(0, 2)) && !rules.has(rule))
        complain(`${file}: cites ${rule}, which nobody wrote down`)
    }
  }
}

for (const [rule, file] of rules) if (!cited.has(rule)) complain(`${rule} (${file}) is cited by no test`)
if (rules.size === 0 || checks.length === 0) complain('no rules or no tests were found: the check itself is broken')
process.stdout.write(`rules: ${rules.size}, problems: ${problems}\n`)
process.exitCode = problems === 0 ? 0 : 1
