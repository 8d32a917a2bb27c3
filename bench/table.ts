// The result as people read it on a terminal: per scenario each quantity with its bound and verdict, below it what the
// brokers measured, and at the end what to keep in mind.

import type { Machine } from './machine.ts'
import type { Judgement, ScenarioResult } from './result.ts'

export interface Surroundings {
  readonly at: string
  readonly mode: 'quick' | 'full'
  readonly machine: Machine
  /** Why nginx is missing; null when it is there. */
  readonly nginx: string | null
}

/** Lays out rows so that columns align; numbers are given as text. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    })
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function number(value: number | null): string {
  return value === null ? '-' : value.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

function verdict({ pass, bound }: Judgement): string {
  if (pass === null) return bound === null ? '' : 'not judged'
  return pass ? 'met' : 'MISSED'
}

function brokerRows(figures: Readonly<Record<string, unknown>>): string[][] {
  const { brokers } = figures
  if (typeof brokers !== 'object' || brokers === null) return []
  const rows = Object.entries(brokers).filter((entry): entry is [string, Record<string, unknown>] => {
    return typeof entry[1] === 'object' && entry[1] !== null
  })
  const keys = [...new Set(rows.flatMap(([, row]) => Object.keys(row)))]
  const cell = (value: unknown) => (typeof value === 'number' || value === null ? number(value) : '')
  const shown = keys.filter((key) => rows.some(([, row]) => typeof row[key] === 'number'))
  return [['', ...shown], ...rows.map(([name, row]) => [name, ...shown.map((key) => cell(row[key] ?? null))])]
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

/** The whole table, ending in a line that says whether all bounds were met. */
export function renderTable(results: readonly ScenarioResult[], { at, mode, machine, nginx }: Surroundings): string {
  const lines = [
    `Busbar load benchmark, ${mode}, ${at}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}, ` +
      `${machine.nginx ?? 'no nginx'}; fsync ${machine.fsyncMs.p50} / ${machine.fsyncMs.p99} ms (p50 / p99); load before ${machine.loadBefore}`,
  ]
  for (const { scenario, title, bounds, figures, notes, pass } of results) {
    lines.push('', `${scenario}: ${title}${pass ? '' : '  (failed)'}`)
    const rows = bounds.map((one) => [
      one.quantity,
      `${number(one.measured)} ${one.unit}`,
      one.bound === null ? 'reported' : `<= ${number(one.bound)} ${one.unit}`,
      verdict(one),
    ])
    lines.push(...indented(columns(rows)))
    const brokers = brokerRows(figures)
    if (brokers.length > 1) lines.push('', ...indented(columns(brokers)))
    lines.push(...notes.map((note) => `  note: ${note}`))
  }
  if (nginx !== null) lines.push('', nginx)
  lines.push(
    '',
    results.every(({ pass }) => pass) ? 'All bounds that were judged are met.' : 'Not all bounds are met.',
    '',
  )
  return lines.join('\n')
}
