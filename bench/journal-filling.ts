// A long history for the timeline: entries as the broker itself would have written them for the usual load, spread evenly
// over stations and over the time before now. Made of the same mix as the load, with random ids and moving values.

import { randomUUID } from 'node:crypto'
import type { Position } from '@busbar/core/base/moment.ts'
import type { FrameEntry } from '@busbar/core/journal/entry.ts'
import { stationName } from './crew.ts'
import { MessageMix } from './payload.ts'
import { answerTo } from './sink.ts'

/** Ten messages per second and thousand stations: each station speaks every 100 s, ten million entries are 5.8 days. */
const MESSAGES_PER_SECOND = 10

/** Makes the entries of successive messages: a CALL of a station and its answer from the backend, in turn over stations. */
export class History {
  readonly #stations: readonly { readonly name: string; readonly mix: MessageMix }[]
  readonly #beganAt: number
  #message = 0

  /**
   * @param stations how many stations speak
   * @param entries how many entries will be made in all; the last one is of the moment `now`
   * @param now wall clock in milliseconds
   */
  constructor(stations: number, entries: number, now: number) {
    this.#stations = Array.from({ length: stations }, (_, index) => ({
      name: stationName(index),
      mix: new MessageMix(),
    }))
    this.#beganAt = now - (entries / 2) * (1_000 / MESSAGES_PER_SECOND)
  }

  /** The two entries of the next message. @param next the position that the first of them will get */
  message(next: Position): readonly [FrameEntry, FrameEntry] {
    const { name: station, mix } = this.#stations[this.#message % this.#stations.length]!
    const at = Math.floor(this.#beganAt + this.#message * (1_000 / MESSAGES_PER_SECOND))
    this.#message++
    const messageId = randomUUID()
    const { action, text } = mix.nextText(messageId, at)
    const both = {
      kind: 'frame',
      station,
      messageId,
      action,
      ocpp: 'ocpp1.6',
      redacted: false,
      findings: null,
    } as const
    return [
      { ...both, at, from: 'station', to: 'sink', type: 'call', raw: text, ref: null, latencyMs: null },
      {
        ...both,
        at: at + 2,
        from: 'sink',
        to: 'station',
        type: 'result',
        raw: `[3,"${messageId}",${answerTo(action, new Date(at))}]`,
        ref: next,
        latencyMs: 2,
      },
    ]
  }
}
