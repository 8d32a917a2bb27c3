// The official JSON schemas as the npm package ocpp-rpc carries them: an opinion on our frames that is not our own. For
// tests; nothing that runs imports it.

import { createRequire } from 'node:module'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { Ajv, type Ajv as AjvInstance } from 'ajv'
import { readEnvelope } from './envelope.ts'

const files: Readonly<Record<Subprotocol, { file: string; request: string; response: string }>> = {
  'ocpp1.6': { file: 'ocpp1_6', request: '.req', response: '.conf' },
  'ocpp2.0.1': { file: 'ocpp2_0_1', request: '.req', response: '.conf' },
  'ocpp2.1': { file: 'ocpp2_1', request: 'Request', response: 'Response' },
}

const loaded = new Map<Subprotocol, AjvInstance>()

function schemas(ocpp: Subprotocol): AjvInstance {
  const known = loaded.get(ocpp)
  if (known !== undefined) return known
  const require = createRequire(import.meta.url)
  const ajv = new Ajv({ strict: false, multipleOfPrecision: 6, allErrors: true })
  const addFormats = require('ajv-formats') as (ajv: AjvInstance) => void
  addFormats(ajv)
  for (const schema of require(`ocpp-rpc/lib/schemas/${files[ocpp].file}.json`) as { $id: string }[]) {
    // Their ids (`urn:Authorize.req`) are not valid URNs, and newer readers of URIs refuse them.
    ajv.addSchema({ ...schema, $id: `https://ocpp.example/${schema.$id.slice('urn:'.length)}` })
  }
  loaded.set(ocpp, ajv)
  return ajv
}

/** The actions of a version. */
export function actionsOf(ocpp: Subprotocol): string[] {
  const require = createRequire(import.meta.url)
  const { file, response } = files[ocpp]
  const list = require(`ocpp-rpc/lib/schemas/${file}.json`) as { $id: string }[]
  return list
    .map((schema) => schema.$id)
    .filter((id) => id.endsWith(response))
    .map((id) => id.slice('urn:'.length, -response.length))
}

/** The schema of a request or response, or null where the version has none. */
export function schemaOf(ocpp: Subprotocol, action: string, kind: 'request' | 'response'): object | null {
  const found = schemas(ocpp).getSchema(`https://ocpp.example/${action}${files[ocpp][kind]}`)
  return found === undefined ? null : (found.schema as object)
}

/** Checks frames of both directions in order and remembers which call an answer belongs to. Gives what is wrong. */
export function faultsIn(ocpp: Subprotocol, frames: readonly { from: string; text: string }[]): string[] {
  const faults: string[] = []
  const open = new Map<string, string>()
  for (const { from, text } of frames) {
    const envelope = readEnvelope(text)
    switch (envelope.type) {
      case 'unreadable':
        faults.push(`${from}: ${envelope.why}: ${text}`)
        break
      case 'call':
      case 'send':
        open.set(`${from} ${envelope.id}`, envelope.action)
        if (envelope.id.length > 36) faults.push(`${from}: id is too long: ${envelope.id}`)
        faults.push(...check(ocpp, envelope.action, envelope.type === 'send' ? 'send' : 'request', envelope.payload))
        break
      case 'result': {
        const asker = from === 'station' ? 'backend' : 'station'
        const action = open.get(`${asker} ${envelope.id}`)
        if (action === undefined) faults.push(`${from}: answers an unknown call: ${text}`)
        else faults.push(...check(ocpp, action, 'response', envelope.payload))
        break
      }
      case 'error':
      case 'resultError':
        if (envelope.code === '') faults.push(`${from}: an error without a code: ${text}`)
    }
  }
  return faults
}

function check(ocpp: Subprotocol, action: string, kind: 'request' | 'response' | 'send', payload: unknown): string[] {
  // A SEND has no Request in its name.
  const suffix = kind === 'send' ? '' : files[ocpp][kind]
  const validate = schemas(ocpp).getSchema(`https://ocpp.example/${action}${suffix}`)
  if (validate === undefined) return [`${action} ${kind}: no schema`]
  if (validate(payload)) return []
  return [`${action} ${kind}: ${schemas(ocpp).errorsText(validate.errors)}: ${JSON.stringify(payload)}`]
}
