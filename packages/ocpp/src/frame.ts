// What an OCPP-J message is once its envelope was read: a type, an id, perhaps an action, and a payload nobody has judged
// yet. The text it was read from stays beside it, because the text is what is passed on; the frame is only for looking.

import type { FrameType } from './versions.ts'

/**
 * The identity of a message on one connection. `key` is what two ids are compared by (a JSON string's value, or a JSON
 * number's text, so that a peer that answers `"7"` to `7` is still understood, trap T3). `token` is the JSON token as it
 * stood in the text, quotes and escapes included: what is written when the id has to be echoed.
 */
export interface MessageId {
  readonly key: string
  readonly token: string
}

export interface CallFrame {
  readonly type: 'call' | 'send'
  readonly id: MessageId
  readonly action: string
  /** The parsed payload; `undefined` when the envelope has none. */
  readonly payload: unknown
  /** Number of elements of the envelope array (4 when well formed). */
  readonly elements: number
}

export interface ResultFrame {
  readonly type: 'result'
  readonly id: MessageId
  readonly payload: unknown
  /** 3 when well formed. */
  readonly elements: number
}

export interface ErrorFrame {
  readonly type: 'error' | 'resultError'
  readonly id: MessageId
  readonly code: unknown
  readonly description: unknown
  readonly details: unknown
  /** 5 when well formed. */
  readonly elements: number
}

/** A message whose envelope could be read. */
export type Frame = CallFrame | ResultFrame | ErrorFrame

/** Why a text has no readable envelope (trap T27): such a text is recorded and not passed on. */
export type FrameFaultKind = 'notJson' | 'notArray' | 'unknownType' | 'badId' | 'badAction' | 'tooShort'

export interface FrameFault {
  readonly type: 'unreadable'
  readonly fault: FrameFaultKind
  /** A sentence that names what was found, without repeating the text. */
  readonly detail: string
}

/** The message type numbers of OCPP-J (2 to 4 in every version, 5 and 6 since 2.1). */
export const frameTypeNumbers: ReadonlyMap<number, FrameType> = new Map<number, FrameType>([
  [2, 'call'],
  [3, 'result'],
  [4, 'error'],
  [5, 'resultError'],
  [6, 'send'],
])
