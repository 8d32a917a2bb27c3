// JSON laid out for reading without changing a single token of it. Parsing and writing it again would turn 1.0 into 1,
// round large numbers and drop keys that stand twice, and those are what a person looks for in a message that went wrong.

export type JsonTokenKind = 'key' | 'string' | 'number' | 'word' | 'mark' | 'space'

export interface JsonToken {
  readonly kind: JsonTokenKind
  readonly text: string
}

const INDENT = '  '
const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/gsu

/**
 * Tokens of a JSON text with line breaks and indentation between them.
 * @returns null for a text that is no JSON; it is then shown as it is
 */
export function layOutJson(text: string): readonly JsonToken[] | null {
  try {
    JSON.parse(text)
  } catch {
    // Not JSON: the caller shows the text.
    return null
  }
  const words = text.match(token) ?? []
  const out: JsonToken[] = []
  let depth = 0
  const line = () => out.push({ kind: 'space', text: `\n${INDENT.repeat(depth)}` })
  for (const [index, word] of words.entries()) {
    const next = words[index + 1]
    if (word === '{' || word === '[') {
      out.push({ kind: 'mark', text: word })
      if (next !== '}' && next !== ']') {
        depth++
        line()
      }
    } else if (word === '}' || word === ']') {
      const before = words[index - 1]
      if (before !== '{' && before !== '[') {
        depth--
        line()
      }
      out.push({ kind: 'mark', text: word })
    } else if (word === ',') {
      out.push({ kind: 'mark', text: word })
      line()
    } else if (word === ':') {
      out.push({ kind: 'mark', text: word }, { kind: 'space', text: ' ' })
    } else out.push({ kind: kindOf(word, next), text: word })
  }
  return out
}

function kindOf(word: string, next: string | undefined): JsonTokenKind {
  if (word.startsWith('"')) return next === ':' ? 'key' : 'string'
  return /^[-\d]/.test(word) ? 'number' : 'word'
}
