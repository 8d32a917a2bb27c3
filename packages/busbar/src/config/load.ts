// Reads the configuration: finds the file, reads it as YAML, replaces placeholders, validates, fills in defaults, checks
// what only makes sense together. Either everything is right and settings come out, or every problem comes out with its
// line and column and nothing else happens. The environment is read here and nowhere else in the product.

import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { FaultCode } from '@busbar/core/base/fault.ts'
import { checkCapacity, type Machine, thisMachine } from './capacity.ts'
import { checkListen } from './check-listen.ts'
import { checkAccounts, checkBackends, checkRoutes } from './check-routing.ts'
import { type ConfigDocument, readDocument } from './document.ts'
import { explain } from './explain.ts'
import { prepare } from './prepare.ts'
import type { Finding, Problem } from './problem.ts'
import { type FileForm, fileSchema } from './schema.ts'
import type { Settings } from './settings.ts'
import { settle } from './settle.ts'
import { substitute } from './substitute.ts'

/** The name of what applies when there is no file. */
export const BUILT_IN = '(built-in defaults)'

/** The file that is used when none is named. */
export const DEFAULT_FILE = 'busbar.yaml'

export interface LoadOptions {
  /** As the user named it, relative to `cwd`; null or absent: `./busbar.yaml` if it is there, else built-in defaults. */
  readonly file?: string | null | undefined
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Default: of this machine. */
  readonly hostName?: string | undefined
  /** Default: of this process. */
  readonly machine?: Machine | undefined
  /** Wall clock in milliseconds, for the dates of certificates. */
  readonly now: number
}

export type Loaded =
  | { readonly settings: Settings; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] }

/**
 * Loads and checks a configuration.
 * @returns the settings with warnings, or all problems in the order of the file (codes BB-CONFIG-…); never throws for
 * anything a file can contain
 */
export async function loadSettings(options: LoadOptions): Promise<Loaded> {
  const named = options.file ?? null
  const path = resolve(options.cwd, named ?? DEFAULT_FILE)
  const shown = named ?? DEFAULT_FILE
  let text: string | null = null
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    if (named !== null || code !== 'ENOENT') {
      const what = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`
      return { problems: [problemAt(shown, 1, 1, 'BB-CONFIG-001', what, 'correct the path or the permissions')] }
    }
  }
  return loadText(text, { ...options, shown: text === null ? BUILT_IN : shown, path: text === null ? null : path })
}

/**
 * Loads and checks a configuration whose text is at hand.
 * @param text the file's content; null: built-in defaults
 * @param options `path` is where it is taken to stand (null: nowhere), `shown` its name in problems
 */
export function loadText(
  text: string | null,
  options: LoadOptions & { readonly shown: string; readonly path: string | null },
): Loaded {
  const read = readDocument(text ?? '')
  if ('problems' in read) {
    return {
      problems: read.problems.map(({ line, column, what, remedy }) =>
        problemAt(options.shown, line, column, 'BB-CONFIG-002', what, remedy),
      ),
    }
  }
  const { document } = read
  const findings: Finding[] = []
  const report = (finding: Finding) => void findings.push(finding)
  const folder = options.path === null ? options.cwd : dirname(options.path)

  const form = readForm(document, folder, options, report)
  let settings: Settings | null = null
  if (form !== null) {
    settings = settle(form, { folder, file: options.path, hostName: options.hostName ?? hostname() })
    const files = { read: (file: string) => readFileSync(file, 'utf8'), now: options.now }
    checkData(settings, report)
    checkListen(settings, files, report)
    checkBackends(settings, files, report)
    checkRoutes(settings, report)
    checkAccounts(settings, report)
    checkCapacity(settings, options.machine ?? thisMachine(), report)
  }

  const located = (severity: Finding['severity']) => locate(findings, severity, document, options.shown)
  const problems = located('error')
  if (problems.length > 0 || settings === null) return { problems }
  return { settings, warnings: located('warning') }
}

function readForm(
  document: ConfigDocument,
  folder: string,
  options: LoadOptions,
  report: (finding: Finding) => void,
): FileForm | null {
  const before = document.value ?? {}
  const unresolved: Finding[] = []
  const readFile = (path: string) => readFileSync(resolve(folder, path), 'utf8')
  const replaced = substitute(before, { env: options.env, readFile }, (finding) => {
    unresolved.push(finding)
    report(finding)
  })
  const value = prepare(replaced, before)
  const parsed = fileSchema.safeParse(value)
  if (parsed.success) return unresolved.length === 0 ? parsed.data : null
  // A placeholder that could not be replaced leaves a hole; what the schema says of the hole would only confuse.
  const holes = new Set(unresolved.map((finding) => JSON.stringify(finding.path)))
  for (const finding of explain(parsed.error.issues, value, document)) {
    if (!holes.has(JSON.stringify(finding.path))) report(finding)
  }
  return null
}

function checkData(settings: Settings, report: (finding: Finding) => void): void {
  let kind: 'folder' | 'other' | 'nothing'
  try {
    kind = statSync(settings.data).isDirectory() ? 'folder' : 'other'
  } catch {
    // It is made at the first start; whether that succeeds is the store's to say.
    kind = 'nothing'
  }
  if (kind !== 'other') return
  const what = `${settings.data} is not a folder`
  report({ path: ['data'], place: 'value', code: 'BB-CONFIG-004', what, remedy: 'name a folder', severity: 'error' })
}

function locate(
  findings: readonly Finding[],
  severity: Finding['severity'],
  document: ConfigDocument,
  shown: string,
): Problem[] {
  return findings
    .filter((finding) => finding.severity === severity)
    .map((finding) => {
      const { line, column } = document.locate(finding.path, finding.place)
      return problemAt(shown, line, column, finding.code, finding.what, finding.remedy)
    })
    .sort((a, b) => a.line - b.line || a.column - b.column)
}

function problemAt(file: string, line: number, column: number, code: FaultCode, what: string, remedy: string): Problem {
  const oneLine = (text: string) => text.replace(/[\r\n\u2028\u2029]+/g, ' ')
  return { file, line, column, code, what: oneLine(what), remedy: oneLine(remedy) }
}
