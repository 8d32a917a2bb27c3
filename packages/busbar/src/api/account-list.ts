// A list of station accounts as it is imported: a table with a head line. Every mistake of every line is found before
// anything is written, because half an import is worse than none (rule AP18).

import { isSubprotocol, type Subprotocol, subprotocols } from '@busbar/ocpp/versions.ts'
import { type CsvRow, readCsv } from './csv.ts'
import type { FieldProblem } from './ports.ts'

export interface ListedAccount {
  readonly line: number
  readonly id: string
  /** null: the cell was empty or there is no such column. */
  readonly password: string | null
  readonly tags: readonly string[]
  readonly serial: string | null
  readonly assumeProtocol: Subprotocol | null
}

export interface LineProblem extends FieldProblem {
  readonly line: number
}

export type AccountList =
  | { readonly ok: true; readonly accounts: readonly ListedAccount[] }
  | { readonly ok: false; readonly problems: readonly LineProblem[] }

const columns = ['id', 'password', 'tags', 'serial', 'assumeProtocol'] as const
type Column = (typeof columns)[number]

/** More than a screen of mistakes helps nobody. */
const MAX_PROBLEMS = 100

/**
 * Reads a list of accounts.
 * @param text a table whose first line names columns: `id`, and any of password, tags (separated by spaces or |),
 *   serial, assumeProtocol
 */
export function readAccountList(text: string): AccountList {
  const table = readCsv(text)
  if (!table.ok) return failed([{ line: table.line, field: 'csv', message: table.message }])
  const [head, ...rows] = table.rows
  if (head === undefined) return failed([{ line: 1, field: 'csv', message: 'the list is empty' }])
  const named = readHead(head)
  if (!named.ok) return failed(named.problems)

  const problems: LineProblem[] = []
  const accounts: ListedAccount[] = []
  const seen = new Map<string, number>()
  for (const row of rows) {
    const account = readRow(row, named.at, problems)
    if (account === null) continue
    const first = seen.get(account.id)
    if (first === undefined) seen.set(account.id, row.line)
    else problems.push({ line: row.line, field: 'id', message: `stands on line ${first} already` })
    accounts.push(account)
  }
  if (problems.length > 0) return failed(problems)
  if (accounts.length === 0)
    return failed([{ line: head.line, field: 'csv', message: 'there is no line below the head' }])
  return { ok: true, accounts }
}

function failed(problems: readonly LineProblem[]): AccountList {
  return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) }
}

type Head =
  | { readonly ok: true; readonly at: ReadonlyMap<Column, number> }
  | { readonly ok: false; readonly problems: readonly LineProblem[] }

function readHead(row: CsvRow): Head {
  const at = new Map<Column, number>()
  const problems: LineProblem[] = []
  for (const [index, cell] of row.cells.entries()) {
    const name = cell.trim()
    const column = columns.find((known) => known.toLowerCase() === name.toLowerCase())
    if (column === undefined) {
      problems.push({ line: row.line, field: name, message: `is not a column; there are ${columns.join(', ')}` })
    } else if (at.has(column)) {
      problems.push({ line: row.line, field: column, message: 'stands in the head twice' })
    } else {
      at.set(column, index)
    }
  }
  if (!at.has('id')) problems.push({ line: row.line, field: 'id', message: 'has to be a column' })
  return problems.length > 0 ? { ok: false, problems } : { ok: true, at }
}

function readRow(row: CsvRow, at: ReadonlyMap<Column, number>, problems: LineProblem[]): ListedAccount | null {
  const before = problems.length
  const wrong = (field: string, message: string) => problems.push({ line: row.line, field, message })
  const cell = (column: Column) => {
    const index = at.get(column)
    return index === undefined ? '' : (row.cells[index] ?? '')
  }
  if (row.cells.length > at.size) wrong('csv', `has ${row.cells.length} cells; the head has ${at.size}`)
  const id = cell('id').trim()
  if (id === '') wrong('id', 'is empty')
  else if (id.length > 255) wrong('id', 'is longer than 255 characters')
  // Not trimmed: a password may begin or end with a space.
  const password = cell('password')
  if (password.length > 255) wrong('password', 'is longer than 255 characters')
  const tags = cell('tags')
    .split(/[\s|]+/)
    .filter((part) => part !== '')
  if (tags.length > 64 || tags.some((part) => part.length > 64)) wrong('tags', 'are too many or too long')
  const serial = cell('serial').trim()
  if (serial.length > 255) wrong('serial', 'is longer than 255 characters')
  const protocol = cell('assumeProtocol').trim()
  if (protocol !== '' && !isSubprotocol(protocol)) wrong('assumeProtocol', `is none of ${subprotocols.join(', ')}`)
  if (problems.length > before) return null
  return {
    line: row.line,
    id,
    password: password === '' ? null : password,
    tags,
    serial: serial === '' ? null : serial,
    assumeProtocol: isSubprotocol(protocol) ? protocol : null,
  }
}
