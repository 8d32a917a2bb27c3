// What the pages say of the repository is true: files they name exist, links lead somewhere, rules and codes they cite are
// written down, and configurations they show are accepted.

import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, test } from 'node:test'
import { loadText } from '../packages/busbar/src/config/load.ts'
import { formatProblem } from '../packages/busbar/src/config/problem.ts'
import { faultCatalogue } from '../packages/core/src/base/fault.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const exclude = (name: string) => name === 'node_modules' || name === 'dist' || name === '.cache'
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md', 'packaging/*.md', 'packages/*/*.md'], {
  cwd: root,
  exclude,
}).sort()

const rules = new Set(
  globSync('docs/spec/*.md', { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/^\|\s*([A-Z]{2}\d+)\s*\|/gm)].map((match) => match[1] ?? ''),
  ),
)
const families = [...new Set([...rules].map((rule) => rule.slice(0, 2)))].join('|')

describe('pages', () => {
  test('there are pages and rules to look at', () => {
    assert.ok(pages.length > 15, `${pages.length} pages`)
    assert.ok(rules.size > 50, `${rules.size} rules`)
  })

  for (const page of pages) {
    test(`${page}: files it names exist`, () => {
      const named = read(page).matchAll(
        /(?<![\w/@:.-])((?:packages|scripts|docs|examples|bench|packaging|recordings)\/[\w./*-]*\w|\.ci\/run)/g,
      )
      const missing = [...new Set([...named].map((match) => match[1] ?? ''))].filter(
        (path) => globSync(path, { cwd: root }).length === 0,
      )
      assert.deepEqual(missing, [])
    })

    test(`${page}: links lead somewhere`, () => {
      const links = [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map((match) => match[1] ?? '')
      const broken = links.filter((link) => !leadsSomewhere(page, link))
      assert.deepEqual(broken, [])
    })

    test(`${page}: rules and codes it cites are written down`, () => {
      const text = read(page)
      const cited = [...text.matchAll(new RegExp(`\\b(?:${families})\\d+\\b`, 'g'))].map((match) => match[0])
      const codes = [...text.matchAll(/\bBB-[A-Z]+-\d{3}\b/g)].map((match) => match[0])
      assert.deepEqual(
        [...cited.filter((rule) => !rules.has(rule)), ...codes.filter((code) => !Object.hasOwn(faultCatalogue, code))],
        [],
      )
    })
  }
})

/** Whether a relative link leads to a file, and its anchor to a heading there. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)))
  if (!existsSync(join(root, file))) return false
  if (anchor === undefined || !file.endsWith('.md')) return true
  const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map((match) => (match[1] ?? '').toLowerCase())
  return headings.some((heading) => heading.replace(/[^\w\- ]/g, '').replaceAll(' ', '-') === anchor)
}

describe('configurations', () => {
  test('the first configuration of the README has ten lines and is accepted', () => {
    const [, first = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(read('README.md')) ?? []
    assert.equal(first.trimEnd().split('\n').length, 10)
    assertAccepted('README.md', first, {})
  })

  test('the one that is packaged is accepted', () => {
    const env = {
      CPMS_URL: 'wss://cpms.example/ocpp',
      BUSBAR_OPS_TOKEN: 'o'.repeat(20),
      BUSBAR_METRICS_TOKEN: 'm'.repeat(20),
    }
    assertAccepted('packaging/busbar.yaml', read('packaging/busbar.yaml'), env)
  })
})

function assertAccepted(shown: string, text: string, env: Readonly<Record<string, string>>): void {
  const now = Date.UTC(2026, 0, 1)
  const loaded = loadText(text, { cwd: root, env, now, shown, path: null })
  assert.deepEqual('problems' in loaded ? loaded.problems.map(formatProblem) : [], [])
}

describe('commands', () => {
  test('what continuous integration runs is what the README says', () => {
    const [, shown = ''] = /^(npm test)\b/m.exec(read('README.md')) ?? []
    assert.equal(shown, 'npm test')
    assert.match(read('.ci/run'), /^npm test$/m)
  })

  test('what the container image is built from exists', () => {
    const copied = [...read('packaging/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    assert.ok(copied.length > 3)
    const sources = copied.flatMap((match) => (match[1] ?? '').split(' '))
    assert.deepEqual(
      sources.filter((source) => !existsSync(join(root, source))),
      [],
    )
  })

  test('every platform is in the lockfile', async () => {
    const { missingFromLockfile } = await import('./complete-lockfile.ts')
    assert.deepEqual(missingFromLockfile(), [])
  })
})
