// Turns what the schema found into findings people can act on. One sentence per cause; a value that did not fit any of
// several forms is explained by the form it was nearest to.

import type { FaultCode } from '@busbar/core/base/fault.ts'
import type { z } from 'zod'
import type { ConfigDocument } from './document.ts'
import { formsAt, homeOf, knownKeys } from './json-schema.ts'
import { type Finding, formatPath, type Path, type Place } from './problem.ts'
import { durationPattern, sizePattern } from './quantities.ts'
import { closest } from './suggest.ts'

type Issue = z.core.$ZodIssue

// What is written at these keys is not repeated in a message.
const secretKeys: ReadonlySet<string | number> = new Set(['password', 'token', 'headers'])

/**
 * Explains the issues of one validation.
 * @param issues as the schema gave them
 * @param value what was validated
 * @param document where it was written
 */
export function explain(issues: readonly Issue[], value: unknown, document: ConfigDocument): Finding[] {
  return issues.flatMap((issue) => explainOne(issue, [], value, document))
}

function explainOne(issue: Issue, above: Path, root: unknown, document: ConfigDocument): Finding[] {
  const path: Path = [...above, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))]
  const name = `\`${formatPath(path)}\``
  const value = valueAt(root, path)
  const finding = (code: FaultCode, what: string, remedy: string, place: Place = 'value'): Finding[] => [
    { path, place, code, what, remedy, severity: 'error' },
  ]

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], key))

    case 'invalid_union': {
      const nearest = nearestBranch(issue.errors as readonly (readonly Issue[])[], value)
      if (nearest !== null) return nearest.flatMap((inner) => explainOne(inner, path, root, document))
      const expected = [...new Set(issue.errors.flat().map((inner) => expectation(inner)))].filter(
        (each) => each !== '',
      )
      const forms = expected.join(' or ')
      if (value === undefined)
        return finding('BB-CONFIG-004', `${name} is missing`, `add it; it must be ${forms}`, 'key')
      return finding('BB-CONFIG-004', `${name} must be ${forms}, not ${kindOf(value)}`, 'correct it')
    }

    case 'invalid_key':
      return issue.issues.flatMap((inner) => {
        const params = paramsOf(inner)
        const what = params?.code === undefined ? `the key ${name} ${params?.what ?? 'cannot be used'}` : params.what
        return finding(params?.code ?? 'BB-CONFIG-004', what, params?.remedy ?? 'choose another key', 'key')
      })

    case 'invalid_type':
      if (value === undefined) {
        return finding('BB-CONFIG-004', `${name} is missing`, `add it; it must be ${expectation(issue)}`, 'key')
      }
      return finding(
        'BB-CONFIG-004',
        `${name} must be ${expectation(issue)}, not ${kindOf(value)}`,
        needsUnit(path) && typeof value === 'number'
          ? `write its unit, such as \`${value}${needsUnit(path)}\``
          : issue.expected === 'string' && ['number', 'boolean', 'bigint'].includes(typeof value)
            ? 'put it in quotes'
            : value === null
              ? 'give it a value or take it out'
              : 'correct it',
      )

    case 'invalid_value': {
      if (value === undefined) {
        return finding('BB-CONFIG-004', `${name} is missing`, `add it; one of ${issue.values.join(', ')}`, 'key')
      }
      const meant = typeof value === 'string' ? closest(value, issue.values.map(String)) : null
      return finding(
        'BB-CONFIG-004',
        `${name} must be one of ${issue.values.join(', ')}${shown(path, document)}`,
        meant === null ? 'choose one of them' : `did you mean \`${meant}\`?`,
      )
    }

    case 'too_small':
    case 'too_big':
      return finding('BB-CONFIG-004', `${name} ${boundary(issue)}`, 'correct it')

    case 'custom': {
      const params = paramsOf(issue)
      const place = params?.code === 'BB-CONFIG-005' ? 'key' : 'value'
      return finding(
        params?.code ?? 'BB-CONFIG-004',
        params?.code === 'BB-CONFIG-005'
          ? `${name} ${params.what}`
          : `${name} ${params?.what ?? issue.message}${shown(path, document)}`,
        params?.remedy ?? 'correct it',
        place,
      )
    }

    default:
      return finding('BB-CONFIG-004', `${name} cannot be used: ${issue.message}`, 'correct it')
  }
}

/** The usual unit of a duration or size at this path; null for anything else. */
function needsUnit(path: Path): string | null {
  const patterns = formsAt(path).map((form) => form.pattern)
  return patterns.includes(durationPattern) ? 's' : patterns.includes(sizePattern) ? 'MiB' : null
}

function unknownKey(path: Path, key: string): Finding {
  const siblings = knownKeys(path.slice(0, -1))
  const meant = closest(key, siblings)
  const home = meant === null ? homeOf(key) : null
  const remedy =
    meant !== null
      ? `did you mean \`${meant}\`?`
      : home !== null
        ? `it belongs to \`${home}\``
        : siblings.length > 0
          ? `known here: ${siblings.join(', ')}`
          : 'take it out'
  return { path, place: 'key', code: 'BB-CONFIG-003', what: `unknown key \`${key}\``, remedy, severity: 'error' }
}

/** The branch of a union that fits in kind and fails inside; null when no single branch does. */
function nearestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | null {
  const notYet = branches.find((branch) => branch.some((issue) => paramsOf(issue)?.code === 'BB-CONFIG-005'))
  const fitting = branches.filter((branch) => branch !== notYet && !branch.some((issue) => isWrongKind(issue, value)))
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0]
  return fitting.length === 0 && notYet !== undefined ? notYet : null
}

function isWrongKind(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false
  if (issue.code === 'invalid_union') {
    return issue.errors.every((branch) => branch.some((inner) => isWrongKind(inner as Issue, value)))
  }
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof value !== 'string')
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_union') return [...new Set(issue.errors.flat().map(expectation))].join(' or ')
  if (issue.code === 'invalid_value') return `one of ${issue.values.join(', ')}`
  if (issue.code !== 'invalid_type') return ''
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  }
  return words[issue.expected] ?? issue.expected
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'true or false'
  return Number.isInteger(value) ? 'a number' : 'a number with a fraction'
}

function boundary(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const small = issue.code === 'too_small'
  const limit = Number(small ? issue.minimum : issue.maximum)
  if (issue.origin === 'string') return small ? 'is empty' : `is longer than ${limit} characters`
  if (issue.origin === 'array') return small ? 'is an empty list' : `has more than ${limit} entries`
  return small ? `must be at least ${limit}` : `must be at most ${limit}`
}

function shown(path: Path, document: ConfigDocument): string {
  if (path.some((step) => secretKeys.has(step))) return ''
  const written = document.written(path)
  // What stands before the @ of a URL may be a password.
  return written === null ? '' : `: \`${written.replace(/\/\/.*@/, '//…@')}\``
}

function paramsOf(issue: Issue): { code?: FaultCode; what: string; remedy: string } | null {
  return issue.code === 'custom' && issue.params !== undefined
    ? (issue.params as { code?: FaultCode; what: string; remedy: string })
    : null
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}
