// Replaces `${NAME}` from the environment and `${file:PATH}` from a file inside values, after the YAML has been read, so
// that a secret can never change the structure of the file. Keys are left alone. `$${` stands for a literal `${`. What a
// secret resolved to is never shown in a message.

import type { Path, Report } from './problem.ts'

export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Reads a file named in the configuration; throws when it cannot. The path is as written. */
  readonly readFile: (path: string) => string
}

const placeholder = /\$\$\{|\$\{([^}]*)(\})?/g
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Gives a copy of a value in which every placeholder is replaced.
 * @param value plain values as read from YAML
 * @param report hears of names that are not set, files that cannot be read, and placeholders that are none
 */
export function substitute(value: unknown, sources: Sources, report: Report): unknown {
  return substituteAt(value, [], sources, report)
}

function substituteAt(value: unknown, path: Path, sources: Sources, report: Report): unknown {
  if (typeof value === 'string') return value.includes('${') ? substituteText(value, path, sources, report) : value
  if (Array.isArray(value)) return value.map((item, index) => substituteAt(item, [...path, index], sources, report))
  if (value === null || typeof value !== 'object') return value
  // A plain object has no prototype tricks in it: `__proto__` as a key stays a key.
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, item] of Object.entries(value)) copy[key] = substituteAt(item, [...path, key], sources, report)
  return copy
}

function substituteText(text: string, path: Path, sources: Sources, report: Report): string {
  return text.replace(placeholder, (whole: string, inner: string | undefined, closed: string | undefined) => {
    if (whole === '$${') return '${'
    const failed = (what: string, remedy: string): string => {
      report({ path, place: 'value', code: 'BB-CONFIG-006', what, remedy, severity: 'error' })
      return ''
    }
    if (inner === undefined || closed === undefined) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder as people write it
      return failed('`${` is not closed by `}`', 'close it, or write `$${` for the two characters themselves')
    }
    if (inner.startsWith('file:')) {
      const file = inner.slice('file:'.length)
      try {
        // Editors and `echo` end a file with a newline that is not part of the secret.
        return sources.readFile(file).replace(/\r?\n$/, '')
      } catch (cause) {
        const code = (cause as NodeJS.ErrnoException).code ?? 'cannot be read'
        return failed(
          `the file \`${file}\` of \`\${file:…}\` cannot be read (${code})`,
          'create it or correct the path',
        )
      }
    }
    if (!variableName.test(inner)) {
      return failed(
        `\`\${${inner}}\` is neither a variable name nor file:PATH`,
        'use letters, digits and _, or write `$${` for the two characters themselves',
      )
    }
    const found = sources.env[inner]
    if (found !== undefined) return found
    return failed(`the environment variable \`${inner}\` is not set`, `set it, or use \`\${file:PATH}\``)
  })
}
