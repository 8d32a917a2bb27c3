// One plain sentence per entry of the journal: who did what to whom, how it went, how long it took. Sentences name no
// token and repeat no secret; they are for a person who reads down a timeline at night.

import { text } from '../base/unchecked.ts'
import {
  BUSBAR,
  type ChangeEntry,
  type DeliveryEntry,
  type Entry,
  type FrameEntry,
  type LinkEntry,
  type Party,
  payloadOf,
  STATION,
} from '../journal/entry.ts'
import { phraseOfCall, phraseOfResult } from './phrases.ts'

const MAX_REASON = 200

/** The sentence of an entry. */
export function sentenceOf(entry: Entry): string {
  switch (entry.kind) {
    case 'frame':
      return ofFrame(entry)
    case 'link':
      return entry.peer === STATION ? ofStationLink(entry) : ofBackendLink(entry)
    case 'delivery':
      return deliverySentences[entry.state](entry)
    case 'decision':
      return `Busbar decided ${entry.what}: ${entry.why}`
    case 'change':
      return ofChange(entry)
    case 'fault':
      return entry.text
  }
}

function nameOf(party: Party, station: string | null): string {
  if (party === STATION) return station ?? 'The station'
  return party === BUSBAR ? 'Busbar' : party
}

function ofFrame(entry: FrameEntry): string {
  const from = nameOf(entry.from, entry.station)
  const to = entry.to === null ? null : nameOf(entry.to, entry.station)
  const remark =
    entry.findings === null || entry.findings.length === 0 ? '' : ` (not as specified: ${entry.findings[0]!.detail})`
  return `${bare(entry, from, to)}${remark}`
}

function bare(entry: FrameEntry, from: string, to: string | null): string {
  const action = entry.action ?? 'an unknown action'
  const fate = to === null ? '; it was passed on to nobody' : ''
  switch (entry.type) {
    case null:
      return entry.raw === null
        ? `${from} sent a frame whose text could not be read`
        : `${from} sent a text that is no OCPP message${fate}`
    case 'call':
    case 'send': {
      if (entry.ref !== null) return `${action} of ${from} went to ${to ?? 'nobody'} in another form`
      const phrase = phraseOfCall(action, payloadOf(entry))
      if (to === null) return `${from} sent ${action}${phrase}${fate}`
      return `${from} ${informs.test(action) || entry.type === 'send' ? 'told' : 'asked'} ${to}: ${action}${phrase}`
    }
    case 'result': {
      if (isEcho(entry)) return `The answer of ${from} to ${action} went to ${to ?? 'nobody'} in another form`
      const phrase = phraseOfResult(action, payloadOf(entry))
      return `${from} answered ${action}${after(entry)}${phrase === '' ? '' : `: ${phrase}`}${fate}`
    }
    case 'error': {
      if (isEcho(entry)) return `The answer of ${from} to ${action} went to ${to ?? 'nobody'} in another form`
      return `${from} refused ${action}${after(entry)}${errorCode(entry)}${fate}`
    }
    case 'resultError':
      return `${from} could not use the answer to ${action}${errorCode(entry)}${fate}`
  }
}

/** Messages that tell rather than ask, by the way OCPP names them. */
const informs =
  /Notification$|^Notify|^Report|^MeterValues$|^TransactionEvent$|^StopTransaction$|^ReservationStatusUpdate$|^CostUpdated$/

/** An answer that was recorded before, under the id it came with. */
function isEcho(entry: FrameEntry): boolean {
  return entry.latencyMs === null && entry.ref !== null && entry.to !== null
}

function after(entry: FrameEntry): string {
  if (entry.latencyMs === null) return ''
  return entry.latencyMs < 10_000
    ? ` after ${Math.round(entry.latencyMs)} ms`
    : ` after ${Math.round(entry.latencyMs / 1000)} s`
}

/** The code alone: the description may repeat what was sent. */
function errorCode(entry: FrameEntry): string {
  if (entry.raw === null) return ''
  try {
    const envelope: unknown = JSON.parse(entry.raw)
    const code = Array.isArray(envelope) ? text(envelope[2], 60) : null
    return code === null || code === '' ? '' : `: ${code}`
  } catch {
    // An error entry whose text is not JSON has no code to show.
    return ''
  }
}

/** " (1006: reason)" with what is known of it. */
function because(entry: LinkEntry): string {
  const reason = text(entry.reason, MAX_REASON)
  const parts = [entry.code === null ? null : String(entry.code), reason === '' ? null : reason].filter(
    (part) => part !== null,
  )
  return parts.length === 0 ? '' : ` (${parts.join(': ')})`
}

/** " with OCPP 1.6", from the subprotocol's name. */
function version(entry: LinkEntry): string {
  return entry.ocpp === null ? '' : ` with OCPP ${entry.ocpp.slice('ocpp'.length)}`
}

function ofStationLink(entry: LinkEntry): string {
  const station = entry.station ?? 'A station'
  if (entry.state === 'refused') return `${station} was not let in${because(entry)}`
  if (entry.state === 'down') return `The connection of ${station} ended${because(entry)}`
  const from = entry.remote === null ? '' : ` from ${entry.remote}`
  const profile = entry.profile === null ? '' : `, security profile ${entry.profile}`
  return `${station} connected${version(entry)}${from}${profile}`
}

function ofBackendLink(entry: LinkEntry): string {
  if (entry.state === 'refused')
    return `${entry.peer} refused ${entry.station ?? 'the link'}${version(entry)}${because(entry)}`
  if (entry.state === 'down') return `The link to ${entry.peer} went down${because(entry)}`
  return `The link to ${entry.peer} came up${version(entry)}`
}

const deliverySentences: Readonly<Record<DeliveryEntry['state'], (entry: DeliveryEntry) => string>> = {
  owed: (entry) => `Message ${entry.ref} is owed to ${entry.backend}${reasonOf(entry)}`,
  acknowledged: (entry) => `${entry.backend} acknowledged message ${entry.ref}${reasonOf(entry)}`,
  retried: (entry) => `Message ${entry.ref} was sent to ${entry.backend} again${reasonOf(entry)}`,
  refused: (entry) => `${entry.backend} refused message ${entry.ref}${reasonOf(entry)}`,
  quarantined: (entry) => `Message ${entry.ref} for ${entry.backend} was put into quarantine${reasonOf(entry)}`,
  dropped: (entry) => `Message ${entry.ref} will not be delivered to ${entry.backend}${reasonOf(entry)}`,
}

function reasonOf(entry: DeliveryEntry): string {
  const reason = text(entry.reason, MAX_REASON)
  return reason === null || reason === '' ? '' : `: ${reason}`
}

function ofChange(entry: ChangeEntry): string {
  const where = entry.ref === null ? '' : ` (message ${entry.ref})`
  return `${entry.by} changed ${entry.what}${where}`
}
