// Tables for people: aligned, without lines, shortened only where a terminal is too narrow. What stations call themselves
// is shown with control characters made visible, because a terminal would obey them.

export interface Column<Row> {
  readonly title: string
  readonly of: (row: Row) => string | number | null | undefined
  readonly align?: 'right'
}

const GAP = '  '

/**
 * Lines of a table, with a newline at the end of each.
 * @param width of the terminal; null: nothing is shortened
 */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number | null): string {
  const cells = rows.map((row) => columns.map((column) => visible(String(column.of(row) ?? '-'))))
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((line) => Array.from(line[index]!).length)),
  )
  const line = (texts: readonly string[]): string => {
    const padded = texts.map((text, index) => pad(text, widths[index]!, columns[index]!.align === 'right'))
    const whole = padded.join(GAP).trimEnd()
    return `${width === null ? whole : shorten(whole, width)}\n`
  }
  return [columns.map((column) => column.title), ...cells].map(line).join('')
}

/** Pairs of a name and a value below each other, the values aligned. */
export function renderPairs(pairs: readonly (readonly [string, string | number | null | undefined])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}${GAP}${visible(String(value ?? '-'))}\n`).join('')
}

/** A text from outside with its control characters made visible. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`
  })
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - Array.from(text).length))
  return right ? space + text : text + space
}

function shorten(text: string, width: number): string {
  const characters = Array.from(text)
  return characters.length <= width ? text : `${characters.slice(0, Math.max(1, width - 1)).join('')}…`
}
