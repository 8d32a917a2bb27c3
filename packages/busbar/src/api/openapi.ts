// The description of the interface, made of the very schemas that check requests, and a page that reads it out. The page
// has no script: it is a list, and a list needs none.

import fastifySwagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { App } from './app.ts'

const about =
  `The public interface of Busbar. Lists are pages of \`items\` with a cursor in \`next\`. Times are RFC 3339 UTC
with milliseconds. Errors are problem documents (RFC 9457) with a stable \`code\`. On a loopback listener without
configured tokens no token is needed.`.replaceAll('\n', ' ')

const tags = [
  { name: 'stations', description: 'The live picture of each station.' },
  { name: 'timeline', description: 'Everything that happened, in order.' },
  { name: 'commands', description: 'Asking a station for something.' },
  { name: 'sessions', description: 'Charging sessions.' },
  { name: 'routing', description: 'Backends, and which stations go where.' },
  { name: 'accounts', description: 'Who may come in.' },
  { name: 'upkeep', description: 'Configuration, store, faults.' },
  { name: 'access', description: 'Tokens and logins.' },
  { name: 'health', description: 'For orchestrators and monitoring.' },
]

/** Collects the schemas of all routes that are registered afterwards. */
export async function describeRoutes(app: App, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Busbar', version, description: about, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      servers: [{ url: '/' }],
      tags,
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'A token of `api.tokens`.' },
          cookie: {
            type: 'apiKey',
            in: 'cookie',
            name: 'busbar_<port>',
            description: 'From POST /api/v1/login. Changes also need the header X-CSRF-Token.',
          },
        },
      },
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route)
      const access = route.route.config?.access
      if (access === undefined || access === 'open') return { schema: { ...schema, security: [] }, url }
      return { schema: { ...schema, security: [{ token: [] }, { cookie: [] }], 'x-role': access }, url }
    },
    transformObject: (document) => tidy(jsonSchemaTransformObject(document)),
  })
}

type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json }

/**
 * Brings the generated document into the shape clients want: only schemas that something refers to, and answers that may
 * grow fields, because a later version adds some and a strict client would fall over them.
 */
function tidy<Document extends object>(document: Document): Document {
  const whole = document as Document & { paths?: Json; components?: { schemas?: Record<string, Json> } }
  openAnswers(whole.paths ?? null, false)
  const schemas = whole.components?.schemas ?? {}
  for (const [name, schema] of Object.entries(schemas)) if (!name.endsWith('Input')) openAnswers(schema, true)
  const used = new Set<string>()
  findReferences(whole.paths ?? null, schemas, used)
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name]
  return document
}

function openAnswers(value: Json, isAnswer: boolean): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const one of value) openAnswers(one, isAnswer)
    return
  }
  if (isAnswer && value.additionalProperties === false) delete value.additionalProperties
  if (value.description === 'Default Response') value.description = 'Done.'
  for (const [key, one] of Object.entries(value)) openAnswers(one, isAnswer || key === 'responses')
}

function findReferences(value: Json, schemas: Readonly<Record<string, Json>>, used: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, one] of Object.entries(value)) {
    const name = key === '$ref' && typeof one === 'string' ? one.replace('#/components/schemas/', '') : null
    if (name === null) findReferences(one, schemas, used)
    else if (!used.has(name)) {
      used.add(name)
      findReferences(schemas[name] ?? null, schemas, used)
    }
  }
}

interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[]
  readonly 'x-role'?: string
}

interface Description {
  readonly info: { readonly version: string; readonly description?: string }
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** The interface as a page for people. */
export function docsPage(description: Description): string {
  const sections = tags.map((tag) => {
    const rows = Object.entries(description.paths ?? {}).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, operation]) => operation.tags?.includes(tag.name) === true)
        .map(([method, operation]) => operationRow(method, path, operation)),
    )
    return `<h2>${html(tag.name)}</h2><p>${html(tag.description)}</p><dl>${rows.join('')}</dl>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Busbar HTTP interface</title></head>
<body><h1>Busbar ${html(description.info.version)}: HTTP interface</h1>
<p>${html(description.info.description ?? '')} For programs: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>
${sections.join('\n')}
</body></html>
`
}

function operationRow(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? [])
    .map(
      ({ name, in: place, description }) =>
        `<li><code>${html(name)}</code> (${html(place)}) ${html(description ?? '')}</li>`,
    )
    .join('')
  const role = operation['x-role']
  return `<dt><code>${method.toUpperCase()} ${html(path)}</code>${role === undefined ? '' : ` (${html(role)})`}</dt>
<dd>${html(operation.summary ?? '')}. ${html(operation.description ?? '')}${parameters === '' ? '' : `<ul>${parameters}</ul>`}</dd>`
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
