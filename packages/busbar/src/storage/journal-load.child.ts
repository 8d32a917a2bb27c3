// A process that appends as fast as it can and says which positions it was told are synced, until somebody kills it. The
// kill test compares what it said with what is there afterwards.

import { writeSync } from 'node:fs'
import { frame } from './journal.contract.ts'
import { SqliteJournal } from './journal-sqlite.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('A data folder is wanted.')

const journal = await SqliteJournal.open({ folder, windowPositions: 4096 })
writeSync(1, `opened ${journal.synced}\n`)
// Written without a buffer in between: what was said was said before the kill.
journal.onSynced((upTo) => writeSync(1, `${upTo}\n`))
journal.follow((entries) => {
  const last = entries[entries.length - 1]!.position
  if (last % 7 === 0) journal.snapshot({ fold: 'twin', position: last, version: 1, put: [], remove: [] })
})

function appendSome(): void {
  if (journal.pressure() < 0.05) {
    const { next } = journal
    const count = 1 + (next % 97)
    journal.append(
      Array.from({ length: count }, (_, index) => {
        const number = next + index
        return frame({
          at: number,
          station: `CS-${number % 50}`,
          messageId: String(number),
          raw: `[2,"${number}","x",{}]`,
        })
      }),
    )
  }
  setImmediate(appendSome)
}
appendSome()
