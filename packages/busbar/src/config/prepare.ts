// Small courtesies before validation, both guided by the schema: a section whose children are all commented out counts as
// not written, and a number that came out of the environment is a number where a number belongs.

import { formsAt } from './json-schema.ts'
import type { Path } from './problem.ts'

/**
 * Gives a copy of the file's values that is ready for the schema.
 * @param value values after placeholders were replaced
 * @param written values as they were in the file, to tell what came out of a placeholder
 */
export function prepare(value: unknown, written: unknown): unknown {
  return prepareAt(value, written, [])
}

function prepareAt(value: unknown, written: unknown, path: Path): unknown {
  if (Array.isArray(value)) {
    const before: readonly unknown[] = Array.isArray(written) ? written : []
    return value.map((item, index) => prepareAt(item, before[index], [...path, index]))
  }
  if (typeof value === 'string') return value === written ? value : fitted(value, path)
  if (value === null || typeof value !== 'object') return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, key]
    if (item === null && isSection(at)) continue
    copy[key] = prepareAt(item, (written as Record<string, unknown> | null)?.[key], at)
  }
  return copy
}

function isSection(path: Path): boolean {
  const forms = formsAt(path)
  return forms.some((form) => form.type === undefined || ['object', 'array'].includes(form.type))
}

function fitted(text: string, path: Path): string | number | boolean {
  const forms = formsAt(path)
  const takes = (type: string) => forms.some((form) => form.type === type)
  if (takes('integer') && /^-?[0-9]{1,15}$/.test(text)) return Number(text)
  if (takes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
