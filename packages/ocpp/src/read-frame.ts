// Reads the envelope of a message, and only that: who calls what under which id. The text is parsed once, here, and the
// payload that comes out is the one everybody looks at afterwards. What cannot be read is told apart by kind, because a
// text without a readable envelope is recorded and not passed on (trap T27). This runs for every message.

import type { Frame, FrameFault, FrameFaultKind, MessageId } from './frame.ts'
import { frameTypeNumbers } from './frame.ts'
import { afterSpace, scalarEnd, stringEnd } from './json-text.ts'

/**
 * Reads one message. Never throws, whatever the text.
 *
 * Strict about what is needed to pair a call with its answer, and about nothing else: a missing payload, extra elements,
 * an id of any length or a number as id are read, and `elements` tells what the envelope held. A message type is taken by
 * its value, so `2.0` is 2 and `"2"` is nothing.
 * @param text one WebSocket message
 */
export function readFrame(text: string): Frame | FrameFault {
  let envelope: unknown
  try {
    envelope = JSON.parse(text)
  } catch {
    // A SyntaxError, or a RangeError where an engine parses by recursion. Its message would repeat parts of the text.
    return fault('notJson', text.length === 0 ? 'The text is empty.' : `${text.length} characters that are not JSON.`)
  }
  if (!Array.isArray(envelope)) return fault('notArray', `The text is ${nameOf(envelope)}, not an array.`)
  return readEnvelope(text, envelope)
}

function readEnvelope(text: string, envelope: readonly unknown[]): Frame | FrameFault {
  const elements = envelope.length
  if (elements === 0) return fault('tooShort', 'The array is empty.')
  const type = frameTypeNumbers.get(envelope[0] as number)
  if (type === undefined) return fault('unknownType', `The message type is ${nameOf(envelope[0])}.`)
  if (elements === 1) return fault('tooShort', 'The array ends after the message type.')
  const idValue = envelope[1]
  if (typeof idValue !== 'string' && typeof idValue !== 'number') {
    return fault('badId', `The message id is ${nameOf(idValue)}, not a string.`)
  }
  const id = messageId(text, idValue)
  switch (type) {
    case 'call':
    case 'send': {
      if (elements === 2) return fault('tooShort', 'The array ends after the message id.')
      const action = envelope[2]
      if (typeof action !== 'string') return fault('badAction', `The action is ${nameOf(action)}, not a string.`)
      if (action === '') return fault('badAction', 'The action is an empty string.')
      return { type, id, action, payload: envelope[3], elements }
    }
    case 'result':
      return { type, id, payload: envelope[2], elements }
    case 'error':
    case 'resultError':
      return { type, id, code: envelope[2], description: envelope[3], details: envelope[4], elements }
  }
}

/**
 * The id with the token it was written as. The token is looked up in the text only as far as needed: a string that stands
 * in the text letter by letter, quote to quote, was written without escapes, because an escape is longer than what it
 * stands for and so the closing quote would come later. (Cutting the token out of the text instead of putting the quotes
 * around the key would keep the whole text alive as long as the id, which an open call holds for minutes.)
 */
function messageId(text: string, value: string | number): MessageId {
  const typeStart = afterSpace(text, afterSpace(text, 0) + 1)
  const comma = afterSpace(text, scalarEnd(text, typeStart))
  const start = afterSpace(text, comma + 1)
  if (typeof value === 'number') {
    const token = text.slice(start, scalarEnd(text, start))
    return { key: token, token }
  }
  const plain = text.startsWith(value, start + 1) && text.charCodeAt(start + 1 + value.length) === 0x22
  return { key: value, token: plain ? `"${value}"` : text.slice(start, stringEnd(text, start)) }
}

function fault(kind: FrameFaultKind, detail: string): FrameFault {
  return { type: 'unreadable', fault: kind, detail }
}

/** Says what a parsed value is. Numbers are named, because they are short; a string might hold a secret. */
function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return `${value}`
  return typeof value === 'string' ? 'a string' : 'an object'
}
