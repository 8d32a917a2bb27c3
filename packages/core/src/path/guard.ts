// Fourth stage: may this message pass? It may tighten what the other side allows, never loosen it. Today one rule of the
// specification stands here: under security profile 3 the serial number a station gives at boot must be the one in its
// certificate (2.0.1 B01.FR.11 and B01.FR.12; 1.6 security whitepaper). User rules and session protection join it later.

import type { CallFrame } from '@busbar/ocpp/frame.ts'
import type { FaultCode } from '../base/fault.ts'
import type { StationUp } from '../station/station.ts'

export type Verdict =
  | { readonly pass: true }
  /** The connection is closed and the message goes nowhere. */
  | { readonly pass: false; readonly code: FaultCode; readonly detail: string }

const pass: Verdict = { pass: true }

/** Judges a call of the station. */
export function guardStationCall(link: StationUp, frame: CallFrame): Verdict {
  if (link.certificateSerial === null || frame.action !== 'BootNotification') return pass
  const serials = serialNumbersAtBoot(frame.payload)
  if (serials.length === 0 || serials.includes(link.certificateSerial)) return pass
  const detail = `the certificate names ${link.certificateSerial}, the station ${serials.join(' and ')}`
  return { pass: false, code: 'BB-LINK-007', detail }
}

/** 1.6 has two serial numbers, of the charge point and of the box it stands in; 2.x has one inside chargingStation. */
function serialNumbersAtBoot(payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null) return []
  const boot = payload as Record<string, unknown>
  const station = boot['chargingStation']
  const named = [
    boot['chargePointSerialNumber'],
    boot['chargeBoxSerialNumber'],
    typeof station === 'object' && station !== null ? (station as Record<string, unknown>)['serialNumber'] : undefined,
  ]
  return named.filter((serial): serial is string => typeof serial === 'string' && serial !== '')
}
