// Replaces what names a person (tags, tokens, contract and vehicle ids) in the text of a message, for readers who may not
// see it. The text is walked once, token by token, so that everything else stays as it was received, twice written keys
// are all found, and a local list of thousands costs one pass. Known by name: the fields of every version, and the values
// of configuration keys and variables that hold such an id.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'

export interface RedactedText {
  readonly raw: string
  /** Whether anything was replaced. */
  readonly redacted: boolean
}

/** Fields whose value is an identity, in lower case: stations vary the case. */
const tokenFields: ReadonlySet<string> = new Set([
  'idtag',
  'parentidtag',
  'idtoken',
  'groupidtoken',
  'additionalidtoken',
  'emaid',
  'prioritizedemaids',
  'customeridentifier',
  'vin',
  'evccid',
  'vehicleid',
])

/** Fields that hold one in the messages of one action only. */
const fieldsByAction: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  // The contract certificate names the contract.
  ['Authorize', new Set(['certificate'])],
  ['Get15118EVCertificate', new Set(['exirequest', 'exiresponse'])],
  ['NotifyCustomerInformation', new Set(['data'])],
])

/** Configuration keys and variables whose value is an identity (FreevendIdTag, ConnectedEV.VehicleId, TokenReader.Token). */
const tokenNames = /id_?tag|id_?token|emaid|vehicleid|evccid|^token$|masterpass/i
const valueFields: ReadonlySet<string> = new Set(['value', 'attributevalue', 'actualvalue'])

/** A text nobody can parse ends where it may begin to name someone. */
const mention = /id_?tag|id_?token|emaid|evccid|vehicleid/i
const WITHHELD = '«redacted»'
/** DataTransfer carries JSON in a text, and 1.6 Plug and Charge carries messages in that. */
const MAX_NESTING = 3

const noFields: ReadonlySet<string> = new Set()

/**
 * Replaces every token in a recorded text by its pseudonym.
 * @param raw the text of a frame, or any JSON text
 * @param action the action it belongs to, for the few fields that are known by it
 * @param _ocpp its version; no field name means different things in two versions so far
 * @param pseudonym gives what stands for a token
 */
export function redactTokens(
  raw: string,
  action: string | null,
  _ocpp: Subprotocol | null,
  pseudonym: (token: string) => string,
): RedactedText {
  return redact(raw, action, pseudonym, 0)
}

function redact(
  raw: string,
  action: string | null,
  pseudonym: (token: string) => string,
  nesting: number,
): RedactedText {
  if (!isJson(raw)) {
    const at = raw.search(mention)
    return at < 0 ? { raw, redacted: false } : { raw: `${raw.slice(0, at)}${WITHHELD}`, redacted: true }
  }
  const values = tokenValues(raw, action)
  let redacted = ''
  let done = 0
  for (const { start, end, isNested } of values) {
    const token = raw.slice(start, end)
    const replaced = isNested ? nested(token, action, pseudonym, nesting) : replacement(token, pseudonym)
    if (replaced === token) continue
    redacted += raw.slice(done, start) + replaced
    done = end
  }
  return done === 0 ? { raw, redacted: false } : { raw: redacted + raw.slice(done), redacted: true }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function replacement(token: string, pseudonym: (token: string) => string): string {
  const value = token.startsWith('"') ? String(JSON.parse(token)) : token
  // Nothing and nobody need no other name.
  return value === '' || value === 'null' ? token : JSON.stringify(pseudonym(value))
}

/** A text that is JSON itself keeps its shape; any other text stays. */
function nested(token: string, action: string | null, pseudonym: (token: string) => string, nesting: number): string {
  if (!token.startsWith('"') || nesting >= MAX_NESTING) return token
  const inner = String(JSON.parse(token))
  const opening = inner.trimStart().charAt(0)
  if (opening !== '{' && opening !== '[') return token
  const { raw, redacted } = redact(inner, action, pseudonym, nesting + 1)
  return redacted ? JSON.stringify(raw) : token
}

interface TokenValue {
  readonly start: number
  readonly end: number
  /** A text that may hold JSON with tokens in it. */
  readonly isNested: boolean
}

/** An object or array that is open while the text is walked. */
interface Level {
  /** The field it is the value of, lower case; an array's elements count as values of its field. */
  readonly field: string
  readonly isObject: boolean
  /** The field whose value comes next. */
  next: string
  /** Values that hold an identity if the object turns out to be about one. */
  readonly candidates: TokenValue[]
  isAboutToken: boolean
}

/** Where tokens stand in a JSON text, in order. The text is known to be JSON. */
function tokenValues(text: string, action: string | null): TokenValue[] {
  const ofAction = (action === null ? undefined : fieldsByAction.get(action)) ?? noFields
  const found: TokenValue[] = []
  const levels: Level[] = []
  let isOrdered = true
  let index = 0
  while (index < text.length) {
    const code = text.charCodeAt(index)
    const level = levels.at(-1)
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      const field = level === undefined ? '' : level.isObject ? level.next : level.field
      levels.push({ field, isObject: code === OPEN_OBJECT, next: '', candidates: [], isAboutToken: false })
      index++
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      levels.pop()
      if (level !== undefined && close(level, levels, found)) isOrdered = false
      index++
    } else if (isBetween(code)) index++
    else {
      const end = code === QUOTE ? endOfString(text, index) : endOfLiteral(text, index)
      const afterwards = code === QUOTE ? skipSpace(text, end) : end
      if (level?.isObject && text.charCodeAt(afterwards) === COLON && code === QUOTE) {
        level.next = String(JSON.parse(text.slice(index, end))).toLowerCase()
        index = afterwards + 1
      } else {
        if (level !== undefined) takeValue(level, text, index, end, ofAction, found)
        index = end
      }
    }
  }
  return isOrdered ? found : found.sort((a, b) => a.start - b.start)
}

const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const QUOTE = 0x22
const COLON = 0x3a
const COMMA = 0x2c
const BACKSLASH = 0x5c

function takeValue(
  level: Level,
  text: string,
  start: number,
  end: number,
  ofAction: ReadonlySet<string>,
  found: TokenValue[],
): void {
  const field = level.isObject ? level.next : level.field
  if (tokenFields.has(field) || ofAction.has(field)) found.push({ start, end, isNested: false })
  else if (field === 'data') found.push({ start, end, isNested: true })
  else if (level.isObject && valueFields.has(field)) level.candidates.push({ start, end, isNested: false })
  else if (level.isObject && (field === 'key' || field === 'name') && text.charCodeAt(start) === QUOTE) {
    if (tokenNames.test(String(JSON.parse(text.slice(start, end))))) level.isAboutToken = true
  }
}

/** What an object that ends was about; true when that put values out of order. */
function close(level: Level, levels: readonly Level[], found: TokenValue[]): boolean {
  if (!level.isObject) return false
  const parent = levels.findLast((of) => of.isObject)
  // `variable: {name}` says what the object around it is about.
  if (level.field === 'variable' && level.isAboutToken && parent !== undefined) parent.isAboutToken = true
  if (level.isAboutToken) {
    for (const candidate of level.candidates) found.push(candidate)
    return level.candidates.length > 0
  }
  if (level.field === 'variableattribute' && parent !== undefined) {
    for (const candidate of level.candidates) parent.candidates.push(candidate)
  }
  return false
}

function isBetween(code: number): boolean {
  return code === COMMA || code === COLON || code <= 0x20
}

function skipSpace(text: string, index: number): number {
  let at = index
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return at
}

/** Behind the closing quote of the string that begins at `index`. */
function endOfString(text: string, index: number): number {
  for (let at = index + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) at++
  }
  return text.length
}

/** Behind a number, true, false or null. */
function endOfLiteral(text: string, index: number): number {
  let at = index + 1
  while (
    at < text.length &&
    !isBetween(text.charCodeAt(at)) &&
    text.charCodeAt(at) !== CLOSE_OBJECT &&
    text.charCodeAt(at) !== CLOSE_ARRAY
  )
    at++
  return at
}
