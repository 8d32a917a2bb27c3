// Connections of a station as the journal tells of them: its own, and the links to its backends. The machine that writes
// the entries records the end of a replaced connection before the beginning of the new one (trap T18); the fold does not
// lean on that alone, because a journal can have gaps.

import { isSubprotocol } from '@busbar/ocpp/versions.ts'
import { text } from '../base/unchecked.ts'
import { BUSBAR, type LinkEntry, STATION } from '../journal/entry.ts'
import type { BackendTwin, StationTwin } from './twin.ts'

/** A station has one to three backends; more names than this over its life are not kept. */
const MAX_BACKENDS = 16
const MAX_REASON = 128
const MAX_REMOTE = 256

/** Folds a link entry: of the station itself or of one of its backends. */
export function foldLink(twin: StationTwin, entry: LinkEntry): void {
  if (entry.peer === STATION) foldStationLink(twin, entry)
  else foldBackendLink(twin, entry)
}

function foldStationLink(twin: StationTwin, entry: LinkEntry): void {
  if (entry.state === 'up') {
    twin.connected = true
    twin.since = entry.at
    twin.lastSeen = entry.at
    twin.ocpp = entry.ocpp
    twin.remote = text(entry.remote, MAX_REMOTE)
    twin.profile = entry.profile
    return
  }
  // The end of another connection than the present one (trap T18), or a refused handshake, takes nothing away.
  const ofAnother = entry.remote !== null && twin.remote !== null && entry.remote !== twin.remote
  if (entry.state === 'refused' || ofAnother || !twin.connected) return
  twin.connected = false
  twin.since = entry.at
}

function foldBackendLink(twin: StationTwin, entry: LinkEntry): void {
  const backend = backendOf(twin, entry.peer)
  if (backend === null) return
  if (backend.link !== entry.state || backend.since === null) {
    backend.link = entry.state
    backend.since = entry.at
  }
  if (entry.state === 'up') {
    backend.ocpp = entry.ocpp
    const at = entry.ocpp === null ? -1 : backend.refused.indexOf(entry.ocpp)
    if (at >= 0) backend.refused.splice(at, 1)
  }
  backend.code = entry.code
  backend.reason = text(entry.reason, MAX_REASON)
}

/** The backend of that name; made when it is new, null for what is no backend or one too many. */
export function backendOf(twin: StationTwin, name: string): BackendTwin | null {
  for (const backend of twin.backends) if (backend.name === name) return backend
  if (name === BUSBAR || name === STATION || twin.backends.length >= MAX_BACKENDS) return null
  const backend: BackendTwin = {
    name,
    link: 'down',
    ocpp: null,
    since: null,
    code: null,
    reason: null,
    acknowledged: 0,
    quarantined: 0,
    refused: [],
  }
  twin.backends.push(backend)
  return backend
}

/** A backend refused a version: it is not the agreed one any more. */
export function forgetVersion(twin: StationTwin, name: string, ocpp: string): void {
  const backend = backendOf(twin, name)
  if (backend === null || !isSubprotocol(ocpp)) return
  if (!backend.refused.includes(ocpp)) backend.refused.push(ocpp)
  if (backend.ocpp === ocpp) backend.ocpp = null
}

/**
 * The link entries that were never written because the process ended without closing: one 'down' for every link the
 * twin still holds for up. To be appended at the start of a process, before anything connects.
 * @param at wall clock of the start
 */
export function linksLeftOpen(twin: StationTwin, at: number): LinkEntry[] {
  const left: LinkEntry[] = []
  const reason = 'Busbar ended without closing it'
  const head = {
    kind: 'link',
    at,
    station: twin.id,
    state: 'down',
    code: null,
    reason,
    remote: null,
    profile: null,
  } as const
  for (const backend of twin.backends) {
    if (backend.link === 'up') left.push({ ...head, peer: backend.name, ocpp: backend.ocpp })
  }
  if (twin.connected) left.push({ ...head, peer: STATION, ocpp: twin.ocpp })
  return left
}
