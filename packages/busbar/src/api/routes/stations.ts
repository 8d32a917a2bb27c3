// The stations as their twins tell of them. A station with an account that was never heard of is listed too: it is what
// an operator looks for after an import.

import { z } from 'zod'
import { type App, problems, type RouteContext } from '../app.ts'
import {
  listOf,
  type StationDetail,
  type StationDocument,
  stationDetail,
  stationDocument,
  subprotocolName,
} from '../documents.ts'
import { cursorParameter, flagParameter, pagingOnRequest, readCursor, writeCursor } from '../paging.ts'
import type { ApiPorts } from '../ports.ts'
import { Problem } from '../problem.ts'

export const stationParameter = z.strictObject({
  id: z.string().min(1).describe('Identity of the station, percent-encoded.'),
})

/** A station that is known by its account only. */
function neverSeen(id: string, tags: readonly string[], site: string): StationDocument {
  return {
    id,
    site,
    connected: false,
    ocpp: null,
    since: null,
    lastSeen: null,
    vendor: null,
    model: null,
    serial: null,
    firmware: null,
    tags: [...tags],
    connectors: [],
    backends: [],
  }
}

/** The station, by its twin or its account. */
export function findStation(ports: ApiPorts, site: string, id: string): StationDetail {
  const account = ports.accounts.get(id)
  const twin = ports.stations.get(id)
  if (twin !== null) return { ...twin, account }
  if (account !== null) return { ...neverSeen(id, account.tags, site), account }
  throw unknownStation(id)
}

export function unknownStation(id: string): Problem {
  return new Problem('BB-API-011', { detail: `Nothing is known of a station ${JSON.stringify(id)}.`, station: id })
}

const query = z.strictObject({
  connected: flagParameter,
  ocpp: subprotocolName.optional(),
  tag: z.string().optional(),
  backend: z.string().optional().describe('Stations that this backend serves in any role.'),
  q: z.string().max(255).optional().describe('Part of the identity, vendor, model, serial number or firmware.'),
  limit: pagingOnRequest,
  cursor: cursorParameter,
})

const cursorShape = z.tuple([z.string()])

function matches(station: StationDocument, filter: z.output<typeof query>): boolean {
  if (filter.connected !== undefined && station.connected !== filter.connected) return false
  if (filter.ocpp !== undefined && station.ocpp !== filter.ocpp) return false
  if (filter.tag !== undefined && !station.tags.includes(filter.tag)) return false
  if (filter.backend !== undefined && !station.backends.some((backend) => backend.name === filter.backend)) return false
  if (filter.q === undefined) return true
  const part = filter.q.toLowerCase()
  const { id, vendor, model, serial, firmware } = station
  return [id, vendor, model, serial, firmware].some((text) => text?.toLowerCase().includes(part) === true)
}

/** Code unit order: the same on every machine, unlike a locale's. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function stationRoutes(app: App, context: RouteContext): void {
  const { ports, site } = context

  app.route({
    method: 'GET',
    url: '/api/v1/stations',
    config: { access: 'viewer' },
    schema: {
      tags: ['stations'],
      summary: 'All stations, by identity',
      querystring: query,
      response: { 200: listOf(stationDocument), ...problems(400, 401) },
    },
    handler: async (request) => {
      const filter = request.query
      const after = filter.cursor === undefined ? null : readCursor(filter.cursor, cursorShape)[0]
      const ids = new Set(ports.stations.ids())
      for (const account of ports.accounts.list()) ids.add(account.id)
      const items: StationDocument[] = []
      for (const id of [...ids].sort(byText)) {
        if (after !== null && id <= after) continue
        const account = ports.accounts.get(id)
        const station = ports.stations.get(id) ?? neverSeen(id, account?.tags ?? [], site)
        if (!matches(station, filter)) continue
        const last = items.at(-1)
        if (items.length === filter.limit && last !== undefined) return { items, next: writeCursor([last.id]) }
        items.push(station)
      }
      return { items, next: null }
    },
  })

  app.route({
    method: 'GET',
    url: '/api/v1/stations/:id',
    config: { access: 'viewer' },
    schema: {
      tags: ['stations'],
      summary: 'One station',
      params: stationParameter,
      response: { 200: stationDetail, ...problems(401, 404) },
    },
    handler: async (request) => findStation(ports, site, request.params.id),
  })
}
