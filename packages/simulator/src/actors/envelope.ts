// OCPP-J envelopes as the simulated peers read and write them. Written apart from the broker's own reader on purpose: a
// peer that shares the broker's code would share its mistakes.

/** A JSON object whose fields nobody has judged yet. */
export type Json = Readonly<Record<string, unknown>>

/** What a received text turned out to be. `id` is the value of the message id as text, numbers included. */
export type Envelope =
  | {
      readonly type: 'call' | 'send'
      readonly id: string
      readonly idToken: string
      readonly action: string
      readonly payload: Json
    }
  | { readonly type: 'result'; readonly id: string; readonly payload: Json }
  | {
      readonly type: 'error' | 'resultError'
      readonly id: string
      readonly code: string
      readonly description: string
      readonly details: unknown
    }
  | { readonly type: 'unreadable'; readonly why: string }

/** Reads one text message. */
export function readEnvelope(text: string): Envelope {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { type: 'unreadable', why: 'not JSON' }
  }
  if (!Array.isArray(value)) return { type: 'unreadable', why: 'not an array' }
  const [number, rawId, third, fourth, fifth] = value as unknown[]
  if (typeof rawId !== 'string' && typeof rawId !== 'number') return { type: 'unreadable', why: 'no message id' }
  const id = String(rawId)
  if (number === 2 || number === 6) {
    if (typeof third !== 'string') return { type: 'unreadable', why: 'no action' }
    const type = number === 2 ? 'call' : 'send'
    return { type, id, idToken: JSON.stringify(rawId), action: third, payload: asObject(fourth) }
  }
  if (number === 3) return { type: 'result', id, payload: asObject(third) }
  if (number === 4 || number === 5) {
    const type = number === 4 ? 'error' : 'resultError'
    return { type, id, code: asText(third), description: asText(fourth), details: fifth }
  }
  return { type: 'unreadable', why: 'unknown message type' }
}

/** `idToken` is the JSON token of the id, quotes included, so that a peer may also use numbers. */
export function writeCall(idToken: string, action: string, payload: Json): string {
  return `[2,${idToken},${JSON.stringify(action)},${JSON.stringify(payload)}]`
}

export function writeSend(idToken: string, action: string, payload: Json): string {
  return `[6,${idToken},${JSON.stringify(action)},${JSON.stringify(payload)}]`
}

export function writeResult(idToken: string, payload: Json): string {
  return `[3,${idToken},${JSON.stringify(payload)}]`
}

export function writeError(type: 4 | 5, idToken: string, code: string, description: string): string {
  return `[${type},${idToken},${JSON.stringify(code)},${JSON.stringify(description)},{}]`
}

/** The value when it is an object, else an empty one. */
export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

/** The value when it is a list, else an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value when it is a text, else an empty one. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** The value when it is a finite number, else null. */
export function asNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** Milliseconds since 1970 of an RFC 3339 text, or null. */
export function asTime(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : at
}

/** RFC 3339 in UTC with milliseconds. */
export function timeText(at: number): string {
  return new Date(at).toISOString()
}
