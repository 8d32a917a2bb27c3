// The life of a frame, stage by stage, in the order in which it happens. docs/life-of-a-frame.md tells the same in words.
//
//   decode -> record -> normalise -> guard -> route -> translate -> deliver          a call, in either direction
//   decode -> record -> answer                                                       an answer, in either direction
//
// A frame that needs no change leaves as the very bytes that came in.

import type { Frame } from '@busbar/ocpp/frame.ts'
import type { FaultCode } from '../base/fault.ts'
import { type Finding, STATION } from '../journal/entry.ts'
import type { Step } from '../station/effect.ts'
import type { RawFrame } from '../station/input.ts'
import type { Station } from '../station/station.ts'
import { answerOrigin, answerStation, refuseCommand } from './answer.ts'
import { decodeFromBackend, decodeFromStation } from './decode.ts'
import { commandDeadline, deliverToBackend, deliverToStation, pumpToBackend, pumpToStation } from './deliver.ts'
import { guardStationCall } from './guard.ts'
import { normalise } from './normalise.ts'
import { record, recordFault } from './record.ts'
import { routeFromStation } from './route.ts'

/** A frame that arrived on the station's present connection. */
export function frameFromStation(station: Station, raw: RawFrame, step: Step): void {
  const { link } = station
  if (link.phase !== 'up') return
  const seen = decodeFromStation(station, link.ocpp, raw.text, step.around)
  switch (seen.kind) {
    case 'unpassable': {
      recordUnpassable(station, STATION, raw, seen.frame, seen.code, seen.detail, step)
      return
    }
    case 'answer': {
      const { frame, command, findings } = seen
      const to = command.origin.kind === 'backend' ? command.origin.backend : 'busbar'
      const latencyMs = step.now.mono - command.receivedMono
      const position = record(
        station.id,
        {
          from: STATION,
          to,
          ocpp: link.ocpp,
          raw,
          frame,
          action: command.action,
          ref: command.position,
          latencyMs,
          findings,
        },
        step,
      )
      answerOrigin(station, command, frame, raw, position, step)
      pumpToStation(station, step)
      return
    }
    case 'complaint': {
      const to = seen.about.origin?.kind === 'backend' ? seen.about.origin.backend : null
      record(station.id, plain(STATION, to, link.ocpp, raw, seen.frame, seen.about.position, seen.findings), step)
      if (to !== null && station.backend.phase === 'up') {
        step.effects.push({ kind: 'toBackend', backend: to, attempt: station.backend.attempt, frame: raw })
      }
      return
    }
    case 'call': {
      const { frame, findings } = seen
      const verdict = guardStationCall(link, frame)
      const to = verdict.pass ? routeFromStation(station) : null
      const position = record(station.id, plain(STATION, to, link.ocpp, raw, frame, null, findings), step)
      if (!verdict.pass) {
        recordFault(station.id, verdict.code, verdict.detail, {}, position, step)
        step.effects.push({
          kind: 'closeStation',
          epoch: link.epoch,
          code: 1008,
          reason: 'certificate of another station',
        })
        return
      }
      if (to === null) return
      const mended = normalise(raw)
      deliverToBackend(
        station,
        to,
        {
          position,
          type: frame.type,
          id: frame.id,
          wire: frame.id,
          action: frame.action,
          frame: mended.frame,
          receivedMono: step.now.mono,
          sentMono: 0,
        },
        step,
      )
    }
  }
}

/** A frame that arrived on the present link to the backend. */
export function frameFromBackend(station: Station, backend: string, raw: RawFrame, step: Step): void {
  const up = station.backend
  if (up.phase !== 'up') return
  const from = { name: backend, attempt: up.attempt }
  const seen = decodeFromBackend(station, up.ocpp, raw.text, step.around)
  switch (seen.kind) {
    case 'unpassable': {
      recordUnpassable(station, backend, raw, seen.frame, seen.code, seen.detail, step)
      return
    }
    case 'answer': {
      const { frame, call, findings } = seen
      const latencyMs = step.now.mono - call.receivedMono
      const position = record(
        station.id,
        {
          from: backend,
          to: STATION,
          ocpp: up.ocpp,
          raw,
          frame,
          action: call.action,
          ref: call.position,
          latencyMs,
          findings,
        },
        step,
      )
      answerStation(station, call, frame, raw, from, position, step)
      pumpToBackend(station, backend, step)
      return
    }
    case 'complaint': {
      const to = seen.about.origin?.kind === 'backend' ? STATION : null
      record(station.id, plain(backend, to, up.ocpp, raw, seen.frame, seen.about.position, seen.findings), step)
      if (to !== null && station.link.phase === 'up') {
        step.effects.push({ kind: 'toStation', epoch: station.link.epoch, frame: raw, hold: 0 })
      }
      return
    }
    case 'call': {
      const { frame, findings } = seen
      const { link } = station
      const to = link.phase === 'up' ? STATION : null
      const position = record(station.id, plain(backend, to, up.ocpp, raw, frame, null, findings), step)
      if (link.phase !== 'up') return
      if (frame.type === 'send') {
        step.effects.push({ kind: 'toStation', epoch: link.epoch, frame: raw, hold: 0 })
        return
      }
      const command = {
        origin: { kind: 'backend', backend, attempt: up.attempt } as const,
        id: frame.id,
        wire: frame.id,
        action: frame.action,
        position,
        frame: raw,
        receivedMono: step.now.mono,
        deadlineMono: commandDeadline(step.now.mono),
        sentMono: 0,
        givenUp: false,
      }
      if (!deliverToStation(station, command, step)) {
        refuseCommand(station, command, 'Not sent: too many commands wait for this station', step)
      }
    }
  }
}

function recordUnpassable(
  station: Station,
  from: string,
  raw: RawFrame,
  frame: Frame | null,
  code: FaultCode,
  detail: string,
  step: Step,
): void {
  const ocpp = station.link.phase === 'up' ? station.link.ocpp : null
  if (ocpp === null) return
  const position = record(station.id, plain(from, null, ocpp, raw, frame, null, null), step)
  recordFault(station.id, code, detail, { from }, position, step)
}

function plain(
  from: string,
  to: string | null,
  ocpp: Parameters<typeof record>[1]['ocpp'],
  raw: RawFrame,
  frame: Frame | null,
  ref: number | null,
  findings: readonly Finding[] | null,
): Parameters<typeof record>[1] {
  const action = frame !== null && (frame.type === 'call' || frame.type === 'send') ? frame.action : null
  return { from, to, ocpp, raw, frame, action, ref, latencyMs: null, findings }
}
