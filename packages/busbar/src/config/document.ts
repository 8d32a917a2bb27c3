// The configuration file as a text with positions: reads YAML into plain values and finds, for a path into them, the line
// and column where it stands. Nothing here knows what a configuration means.

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Path, Place } from './problem.ts'

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

export interface SyntaxFinding extends Position {
  readonly what: string
  readonly remedy: string
}

export interface ConfigDocument {
  /** Plain values; `undefined` values do not occur. null for an empty file. */
  readonly value: unknown
  /** Where a path stands, or the deepest part of it that exists. */
  locate(path: Path, place: Place): Position
  /** The text of a scalar as written (before `${…}` is replaced), cut to a readable length; null for anything else. */
  written(path: Path): string | null
}

export type ReadDocument = { readonly document: ConfigDocument } | { readonly problems: readonly SyntaxFinding[] }

const LONGEST_SHOWN = 60

/**
 * Reads one YAML document.
 * @param text the file's content
 * @returns the document, or every place where the text is not YAML
 */
export function readDocument(text: string): ReadDocument {
  const lineCounter = new LineCounter()
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const parsed = parseDocument(source, { lineCounter, prettyErrors: false, strict: true })
  const lines = source.split('\n')

  const positionAt = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(Math.max(0, Math.min(offset, source.length)))
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }

  if (parsed.errors.length > 0) {
    return {
      problems: parsed.errors.map((error) => {
        const position = positionAt(error.pos[0])
        return { ...position, what: oneLine(error.message), remedy: syntaxRemedy(error.code, lines[position.line - 1]) }
      }),
    }
  }

  let value: unknown
  try {
    value = parsed.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    const what = cause instanceof Error ? oneLine(cause.message) : 'this YAML cannot be read'
    return { problems: [{ line: 1, column: 1, what, remedy: 'write the values out instead of using aliases' }] }
  }

  const resolve = (node: unknown): Node | null => {
    const target = isAlias(node) ? node.resolve(parsed) : node
    return isMap(target) || isSeq(target) || isScalar(target) ? target : null
  }
  const offsetOf = (node: unknown, fallback: number): number => {
    const range = (node as Node | null)?.range
    return range?.[0] ?? fallback
  }

  const walk = (path: Path): { key: number; value: number; node: Node | null; found: boolean } => {
    let node = resolve(parsed.contents)
    let key = offsetOf(parsed.contents, 0)
    let valueOffset = key
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(step))
        if (pair === undefined) return { key, value: key, node: null, found: false }
        key = offsetOf(pair.key, key)
        valueOffset = offsetOf(pair.value, key)
        node = resolve(pair.value)
      } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
        const item = node.items[step]
        key = offsetOf(item, key)
        valueOffset = key
        node = resolve(item)
      } else {
        // A short form such as a bare URL has no parts: the value itself is the place.
        return { key, value: valueOffset, node: null, found: isScalar(node) }
      }
    }
    return { key, value: valueOffset, node, found: true }
  }

  return {
    document: {
      value,
      locate(path, place) {
        const at = walk(path)
        return positionAt(at.found && place === 'value' ? at.value : at.key)
      },
      written(path) {
        const { node, found } = walk(path)
        const value: unknown = found && isScalar(node) ? node.value : null
        if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null
        const shown = String(value)
        return shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}…` : shown
      },
    },
  }
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim().replace(/[.:]$/, '')
}

function syntaxRemedy(code: string, line: string | undefined): string {
  if (code === 'DUPLICATE_KEY') return 'keep one of the two'
  if (code === 'TAB_AS_INDENT') return 'indent with spaces'
  if (code === 'MULTIPLE_DOCS') return 'keep one document per file'
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder as people write it
  if (line?.includes('${')) return 'inside {…} and […] write "${NAME}" in quotes'
  return 'correct the YAML here or in the line above'
}
