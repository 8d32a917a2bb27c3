import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readCsv } from './csv.ts'

const cellsOf = (text: string) => {
  const read = readCsv(text)
  return read.ok ? read.rows.map(({ line, cells }) => [line, ...cells]) : [read.line, read.message]
}

test('AP18 tables of every spreadsheet are read, with the lines rows begin on', () => {
  assert.deepEqual(cellsOf('a,b\n1,2\n'), [
    [1, 'a', 'b'],
    [2, '1', '2'],
  ])
  assert.deepEqual(cellsOf('\uFEFFa;b\r\n1;2,5\r\n\r\n3;4'), [
    [1, 'a', 'b'],
    [2, '1', '2,5'],
    [4, '3', '4'],
  ])
  assert.deepEqual(cellsOf('a\tb\r1\t2\r'), [
    [1, 'a', 'b'],
    [2, '1', '2'],
  ])
  assert.deepEqual(cellsOf('a,b\n"x\ny","say ""hi"""\nz,\n'), [
    [1, 'a', 'b'],
    [2, 'x\ny', 'say "hi"'],
    [4, 'z', ''],
  ])
  assert.deepEqual(cellsOf(''), [])
})

test('AP18 a quote that is not closed, or followed by text, is a mistake on its line', () => {
  assert.deepEqual(cellsOf('a\n"x'), [2, 'a quoted cell is not closed'])
  assert.deepEqual(cellsOf('a\n"x"y'), [2, 'there is text behind the closing quote of a cell'])
})

test('AP18 whatever cells are written come back', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 8 })
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }))
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n', '\r'), (rows, end) => {
      const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join(end)
      const read = readCsv(text)
      assert.ok(read.ok)
      assert.deepEqual(
        read.rows.map(({ cells }) => cells),
        rows,
      )
    }),
    { numRuns: 200 },
  )
})
