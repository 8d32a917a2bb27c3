// Walks over JSON text without parsing it: where a token ends, where the members of a list or an object stand. It is for
// texts that JSON.parse has accepted. On anything else the answers mean nothing, but every function still comes to an end
// and none throws; nothing here calls itself, so nesting costs no stack.

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openList = 0x5b
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d

/** A part of a text: from `start` up to but not including `end`, in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The first position at or after `at` that holds no JSON white space. */
export function afterSpace(text: string, at: number): number {
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at++
  }
  return at
}

/** The position behind the string token that begins at `at` (which holds its opening quote). */
export function stringEnd(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === quote) return next + 1
    if (code === backslash) next++
  }
  return text.length
}

/** The position behind a number or a literal that begins at `at`: the next comma, bracket, colon, quote or space. */
export function scalarEnd(text: string, at: number): number {
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code <= 0x20 || code === comma || code === colon || code === quote) return at
    if (code === closeList || code === closeObject || code === openList || code === openObject) return at
    at++
  }
  return at
}

/** The position behind the value that begins at `at`, whatever it is. */
export function valueEnd(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === quote) return stringEnd(text, at)
  if (first !== openList && first !== openObject) return scalarEnd(text, at)
  let depth = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = stringEnd(text, at)
      continue
    }
    at++
    if (code === openList || code === openObject) depth++
    else if ((code === closeList || code === closeObject) && --depth === 0) return at
  }
  return at
}

/**
 * The span of one element of a list.
 * @param list where the list's opening bracket is
 * @param index counted from 0
 * @returns undefined when there is no list at `list` or it is shorter
 */
export function elementOf(text: string, list: number, index: number): Span | undefined {
  if (text.charCodeAt(list) !== openList) return undefined
  let at = afterSpace(text, list + 1)
  if (text.charCodeAt(at) === closeList) return undefined
  for (let position = 0; at < text.length; position++) {
    const end = valueEnd(text, at)
    if (end === at) return undefined
    if (position === index) return { start: at, end }
    at = afterSpace(text, end)
    if (text.charCodeAt(at) !== comma) return undefined
    at = afterSpace(text, at + 1)
  }
  return undefined
}

/**
 * The spans of every value that an object has under a name; more than one when the name is repeated.
 * @param object where the object's opening brace is
 * @param name compared with the names as they read after unescaping
 */
export function membersOf(text: string, object: number, name: string): Span[] {
  const found: Span[] = []
  if (text.charCodeAt(object) !== openObject) return found
  let at = afterSpace(text, object + 1)
  while (text.charCodeAt(at) === quote) {
    const nameEnd = stringEnd(text, at)
    const isNamed = readsAs(text, at, nameEnd, name)
    at = afterSpace(text, nameEnd)
    if (text.charCodeAt(at) !== colon) return found
    const start = afterSpace(text, at + 1)
    const end = valueEnd(text, start)
    if (end === start) return found
    if (isNamed) found.push({ start, end })
    at = afterSpace(text, end)
    if (text.charCodeAt(at) !== comma) return found
    at = afterSpace(text, at + 1)
  }
  return found
}

/**
 * Tells whether the string token from `start` to `end` stands for `value`. Where the token holds `value` letter by letter
 * there is nothing to unescape, because an escape is always longer than what it stands for.
 */
function readsAs(text: string, start: number, end: number, value: string): boolean {
  const length = end - start - 2
  if (length === value.length) return text.startsWith(value, start + 1)
  if (length < value.length) return false
  try {
    return JSON.parse(text.slice(start, end)) === value
  } catch {
    return false
  }
}
