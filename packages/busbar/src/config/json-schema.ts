// The JSON schema of the configuration file, made of `schema.ts`: for editors, for `busbar check --schema`, for the page
// docs/reference/busbar.schema.json, and for finding out what somebody meant who wrote a key that does not exist.

import { z } from 'zod'
import type { Path } from './problem.ts'
import { fileSchema } from './schema.ts'

/** The part of a JSON schema that is looked at here. */
export interface SchemaNode {
  readonly type?: string
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
}

let made: SchemaNode | null = null

/** The schema as an object. */
export function jsonSchema(): SchemaNode {
  made ??= z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' }) as SchemaNode
  return made
}

/**
 * The schema as the text of the published file, with a newline at its end. The same configuration schema always gives
 * the same text.
 */
export function renderJsonSchema(): string {
  const { $schema, ...rest } = jsonSchema() as SchemaNode & { readonly $schema?: string }
  const head = { $schema, title: 'busbar.yaml', description: 'Configuration of the Busbar OCPP broker.' }
  return `${JSON.stringify({ ...head, ...rest }, null, 2)}\n`
}

/** Every form a value at this path may have; empty where nothing is known. */
export function formsAt(path: Path): readonly SchemaNode[] {
  let forms = branches(jsonSchema())
  for (const step of path) forms = forms.flatMap((form) => childrenOf(form, step)).flatMap(branches)
  return forms
}

/** The keys a mapping at this path may have; empty where they are free or unknown. */
export function knownKeys(path: Path): readonly string[] {
  return [...new Set(formsAt(path).flatMap((form) => Object.keys(form.properties ?? {})))]
}

/**
 * Where a key of this name does belong, when there is exactly one such place: `api.trustProxy`.
 */
export function homeOf(key: string): string | null {
  const homes = new Set<string>()
  const search = (form: SchemaNode, at: string): void => {
    for (const branch of branches(form)) {
      for (const [name, child] of Object.entries(branch.properties ?? {})) {
        const place = at === '' ? name : `${at}.${name}`
        if (name === key) homes.add(place)
        search(child, place)
      }
      if (branch.items !== undefined) search(branch.items, `${at}[]`)
      if (typeof branch.additionalProperties === 'object') search(branch.additionalProperties, `${at}.NAME`)
    }
  }
  search(jsonSchema(), '')
  const [home] = homes
  return homes.size === 1 && home !== undefined ? home : null
}

function branches(form: SchemaNode): readonly SchemaNode[] {
  return form.anyOf === undefined ? [form] : form.anyOf.flatMap(branches)
}

function childrenOf(form: SchemaNode, step: string | number): readonly SchemaNode[] {
  if (typeof step === 'number') return form.items === undefined ? [] : [form.items]
  const child = Object.hasOwn(form.properties ?? {}, step) ? form.properties?.[step] : undefined
  if (child !== undefined) return [child]
  return typeof form.additionalProperties === 'object' ? [form.additionalProperties] : []
}
