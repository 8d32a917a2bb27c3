// Files that are there whole or not at all: written under another name, synced, renamed, and the folder synced, because a
// rename that is not in the folder yet is lost with the power (trap T31).

import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes sure that what the file holds is on the disk. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes sure that a file's new name survives a power cut. */
export function renameDurably(from: string, to: string): void {
  syncFile(from)
  renameSync(from, to)
  syncFile(dirname(to))
}

/**
 * Writes a small file that must not be there yet.
 * @param mode permissions, such as 0o600
 * @throws Node's EEXIST when it is there
 */
export function createDurably(path: string, content: Uint8Array, mode: number): void {
  const file = openSync(path, 'wx', mode)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  syncFile(dirname(path))
}
