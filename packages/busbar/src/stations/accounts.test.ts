import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AccountRecord, createAccountBook, recordOf } from './accounts.ts'
import { createPasswordHashes, installationKeyBytes } from './credentials.ts'

function record(id: string, more: Partial<AccountRecord> = {}): AccountRecord {
  return { id, passwordHash: null, tags: [], serial: id, assumeProtocol: null, ...more }
}

describe('the book of accounts', () => {
  test('LK4 by identity, by serial, and in any case where the version has none', () => {
    const book = createAccountBook()
    book.replace('file', [record('Depot-01', { serial: 'SN-1' }), record('Depot-02')])
    assert.equal(book.find('Depot-01', false)?.serial, 'SN-1')
    assert.equal(book.find('DEPOT-01', false), null)
    assert.equal(book.find('DEPOT-01', true)?.id, 'Depot-01')
    assert.equal(book.findBySerial('SN-1')?.id, 'Depot-01')
    assert.equal(book.findBySerial('Depot-01'), null)
    assert.equal(book.size, 2)
  })

  test('LK4 the exact spelling goes before another case', () => {
    const book = createAccountBook()
    book.replace('file', [record('cs-1'), record('CS-1')])
    assert.equal(book.find('cs-1', true)?.id, 'cs-1')
    assert.equal(book.find('CS-1', true)?.id, 'CS-1')
  })

  test('LK4 an account of the API goes before one of the file, and gives way when it is taken back', () => {
    const book = createAccountBook()
    book.replace('file', [record('CS-1', { serial: 'file' }), record('CS-2')])
    book.replace('api', [record('CS-1', { serial: 'api' }), record('CS-3')])
    assert.equal(book.find('CS-1', false)?.serial, 'api')
    assert.equal(book.findBySerial('file'), null)
    assert.equal(book.size, 3)
    book.replace('api', [])
    assert.equal(book.find('CS-1', false)?.serial, 'file')
    assert.equal(book.find('CS-3', false), null)
  })

  test('LK6 the form of a password is remembered as long as its account', () => {
    const book = createAccountBook()
    book.replace('file', [record('CS-1')])
    assert.equal(book.formOf('CS-1'), null)
    book.rememberForm('CS-1', 'rawBytes')
    assert.equal(book.formOf('CS-1'), 'rawBytes')
    book.replace('file', [])
    assert.equal(book.formOf('CS-1'), null)
  })

  test('LK6 a record holds no clear password', () => {
    const hashes = createPasswordHashes(new Uint8Array(installationKeyBytes))
    const account = { id: 'CS-1', password: 'very secret', tags: ['yard'], serial: 'SN', assumeProtocol: null }
    const made = recordOf(account, hashes)
    assert.ok(!Buffer.from(made.passwordHash ?? []).includes('very secret'))
    assert.deepEqual({ ...made, passwordHash: null }, record('CS-1', { tags: ['yard'], serial: 'SN' }))
    assert.equal(recordOf({ ...account, password: null }, hashes).passwordHash, null)
  })
})
