// Second stage: remember. The text goes into the journal as it came, before any later stage may act on it; secrets alone
// are replaced first. Whom it is for, what it answers and how long that took stand beside it.

import type { Frame } from '@busbar/ocpp/frame.ts'
import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import type { FaultCode } from '../base/fault.ts'
import type { Position } from '../base/moment.ts'
import type { Finding, FrameEntry, Party } from '../journal/entry.ts'
import { redactSecrets } from '../journal/redact.ts'
import { append, type Step } from '../station/effect.ts'
import type { FrameLoss, RawFrame } from '../station/input.ts'

export interface Remembered {
  readonly from: Party
  /** null: passed on to nobody. */
  readonly to: Party | null
  /** null when the connection it came over had ended. */
  readonly ocpp: Subprotocol | null
  readonly raw: RawFrame
  /** null when nothing of it could be read. */
  readonly frame: Frame | null
  /** The action; for answers that of their call. */
  readonly action: string | null
  readonly ref: Position | null
  readonly latencyMs: number | null
  readonly findings: readonly Finding[] | null
}

/**
 * Appends a frame's entry.
 * @returns its position
 */
export function record(station: string, seen: Remembered, step: Step): Position {
  const { raw, frame } = seen
  const payload = frame !== null && 'payload' in frame ? frame.payload : undefined
  const type = frame === null ? null : frame.type
  const text = redactSecrets({ text: raw.text, type, action: seen.action, payload })
  const redacted = text !== raw.text
  const entry: FrameEntry = {
    kind: 'frame',
    at: step.now.at,
    station,
    from: seen.from,
    to: seen.to,
    type,
    messageId: frame === null ? null : frame.id.key,
    action: seen.action,
    ocpp: seen.ocpp,
    raw: text,
    bytes: redacted || raw.bytes === null ? undefined : raw.bytes,
    // A redacted text is read again by whoever needs its payload, so that the secret does not travel beside it.
    payload: redacted ? undefined : payload,
    redacted,
    ref: seen.ref,
    latencyMs: seen.latencyMs,
    findings: seen.findings,
  }
  return append(step, entry)
}

/** Records a frame whose text cannot be had (trap T27), and the fault that says so. */
export function recordLoss(station: string, from: Party, ocpp: Subprotocol, loss: FrameLoss, step: Step): Position {
  const position = append(step, {
    kind: 'frame',
    at: step.now.at,
    station,
    from,
    to: null,
    type: null,
    messageId: null,
    action: null,
    ocpp,
    raw: null,
    redacted: false,
    ref: null,
    latencyMs: null,
    findings: null,
  })
  recordFault(
    station,
    'BB-FRAME-005',
    `${loss.what}: ${loss.detail}`,
    { from, what: loss.what, size: loss.size },
    position,
    step,
  )
  return position
}

/** Records that something is wrong, with the position that shows it. */
export function recordFault(
  station: string,
  code: FaultCode,
  text: string,
  detail: Readonly<Record<string, unknown>>,
  ref: Position | null,
  step: Step,
): Position {
  return append(step, { kind: 'fault', at: step.now.at, station, code, text, detail, ref })
}
