// The shapes that travel over the HTTP interface, each written once: the type the code is checked with, the schema that
// checks requests, and the schema in the OpenAPI document. Times are RFC 3339 UTC with milliseconds; units stand in the
// names. Objects that later capabilities will extend are open; what clients send us is closed, so that a misspelt field
// is an error and not a silence.

import { subprotocols } from '@busbar/ocpp/versions.ts'
import { z } from 'zod'

export const time = z.string().meta({ format: 'date-time', examples: ['2026-03-01T12:00:00.000Z'] })

export const subprotocolName = z.enum(subprotocols)

export const roleName = z.enum(['viewer', 'support', 'operator', 'admin'])

export const stationBackendDocument = z.looseObject({
  name: z.string(),
  role: z.enum(['primary', 'mirror', 'candidate']),
  link: z.enum(['up', 'down', 'connecting', 'refused', 'off']),
  ocpp: subprotocolName.nullable(),
  pending: z.number().int(),
  oldestPendingAt: time.nullable(),
  acknowledged: z.number().int(),
  quarantined: z.number().int(),
})

export const connectorDocument = z.looseObject({
  evse: z.number().int().nullable(),
  connector: z.number().int().nullable(),
  status: z.string().nullable(),
  errorCode: z.string().nullable(),
  since: time.nullable(),
  powerW: z.number().nullable(),
  energyWh: z.number().nullable(),
  offeredA: z.number().nullable(),
  session: z.string().nullable(),
})

export const stationDocument = z
  .looseObject({
    id: z.string(),
    site: z.string(),
    connected: z.boolean(),
    ocpp: subprotocolName.nullable(),
    since: time.nullable().describe('When `connected` last changed.'),
    lastSeen: time.nullable(),
    vendor: z.string().nullable(),
    model: z.string().nullable(),
    serial: z.string().nullable(),
    firmware: z.string().nullable(),
    tags: z.array(z.string()),
    connectors: z.array(connectorDocument),
    backends: z.array(stationBackendDocument),
  })
  .meta({ id: 'Station' })
export type StationDocument = z.infer<typeof stationDocument>

export const accountDocument = z
  .object({
    id: z.string(),
    tags: z.array(z.string()),
    serial: z.string().describe('Expected common name of its certificate.'),
    assumeProtocol: subprotocolName.nullable(),
    hasPassword: z.boolean().describe('Whether one is set. Passwords are never given out again.'),
    source: z.enum(['file', 'api']),
  })
  .meta({ id: 'Account' })
export type AccountDocument = z.infer<typeof accountDocument>

export const stationDetail = stationDocument
  .extend({ account: accountDocument.nullable().describe('null: it came in without an account.') })
  .meta({ id: 'StationDetail' })
export type StationDetail = z.infer<typeof stationDetail>

const identity = z.string().min(1).max(255)
const tag = z.string().min(1).max(64)

export const accountBody = z
  .strictObject({
    password: z
      .string()
      .min(1)
      .max(255)
      .nullable()
      .optional()
      .describe('Absent: a new account gets a made one, told once in the answer; a present one is kept. null: none.'),
    tags: z.array(tag).max(64).default([]),
    serial: z.string().min(1).max(255).optional().describe('Default: the id.'),
    assumeProtocol: subprotocolName.nullable().default(null).describe('Version of a station that offers none.'),
  })
  .meta({ id: 'AccountBody' })
export const newAccountBody = accountBody.extend({ id: identity }).meta({ id: 'NewAccountBody' })

export const accountWritten = accountDocument
  .extend({ password: z.string().optional().describe('The password that was made for it. Told this once.') })
  .meta({ id: 'AccountWritten' })
export type AccountWritten = z.infer<typeof accountWritten>

export const entryKinds = [
  'frame',
  'link',
  'delivery',
  'decision',
  'change',
  'meter',
  'limit',
  'grant',
  'fault',
  'diagnosis',
] as const

export const timelineItem = z
  .looseObject({
    position: z.number().int(),
    at: time,
    station: z.string().nullable(),
    session: z.string().nullable(),
    kind: z.enum(entryKinds),
    text: z.string().describe('What happened, as a plain sentence.'),
  })
  .meta({ id: 'TimelineEntry', description: 'An entry of the timeline, with the fields of its kind.' })

export const sessionDocument = z
  .looseObject({
    id: z.string(),
    station: z.string(),
    evse: z.number().int().nullable(),
    connector: z.number().int().nullable(),
    token: z.string().nullable().describe('A pseudonym for roles below operator.'),
    startedAt: time.nullable(),
    stoppedAt: time.nullable(),
    meterStartWh: z.number().nullable(),
    meterStopWh: z.number().nullable(),
    energyWh: z.number().nullable(),
    reason: z.string().nullable(),
    startedOffline: z.boolean(),
    transactionIds: z.record(z.string(), z.string()),
    delivery: z.record(z.string(), z.enum(['acknowledged', 'pending', 'quarantined'])),
  })
  .meta({ id: 'Session' })
export type SessionDocument = z.infer<typeof sessionDocument>

export const backendDocument = z
  .looseObject({
    name: z.string(),
    url: z.string().describe('Without credentials.'),
    links: z.object({ up: z.number().int(), down: z.number().int() }),
    pending: z.number().int(),
    oldestPendingAt: time.nullable(),
    acknowledged: z.number().int(),
    quarantined: z.number().int(),
    latencyMs: z.number().nullable().describe('Median of its latest answers.'),
  })
  .meta({ id: 'Backend' })
export type BackendDocument = z.infer<typeof backendDocument>

export const routesDocument = z
  .object({
    routes: z.array(z.record(z.string(), z.unknown())).describe('In the shape of the configuration.'),
    source: z.enum(['file', 'api']),
  })
  .meta({ id: 'Routes' })
export type RoutesDocument = z.infer<typeof routesDocument>

export const commandBody = z
  .strictObject({
    action: z.string().min(1).max(64),
    payload: z.record(z.string(), z.unknown()).default({}),
    timeoutMs: z.number().int().min(100).max(600_000).default(30_000),
  })
  .meta({ id: 'Command' })

export const commandOutcome = z
  .union([
    z.object({
      outcome: z.literal('answered'),
      response: z.unknown(),
      position: z.number().int(),
      redacted: z.boolean().optional().describe('Tokens were replaced.'),
    }),
    z.object({
      outcome: z.literal('refused'),
      error: z.object({ code: z.string(), description: z.string(), details: z.unknown() }),
      position: z.number().int(),
    }),
    z.object({ outcome: z.literal('uncertain'), reason: z.string() }),
  ])
  .meta({ id: 'CommandOutcome' })

export const storeStatistics = z
  .looseObject({
    first: z.number().int().describe('Position of the oldest entry kept.'),
    last: z.number().int(),
    synced: z.number().int().describe('Everything up to here survives a power cut.'),
    bytes: z.number(),
    writable: z.boolean(),
  })
  .meta({ id: 'JournalStatistics' })
export type StoreStatisticsDocument = z.infer<typeof storeStatistics>

export const backupDocument = z
  .object({
    file: z.string().describe('Path on the machine of the broker.'),
    bytes: z.number(),
    position: z.number().int().describe('Everything up to here is in it.'),
  })
  .meta({ id: 'Backup' })
export type BackupDocument = z.infer<typeof backupDocument>

export const meDocument = z
  .object({
    name: z.string(),
    role: roleName,
    authentication: z.enum(['none', 'token', 'cookie']),
    csrf: z.string().nullable().describe('To be sent as X-CSRF-Token with every change made by cookie.'),
    site: z.string(),
    version: z.string(),
  })
  .meta({ id: 'Me' })

export const faultDocument = z
  .object({
    code: z.string(),
    sentence: z.string(),
    cause: z.string(),
    remedy: z.string(),
    status: z.number().int().optional(),
  })
  .meta({ id: 'Fault' })

export const fieldErrors = z.array(
  z.looseObject({
    field: z.string().describe('Where: a parameter, a JSON pointer, or a column.'),
    message: z.string(),
    line: z.number().int().optional().describe('Line of an imported list.'),
  }),
)

export const problemDocument = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe('Stable; the way to recognise a problem.'),
    detail: z.string(),
    instance: z.string(),
    errors: fieldErrors.optional(),
  })
  .meta({ id: 'Problem', description: 'An error (RFC 9457).' })

export const healthDocument = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    reasons: z.array(z.object({ name: z.string(), detail: z.string().optional() })),
  })
  .meta({ id: 'Health' })

/** A page of a list: `next` is the cursor of the following page, null at the end. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}
