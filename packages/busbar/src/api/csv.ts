// Reading tables as spreadsheets write them (RFC 4180, and what really comes: a byte order mark, semicolons where the
// decimal sign is a comma, either line ending). Rows keep the number of the line they began on, so that a mistake can be
// found in an editor.

/** A row and the line it began on, counted from 1. */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

export type CsvResult =
  | { readonly ok: true; readonly rows: readonly CsvRow[] }
  | { readonly ok: false; readonly line: number; readonly message: string }

/**
 * Reads a table. The separator is a semicolon or a tab when the first line has one and no comma, else a comma. Empty
 * lines are left out.
 */
export function readCsv(text: string): CsvResult {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const separator = separatorOf(source)
  const rows: CsvRow[] = []
  let cells: string[] = []
  let line = 1
  let rowLine = 1
  let at = 0

  const endRow = () => {
    if (cells.length > 1 || cells[0]?.trim() !== '') rows.push({ line: rowLine, cells })
    cells = []
    rowLine = line
  }

  while (at <= source.length) {
    if (source[at] === '"') {
      const quoted = readQuoted(source, at)
      if (quoted === null) return { ok: false, line, message: 'a quoted cell is not closed' }
      cells.push(quoted.value)
      line += quoted.lineBreaks
      at = quoted.end
      const next = source[at]
      if (next !== undefined && next !== separator && next !== '\n' && next !== '\r') {
        return { ok: false, line, message: 'there is text behind the closing quote of a cell' }
      }
    } else {
      let end = at
      while (end < source.length && source[end] !== separator && source[end] !== '\n' && source[end] !== '\r') end++
      cells.push(source.slice(at, end))
      at = end
    }
    const stop = source[at]
    if (stop === separator) {
      at++
      continue
    }
    if (stop === '\r' && source[at + 1] === '\n') at++
    at++
    line++
    endRow()
    if (stop === undefined) break
  }
  return { ok: true, rows }
}

function separatorOf(source: string): string {
  const first = source.slice(0, source.search(/[\r\n]|$/))
  if (first.includes(',')) return ','
  return first.includes(';') ? ';' : first.includes('\t') ? '\t' : ','
}

/** Reads a cell in quotes, in which two quotes stand for one. */
function readQuoted(source: string, start: number): { value: string; end: number; lineBreaks: number } | null {
  let value = ''
  let at = start + 1
  for (;;) {
    const quote = source.indexOf('"', at)
    if (quote < 0) return null
    value += source.slice(at, quote)
    if (source[quote + 1] !== '"') {
      return { value, end: quote + 1, lineBreaks: (value.match(/\r\n|\r|\n/g) ?? []).length }
    }
    value += '"'
    at = quote + 2
  }
}
