// The tables of the store and how a file of them is opened. SQLite is the container: it gives atomic commits, torn-tail
// recovery and checkpoints; what a row holds is ours. One file and one transaction for entries, index, chain and folds.

import { DatabaseSync } from 'node:sqlite'
import { StoreError } from './store-fault.ts'

/** Name of the store in the data folder. */
export const JOURNAL_FILE = 'journal.db'

/** Format of the tables (`PRAGMA user_version`). An older one is brought up to this, a newer one refused. */
export const STORE_FORMAT = 1

/** Marks the file as ours for `file(1)` and for us: "BUSB". */
const APPLICATION_ID = 0x42555342

const tables = `
  -- Entries as committed: the records of positions first..last one after the other. hash is the running hash of the
  -- chain behind the last one; indexed: every position up to it is in a chunk row of its station; to_at: latest wall time.
  CREATE TABLE batch (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, indexed INTEGER NOT NULL, to_at REAL NOT NULL,
    hash BLOB NOT NULL, bytes BLOB NOT NULL
  );
  -- Index of the entries in batches: up to 64 positions of one station; kinds is a bit set of kind numbers.
  CREATE TABLE chunk (
    station TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL,
    kinds INTEGER NOT NULL, positions BLOB NOT NULL, PRIMARY KEY (station, first)
  ) WITHOUT ROWID;
  -- Entries after compaction: windows of neighbouring positions, their records grouped by station and compressed.
  -- ordering holds for each position of the window the ordinal of its block (u32, compressed).
  CREATE TABLE window (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, to_at REAL NOT NULL, size INTEGER NOT NULL, ordering BLOB NOT NULL
  );
  CREATE TABLE block (
    id INTEGER PRIMARY KEY, window INTEGER NOT NULL, ordinal INTEGER NOT NULL, station TEXT, first INTEGER NOT NULL,
    last INTEGER NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL, kinds INTEGER NOT NULL, size INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE UNIQUE INDEX block_of_window ON block (window, ordinal);
  CREATE INDEX block_of_station ON block (station, first, last, from_at, to_at, kinds);
  -- Hashes over the stored bytes of runs of records (positions 1 to 256, 257 to 512, ...), each over the one before it.
  CREATE TABLE chain (last INTEGER PRIMARY KEY, first INTEGER NOT NULL, hash BLOB NOT NULL, prev BLOB NOT NULL);
  -- Positions that hold no entry and why that is so.
  CREATE TABLE lost (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, reason TEXT NOT NULL);
  CREATE TABLE fold (fold TEXT PRIMARY KEY, position INTEGER NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE document (
    fold TEXT NOT NULL, key TEXT NOT NULL, station TEXT, from_at REAL NOT NULL, to_at REAL, body TEXT NOT NULL
  );
  CREATE UNIQUE INDEX document_key ON document (fold, key);
  CREATE INDEX document_station ON document (fold, station, from_at);
  CREATE INDEX document_time ON document (fold, from_at);
  CREATE INDEX document_open ON document (fold, from_at) WHERE to_at IS NULL;
  -- pruned: entries up to here are gone by retention. compacted: entries up to here are in blocks, above in batches.
  CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO state VALUES ('pruned', 0), ('compacted', 0);
`

/**
 * Opens a store for writing and creates its tables when the file is new.
 * @param file path of the database
 * @throws StoreError BB-STORE-002 for a newer format, BB-STORE-003 for a database that is not a store; SQLite's errors
 */
export function openForWriting(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5000 })
  try {
    // Page size and vacuum mode count only before the first table. 8 KiB pages: fewer per packed batch than 4 KiB.
    db.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL')
    // FULL syncs the log at every commit: the level at which a commit survives a power cut.
    db.exec('PRAGMA synchronous = FULL')
    // The writer checkpoints itself between commits, so that no commit waits for it; this is the net beneath (128 MiB).
    db.exec('PRAGMA wal_autocheckpoint = 16000')
    const format = checkFormat(db)
    if (format === 0) {
      db.exec(`BEGIN IMMEDIATE; ${tables}
        PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${STORE_FORMAT}; COMMIT`)
    }
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Opens a store for reading beside its writer.
 * @throws as `openForWriting`; BB-STORE-003 too when the file holds no tables yet
 */
export function openForReading(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    if (checkFormat(db) === 0) throw new StoreError('BB-STORE-003', `${file} holds no journal.`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Gives the store's format, 0 for an empty file. */
function checkFormat(db: DatabaseSync): number {
  const format = db.prepare('PRAGMA user_version').get()?.['user_version']
  const id = db.prepare('PRAGMA application_id').get()?.['application_id']
  const rows = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']
  if (rows === 0 && format === 0) return 0
  if (id !== APPLICATION_ID) throw new StoreError('BB-STORE-003', 'The file is a database, but not a journal.')
  if (typeof format !== 'number' || format > STORE_FORMAT) {
    throw new StoreError('BB-STORE-002', `Its format is ${String(format)}, this release writes ${STORE_FORMAT}.`)
  }
  return format
}

/** Reads a number from the first column of a one-row query; `otherwise` when there is no row or it is null. */
export function numberFrom(row: Record<string, unknown> | undefined, column: string, otherwise: number): number {
  const value = row?.[column]
  return typeof value === 'number' ? value : otherwise
}
