// Writes packages/ocpp/generated: one module of payload validators per OCPP version, made by ajv from the schemas that the
// development dependency typed-ocpp carries. Run it after that dependency, ajv or this file changed; `--check` writes
// nothing and exits 1 when the tree does not hold exactly what would be written.
//
// The validators differ from ajv's usual output in four ways, each because they run for every message: they never change
// what they look at; a type that many messages share is compiled once per version; nothing is allocated while a payload is
// in order (the path to an error is put together on the way back, after it was found); and a text is measured in code
// points only where its length in code units leaves a doubt.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _, Ajv } from 'ajv'
import standaloneCode from 'ajv/dist/standalone/index.js'
import formats from 'ajv-formats/dist/formats.js'
import { build } from 'esbuild'
import { isDateTime } from '../packages/ocpp/src/date-time.ts'

type Json = null | boolean | number | string | readonly Json[] | JsonObject
interface JsonObject {
  readonly [name: string]: Json
}

/** A schema as typed-ocpp exports it: every message of a version shares one `definitions` object. */
interface MessageSchema extends JsonObject {
  readonly definitions: { readonly [name: string]: JsonObject }
}

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'packages/ocpp/generated')

const versions = [
  { folder: 'v16', name: 'OCPP 1.6', source: 'ocpp16' },
  { folder: 'v201', name: 'OCPP 2.0.1', source: 'ocpp20' },
  { folder: 'v21', name: 'OCPP 2.1', source: 'ocpp21' },
] as const

/** Keywords that say nothing about validity. `default` would be written into the payload by a careless setting. */
const silentKeywords = new Set(['definitions', 'description', 'title', 'default', '$schema', '$id'])

/** The schema without silent keywords, its references turned to the shared schemas of `addDefinitions`. */
function slim(schema: JsonObject): JsonObject {
  const kept: Record<string, Json> = {}
  for (const [keyword, value] of Object.entries(schema)) {
    if (silentKeywords.has(keyword)) continue
    if (keyword === '$ref' && typeof value === 'string') kept[keyword] = value.replace('#/definitions/', 'shared.')
    else if (keyword === 'properties') {
      kept[keyword] = Object.fromEntries(
        Object.entries(value as JsonObject).map(([name, property]) => [name, slim(property as JsonObject)]),
      )
    } else if (keyword === 'items') kept[keyword] = slim(value as JsonObject)
    else kept[keyword] = value
  }
  return kept
}

function formatsUsed(schemas: readonly JsonObject[]): Set<string> {
  const found = new Set<string>()
  JSON.stringify(schemas, (keyword, value) => {
    if (keyword === 'format' && typeof value === 'string') found.add(value)
    return value
  })
  return found
}

/** Replaces every match and insists that there was one: ajv's output must look as the rewriting below expects. */
function mustReplace(code: string, pattern: RegExp, by: string): string {
  const next = code.replace(pattern, by)
  if (next === code) throw new Error(`ajv writes its code differently now: nothing matches ${pattern}`)
  return next
}

/** Takes the costs out of ajv's code that a payload in order would pay; see the head of this file. */
function lighten(code: string): string {
  let next = mustReplace(
    code,
    /function (validate\d+)\(data, \{instancePath="", parentData, parentDataProperty, rootData=data\}=\{\}\)/g,
    'function $1(data)',
  )
  next = mustReplace(
    next,
    /(validate\d+)\((data[^ ,]*), \{instancePath:instancePath\+([^,{}]+),parentData:[^{}]*?,rootData\}\)\)\)\{vErrors = vErrors === null \? \1\.errors : vErrors\.concat\(\1\.errors\);/g,
    '$1($2))){vErrors = inside($3, $1.errors);',
  )
  next = mustReplace(next, /\{instancePath:instancePath\+/g, '{instancePath:')
  next = mustReplace(next, /\{instancePath,/g, '{instancePath:"",')
  next = mustReplace(next, /schemaPath:"[^"]*",/g, '')
  next = mustReplace(next, /\b(func\d+)\((data\d*)\) > (\d+)/g, '$2.length > $3 && $1($2) > $3')
  next = mustReplace(next, /require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, 'codePoints')
  next = mustReplace(next, /export const (\w+) = (validate\d+);/g, 'const $1 = $2;')
  const leftOver = /parentData|rootData|instancePath\+|schemaPath/.exec(next)
  if (leftOver !== null) {
    throw new Error(`ajv writes its code differently now: ${next.slice(leftOver.index - 200, leftOver.index + 100)}`)
  }
  return next
}

/** The table of one export: action name to validator. */
function table(name: string, schemaNames: readonly string[], suffix: RegExp): string {
  const rows = schemaNames.map((schemaName) => `${JSON.stringify(schemaName.replace(suffix, ''))}: ${schemaName}`)
  return `export const ${name} = {${rows.join(',')}};`
}

async function validatorsModule(version: (typeof versions)[number], banner: string): Promise<string> {
  const schemas: Record<string, MessageSchema> = { ...(await import(`typed-ocpp/dist/${version.source}/schemas.js`)) }
  const schemaNames = Object.keys(schemas).sort()
  const used = formatsUsed(Object.values(schemas))
  for (const format of used) {
    if (format !== 'date-time' && format !== 'uri') throw new Error(`${version.name} has a new format: ${format}`)
  }
  const ajv = new Ajv({
    strict: false,
    strictNumbers: true,
    messages: false,
    inlineRefs: false,
    // 1.6 limits are multiples of 0.1, which binary numbers cannot say exactly: 21.4 / 0.1 is 213.99999999999997.
    multipleOfPrecision: 6,
    formats: { 'date-time': isDateTime, uri: formats.fullFormats.uri! },
    code: { source: true, esm: true, formats: _`formats` },
  })
  for (const { definitions } of Object.values(schemas)) {
    for (const [name, definition] of Object.entries(definitions)) {
      if (ajv.schemas[`shared.${name}`] === undefined) ajv.addSchema({ ...slim(definition), $id: `shared.${name}` })
    }
  }
  for (const name of schemaNames) ajv.addSchema({ ...slim(schemas[name]!), $id: name })
  const code = standaloneCode.default(ajv, Object.fromEntries(schemaNames.map((name) => [name, name])))
  const isResponse = (name: string): boolean => name.endsWith('Response')
  const contents = [
    `import { isDateTime } from './packages/ocpp/src/date-time.ts';`,
    used.has('uri') ? `import { fullFormats } from 'ajv-formats/dist/formats.js';` : '',
    `const formats = { 'date-time': isDateTime${used.has('uri') ? ', uri: fullFormats.uri' : ''} };`,
    'function codePoints(text) { let count = 0; for (const _ of text) count++; return count }',
    'function inside(where, errors) { errors[0].instancePath = where + errors[0].instancePath; return errors }',
    lighten(code.replace(/^"use strict";/, '')),
    // A one-way message (SEND) has a schema without a suffix; it is a request that has no response.
    table(
      'requests',
      schemaNames.filter((name) => !isResponse(name)),
      /Request$/,
    ),
    table('responses', schemaNames.filter(isResponse), /Response$/),
  ].join('\n')
  const bundle = await build({
    stdin: { contents, resolveDir: root, sourcefile: `${version.folder}.js` },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    minify: true,
    lineLimit: 200,
    legalComments: 'none',
    banner: { js: banner },
    logLevel: 'warning',
  })
  return bundle.outputFiles[0]!.text
}

const declaration = `import type { PayloadChecks } from '../../src/payload-check.ts'

export const requests: PayloadChecks
export const responses: PayloadChecks
`

async function versionOf(packageName: string): Promise<string> {
  const text = await readFile(join(root, 'node_modules', packageName, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Every file of the generated folder, path from that folder, with its text. */
async function generate(): Promise<Map<string, string>> {
  const source = `typed-ocpp ${await versionOf('typed-ocpp')} with ajv ${await versionOf('ajv')}`
  const files = new Map<string, string>()
  for (const version of versions) {
    const head = `// ${version.name}: payload validators, generated from ${source} by scripts/generate-ocpp.ts. See ../../NOTICE.\n`
    files.set(`${version.folder}/validators.js`, await validatorsModule(version, head.trimEnd()))
    files.set(`${version.folder}/validators.d.ts`, head + declaration)
  }
  return files
}

async function filesInTree(): Promise<string[]> {
  const entries = await readdir(target, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(target, join(entry.parentPath, entry.name)))
}

const wanted = await generate()
const stale = (await filesInTree()).filter((path) => !wanted.has(path))

if (process.argv.includes('--check')) {
  const different = [...stale]
  for (const [path, text] of wanted) {
    if ((await readFile(join(target, path), 'utf8').catch(() => null)) !== text) different.push(path)
  }
  if (different.length > 0) {
    console.error(`packages/ocpp/generated is not what scripts/generate-ocpp.ts writes: ${different.sort().join(', ')}`)
    process.exitCode = 1
  }
} else {
  for (const path of stale) await rm(join(target, path))
  for (const [path, text] of wanted) {
    await mkdir(dirname(join(target, path)), { recursive: true })
    await writeFile(join(target, path), text)
  }
}
