// Fills a data folder with a long history through the product's own store, in a process of its own.
//
//   node bench/fill-journal.ts FOLDER ENTRIES STATIONS

import type { FrameEntry } from '@busbar/core/journal/entry.ts'
import { SqliteJournal } from 'busbar/storage/journal-sqlite.ts'
import { History } from './journal-filling.ts'

/** Entries handed over at once. */
const AT_ONCE = 200
/** Above this pressure the writer thread is waited for. */
const PRESSURE = 0.5

async function fill(folder: string, entries: number, stations: number): Promise<void> {
  const journal = await SqliteJournal.open({ folder })
  const history = new History(stations, entries, Date.now())
  const began = performance.now()
  for (let written = 0; written < entries; ) {
    const batch: FrameEntry[] = []
    while (batch.length < AT_ONCE && written + batch.length < entries) {
      batch.push(...history.message(journal.next + batch.length))
    }
    journal.append(batch)
    written += batch.length
    if (journal.pressure() > PRESSURE) await journal.flush()
  }
  await journal.flush()
  const seconds = (performance.now() - began) / 1_000
  const { bytes } = journal.statistics()
  await journal.close()
  process.stderr.write(`${entries} entries in ${seconds.toFixed(1)} s, ${(bytes / entries).toFixed(0)} bytes each\n`)
}

const [folder, entries, stations] = process.argv.slice(2)
if (folder === undefined || !(Number(entries) > 0) || !(Number(stations) > 0)) {
  process.stderr.write('fill-journal: FOLDER ENTRIES STATIONS\n')
  process.exit(2)
}
process.on('disconnect', () => process.exit(1))
await fill(folder, Number(entries), Number(stations))
process.exit(0)
