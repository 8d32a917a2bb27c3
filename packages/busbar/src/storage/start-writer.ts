// Starts the writer thread of a journal and waits until it has opened the store.

import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { FaultCode } from '@busbar/core/base/fault.ts'
import type { Position } from '@busbar/core/base/moment.ts'
import type { Clock } from '../system/clock.ts'
import { WINDOW_POSITIONS } from './compaction.ts'
import type { FromWriter, Rehearsal, WriterSettings } from './journal-protocol.ts'
import { StoreError } from './store-fault.ts'

export interface JournalOptions {
  /** The data folder; it exists and is locked by this process. */
  readonly folder: string
  /** Longest commit window in milliseconds. */
  readonly windowMs?: number
  readonly clock?: Clock
  /** Milliseconds between attempts while writing fails. */
  readonly retryMs?: number
  /** Record bytes that may wait; for tests of what happens beyond. */
  readonly waitingBytes?: number
  /** Positions per compaction window. */
  readonly windowPositions?: number
  readonly compact?: boolean
  /** Failures made on purpose, for tests. */
  readonly rehearsal?: Rehearsal
}

/**
 * Starts the thread.
 * @param file path of the store; made when it is not there
 * @returns the thread and the last durable position
 * @throws StoreError as `SqliteJournal.open`
 */
export async function startWriter(
  file: string,
  options: JournalOptions,
): Promise<{ readonly worker: Worker; readonly last: Position }> {
  const settings: WriterSettings = {
    file,
    reserve: join(dirname(file), 'reserve'),
    retryMs: options.retryMs ?? 1000,
    windowPositions: options.windowPositions ?? WINDOW_POSITIONS,
    compact: options.compact ?? true,
    rehearsal: options.rehearsal ?? {},
  }
  const script = import.meta.url.endsWith('.ts') ? './journal-writer.ts' : './journal-writer.js'
  const worker = new Worker(new URL(script, import.meta.url), { workerData: settings, name: 'journal-writer' })
  const first = await new Promise<FromWriter>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  worker.removeAllListeners('error')
  if (first.kind === 'opened') return { worker, last: first.last }
  await worker.terminate()
  if (first.kind !== 'refused') throw new StoreError('BB-STORE-014', 'The writer thread did not start.')
  const otherwise = first.damage ? 'BB-STORE-003' : 'BB-STORE-014'
  throw new StoreError((first.code ?? otherwise) as FaultCode, first.detail)
}
