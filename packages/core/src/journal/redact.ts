// Secrets never reach the journal: this is the one thing that happens to a text before it is recorded (trap T17). The
// places where OCPP carries secrets are few and known by action; tokens are no secrets in this sense, delivery needs them.

import { locateAll, type Span, spliceSpans } from '@busbar/ocpp/splice-frame.ts'

/** What stands where a secret was. */
export const REDACTED_TOKEN = '"«redacted»"'

type Path = readonly (string | number)[]

/** Names of configuration keys and variables whose value is a secret, lower case. */
const secretNames = new Set(['authorizationkey', 'basicauthpassword'])

/** What of an envelope redaction looks at. `call` is the action of the call for answers. */
export interface RedactionSubject {
  readonly text: string
  /** null when the text has no readable envelope. */
  readonly type: 'call' | 'send' | 'result' | 'error' | 'resultError' | null
  readonly action: string | null
  readonly payload: unknown
}

/**
 * Replaces secrets in a message's text.
 * @returns the text to record; the same string when there was nothing to hide
 */
export function redactSecrets(subject: RedactionSubject): string {
  const { text, type, action } = subject
  if (type === null) return redactUnreadable(text)
  if (action === null) return mentionsSecret(text) ? redactUnreadable(text) : text
  const where = placesByAction.get(action)
  if (where === undefined) return text
  if (type === 'error' || type === 'resultError') return redactErrorEcho(text)
  const spans: Span[] = []
  const payloadAt = type === 'result' ? 2 : 3
  for (const path of where(subject.payload)) spans.push(...locateAll(text, [payloadAt, ...path]))
  return spans.length === 0 ? text : spliceSpans(text, spans, REDACTED_TOKEN)
}

/** Where secrets stand in the payload, by action; the same table serves calls and results, their shapes do not overlap. */
const placesByAction: ReadonlyMap<string, (payload: unknown) => Path[]> = new Map<string, (payload: unknown) => Path[]>(
  [
    ['ChangeConfiguration', (payload) => (isSecretName(field(payload, 'key')) ? [['value']] : [])],
    [
      'GetConfiguration',
      (payload) =>
        itemsOf(payload, 'configurationKey').flatMap((item, index) =>
          isSecretName(field(item, 'key')) ? [['configurationKey', index, 'value']] : [],
        ),
    ],
    ['SetVariables', (payload) => secretVariables(payload, 'setVariableData', 'attributeValue')],
    ['GetVariables', (payload) => secretVariables(payload, 'getVariableResult', 'attributeValue')],
    [
      'NotifyReport',
      (payload) =>
        itemsOf(payload, 'reportData').flatMap((item, index) =>
          isSecretName(field(field(item, 'variable'), 'name'))
            ? itemsOf(item, 'variableAttribute').map((_, at) => ['reportData', index, 'variableAttribute', at, 'value'])
            : [],
        ),
    ],
    [
      'SetNetworkProfile',
      () => [
        ['connectionData', 'basicAuthPassword'],
        ['connectionData', 'apn', 'apnPassword'],
        ['connectionData', 'vpn', 'password'],
        ['connectionData', 'vpn', 'key'],
      ],
    ],
  ],
)

function secretVariables(payload: unknown, list: string, value: string): Path[] {
  return itemsOf(payload, list).flatMap((item, index) =>
    isSecretName(field(field(item, 'variable'), 'name')) ? [[list, index, value]] : [],
  )
}

function isSecretName(name: unknown): boolean {
  return typeof name === 'string' && secretNames.has(name.toLowerCase())
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function itemsOf(value: unknown, name: string): readonly unknown[] {
  const items = field(value, name)
  return Array.isArray(items) ? items : []
}

function mentionsSecret(text: string): boolean {
  return /authorizationkey|basicauthpassword|apnpassword/i.test(text)
}

/** Some stations put the whole request into the details of a CALLERROR (W13). */
function redactErrorEcho(text: string): string {
  if (!mentionsSecret(text)) return text
  return spliceSpans(text, [...locateAll(text, [3]), ...locateAll(text, [4])], REDACTED_TOKEN)
}

/** A text nobody can parse may still hold a secret: everything behind the first secret's name goes. */
function redactUnreadable(text: string): string {
  const at = text.search(/authorizationkey|basicauthpassword|apnpassword/i)
  return at < 0 ? text : `${text.slice(0, at)}«redacted»`
}

/** Whether messages of this action can carry a secret, so that their recorded text may differ from what was sent. */
export function mayCarrySecret(action: string): boolean {
  return placesByAction.has(action)
}
