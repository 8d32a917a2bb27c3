// Entries for tests of the timeline.

import type { DeliveryEntry, FrameEntry, LinkEntry } from '../api/timeline.ts'

const head = (position: number) => ({
  position,
  at: new Date(position * 1000).toISOString(),
  station: 'S',
  session: null,
  text: `entry ${position}`,
})

export function frame(position: number, fields: Partial<FrameEntry> = {}): FrameEntry {
  return {
    ...head(position),
    kind: 'frame',
    from: 'station',
    to: 'billing',
    type: 'call',
    messageId: `m${position}`,
    action: 'Heartbeat',
    ocpp: 'ocpp1.6',
    raw: '[]',
    ...fields,
  }
}

export function answer(position: number, ref: number, fields: Partial<FrameEntry> = {}): FrameEntry {
  return frame(position, { type: 'result', from: 'billing', to: 'station', ref, latencyMs: 40, ...fields })
}

export function link(position: number, fields: Partial<LinkEntry> = {}): LinkEntry {
  return {
    ...head(position),
    kind: 'link',
    peer: 'billing',
    state: 'up',
    code: null,
    reason: null,
    ocpp: null,
    ...fields,
  }
}

export function delivery(position: number, of: number): DeliveryEntry {
  return { ...head(position), kind: 'delivery', backend: 'billing', of, state: 'owed', reason: null }
}
