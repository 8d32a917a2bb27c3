// The life of a station's own connection. The newest authenticated connection wins: an older one is closed in its own
// epoch and nothing it still says reaches the new one (trap T18).

import { abandonCommands, type PendingCommand } from '../command/in-flight.ts'
import { STATION } from '../journal/entry.ts'
import { abandon } from '../outbox/outbox.ts'
import { refuseCommand } from '../path/answer.ts'
import { drop } from '../path/deliver.ts'
import { recordFault } from '../path/record.ts'
import { adoptDialled, dialBackend, hangUpBackend, sendableCode } from './backend-link.ts'
import { append, type Step } from './effect.ts'
import type { StationInput } from './input.ts'
import { awayLink, type Station } from './station.ts'

type Of<K extends StationInput['kind']> = Extract<StationInput, { readonly kind: K }>

/** A connection was admitted. */
export function stationUp(station: Station, input: Of<'stationUp'>, step: Step): void {
  const old = station.link
  if (old.phase === 'up') {
    const reason = 'replaced by a newer connection'
    endConnection(station, 1000, reason, step)
    step.effects.push({ kind: 'closeStation', epoch: old.epoch, code: 1000, reason })
  }
  station.route = input.route
  station.link = {
    phase: 'up',
    epoch: input.epoch,
    ocpp: input.ocpp,
    canChangeVersion: input.offered.length > 1,
    certificateSerial: input.certificateSerial,
    answeredByBackend: null,
    answeredByStation: null,
    closeWhenIdle: false,
  }
  const { remote, profile, ocpp } = input
  append(step, {
    kind: 'link',
    at: step.now.at,
    station: station.id,
    peer: STATION,
    state: 'up',
    code: null,
    reason: null,
    ocpp,
    remote,
    profile,
  })
  if (input.route === null) {
    recordFault(station.id, 'BB-ROUTE-001', `No route matches ${station.id}.`, {}, null, step)
    return
  }
  if (input.dialled !== null && input.dialled.backend === input.route.primary)
    adoptDialled(station, input.dialled, step)
  else dialBackend(station, 0, step)
}

/** A connection ended; news of one that was replaced says nothing. */
export function stationDown(station: Station, input: Of<'stationDown'>, step: Step): void {
  if (station.link.phase !== 'up' || station.link.epoch !== input.epoch) return
  endConnection(station, input.code, input.reason, step)
}

/** What the end of a connection means for everything that was open on it. */
function endConnection(station: Station, code: number, reason: string, step: Step): void {
  const { link } = station
  if (link.phase !== 'up') return
  append(step, {
    kind: 'link',
    at: step.now.at,
    station: station.id,
    peer: STATION,
    state: 'down',
    code,
    reason,
    ocpp: link.ocpp,
    remote: null,
    profile: null,
  })
  // Commands first, while their backend can still be told (trap T30).
  const { sent, unsent } = abandonCommands(station.commands)
  for (const command of sent)
    endCommand(station, command, 'uncertain', 'The station went away before it answered', step)
  for (const command of unsent) endCommand(station, command, 'notSent', 'Not sent: the station went away', step)
  // The station was given no answer for these, so it still holds them and says them again by its own rules.
  const backend = station.route?.primary
  for (const call of abandon(station.outbox)) {
    if (backend !== undefined)
      drop(station.id, backend, call.position, 'the station left before it was answered and keeps the message', step)
  }
  station.link = awayLink
  hangUpBackend(station, sendableCode(code), 'the station went away', step)
}

/** Ends a command that will get no answer any more. */
export function endCommand(
  station: Station,
  command: PendingCommand,
  fate: 'uncertain' | 'notSent',
  reason: string,
  step: Step,
): void {
  if (command.origin.kind === 'api') {
    step.effects.push({ kind: 'askEnded', askId: command.origin.askId, outcome: { outcome: fate, reason } })
  } else refuseCommand(station, command, reason, step)
}
