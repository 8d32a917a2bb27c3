// When a peer reads more slowly than others write to it (trap T32). Above the high mark, whatever feeds the peer stops
// being read; below the low mark it goes on; the gap between the two keeps it from flapping. Far above, the link is ended,
// because its memory would be taken from all others.

export interface WaterMarks {
  /** Bytes waiting to be written. */
  readonly highBytes: number
  readonly lowBytes: number
  readonly limitBytes: number
}

/** A frame of the largest usual size fits below the high mark; 16 MiB are 16 of them, or 16,000 usual ones. */
export const defaultWaterMarks: WaterMarks = {
  highBytes: 1024 * 1024,
  lowBytes: 256 * 1024,
  limitBytes: 16 * 1024 * 1024,
}

export type PressureVerdict = 'none' | 'high' | 'low' | 'terminate'

/**
 * Judges what waits to be written to a peer.
 * @param isHigh whether the last verdict that was not `none` was `high`
 * @param waitingBytes bytes handed to the socket that the operating system has not taken
 */
export function judgePressure(isHigh: boolean, waitingBytes: number, marks: WaterMarks): PressureVerdict {
  if (waitingBytes > marks.limitBytes) return 'terminate'
  if (!isHigh && waitingBytes > marks.highBytes) return 'high'
  if (isHigh && waitingBytes <= marks.lowBytes) return 'low'
  return 'none'
}
