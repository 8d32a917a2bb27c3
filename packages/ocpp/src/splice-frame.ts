// Changes single values inside a message and leaves every other character as it came (trap T25): numbers keep their
// digits, escapes their spelling, repeated names their repetition. Signed data survives only this way.

import { afterSpace, elementOf, membersOf, type Span } from './json-text.ts'

export type { Span } from './json-text.ts'

/**
 * Finds every value at a path. A repeated name gives all of its values, because nobody knows which one a peer reads.
 * @param text a message that `readFrame` could read; any other text is safe and gives whatever is found
 * @param path from the envelope: a number is an index of a list, a string a name of an object
 * @returns spans in the order in which they stand in the text; none overlaps another
 */
export function locateAll(text: string, path: readonly (string | number)[]): Span[] {
  const root = afterSpace(text, 0)
  let spans: Span[] = [{ start: root, end: text.length }]
  for (const step of path) {
    spans = spans.flatMap((span) => {
      if (typeof step === 'string') return membersOf(text, span.start, step)
      const element = elementOf(text, span.start, step)
      return element === undefined ? [] : [element]
    })
  }
  return spans
}

/**
 * Puts one JSON token in place of several values.
 * @param spans as `locateAll` gives them, of the same text; in any order
 * @param replacementToken JSON text, e.g. a string with its quotes
 */
export function spliceSpans(text: string, spans: readonly Span[], replacementToken: string): string {
  let spliced = ''
  let copied = 0
  for (const span of [...spans].sort((one, other) => one.start - other.start)) {
    // A span inside one that was already replaced is gone with it.
    if (span.start < copied) continue
    spliced += text.slice(copied, span.start) + replacementToken
    copied = span.end
  }
  return spliced + text.slice(copied)
}

/**
 * Gives a message another id; every other character stays.
 * @param text a message that `readFrame` could read; a text that has no id comes back as it is
 * @param newToken the new id as a JSON token, quotes included
 */
export function spliceId(text: string, newToken: string): string {
  return spliceSpans(text, locateAll(text, [1]), newToken)
}
