// Two small dealings with the disk itself: a reserve of room that is given up when the disk is full, so that there is time
// to act, and a probe of whether it syncs at all.

import { closeSync, existsSync, fsyncSync, openSync, statfsSync, unlinkSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Size of the reserve: room for some seconds of entries of a large site. */
const RESERVE_BYTES = 4 * 1024 * 1024
/** It is put back only when so many times its size is free; otherwise it would fill the disk again at once. */
const AMPLE = 16

/** A file that takes up room until the room is needed. */
export class DiskReserve {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Takes up the room, unless it is taken already or the disk is short of it. */
  hold(): void {
    if (existsSync(this.#path)) return
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#path))
      if (bavail * bsize < RESERVE_BYTES * AMPLE) return
      const file = openSync(this.#path, 'w', 0o600)
      try {
        writeSync(file, Buffer.alloc(RESERVE_BYTES))
      } finally {
        closeSync(file)
      }
    } catch {
      // No room for a reserve is no reason to stop: it is made when there is room again.
      this.giveUp()
    }
  }

  /** Gives the room back; tells whether there was any. */
  giveUp(): boolean {
    if (!existsSync(this.#path)) return false
    unlinkSync(this.#path)
    return true
  }
}

/**
 * Writes and syncs a small file.
 * @param folder where
 * @throws Node's error when the disk does not do it
 */
export function probeSync(folder: string): void {
  const path = join(folder, 'sync-probe')
  const file = openSync(path, 'w', 0o600)
  try {
    writeSync(file, Buffer.alloc(4096, 1))
    fsyncSync(file)
  } finally {
    closeSync(file)
    unlinkSync(path)
  }
}
