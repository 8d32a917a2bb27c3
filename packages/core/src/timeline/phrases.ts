// What a message says, in a few words behind its action: "on connector 1 with a token". One row per action that has
// something worth saying at a glance; no row ever shows a token, because everyone reads these sentences. Field names of
// all versions stand side by side, since a phrase is only a courtesy and a wrong type just leaves it out.

import { newReading, readSamples } from '../base/meter-reading.ts'
import { type Fields, fields, list, ordinal, text } from '../base/unchecked.ts'

type Phrase = (payload: Fields) => string

const MAX_WORD = 80

/** Words behind the action of a call; '' when there is nothing to say. */
export function phraseOfCall(action: string, payload: unknown): string {
  const read = fields(payload)
  return read === null ? '' : (callPhrases.get(action)?.(read) ?? '')
}

/** Words behind an answer, such as "Accepted, transaction 17"; '' when there is nothing to say. */
export function phraseOfResult(action: string, payload: unknown): string {
  const read = fields(payload)
  if (read === null) return ''
  const status =
    word(read.status) ?? word(fields(read.idTagInfo)?.status) ?? word(fields(read.idTokenInfo)?.status) ?? null
  const id = read.transactionId
  const transaction =
    action === 'StartTransaction' && (typeof id === 'number' || typeof id === 'string')
      ? `transaction ${String(id).slice(0, MAX_WORD)}`
      : null
  return [status, transaction].filter((part) => part !== null).join(', ')
}

function word(value: unknown): string | null {
  return text(value, MAX_WORD)
}

/** " for X", " is X" and the like, or nothing. */
function put(before: string, value: string | number | null, after = ''): string {
  return value === null || value === '' ? '' : `${before}${value}${after}`
}

/** "on connector 1", "on EVSE 1 connector 2", "of the station as a whole" or nothing. */
function place(payload: Fields, preposition = 'on'): string {
  const evse = fields(payload.evse)
  const evseNumber = ordinal(payload.evseId) ?? ordinal(evse?.id)
  const connector = ordinal(payload.connectorId) ?? ordinal(evse?.connectorId)
  if (evseNumber !== null && evseNumber > 0) return ` ${preposition} EVSE ${evseNumber}${put(' connector ', connector)}`
  if (evseNumber === 0 || connector === 0) return ' for the station as a whole'
  return put(` ${preposition} connector `, connector)
}

function token(payload: Fields): string {
  const has = typeof payload.idTag === 'string' || fields(payload.idToken) !== null
  return has ? ' with a token' : ''
}

const reading = newReading()

/** The newest reading of a list of meter values. */
function meter(meterValues: unknown): string {
  const newest = fields(list(meterValues).at(-1))
  if (newest === null) return ''
  readSamples(newest.sampledValue, reading)
  const { powerW, energyWh, beginWh } = reading
  const energy = energyWh ?? beginWh
  const parts = [powerW === null ? null : `${powerW} W`, energy === null ? null : `meter at ${energy} Wh`]
  const said = parts.filter((part) => part !== null).join(', ')
  return said === '' ? '' : `: ${said}`
}

function boot(payload: Fields): string {
  const station = fields(payload.chargingStation)
  const vendor = word(payload.chargePointVendor) ?? word(station?.vendorName)
  const model = word(payload.chargePointModel) ?? word(station?.model)
  const firmware = word(payload.firmwareVersion) ?? word(station?.firmwareVersion)
  return `${put(' as ', [vendor, model].filter((part) => part !== null).join(' '))}${put(', firmware ', firmware)}${put(' (', word(payload.reason), ')')}`
}

function status(payload: Fields): string {
  const error = word(payload.errorCode)
  const name = word(payload.status) ?? word(payload.connectorStatus)
  return `${place(payload)}${put(': ', name)}${error === 'NoError' ? '' : put(' (', error, ')')}`
}

function transactionEvent(payload: Fields): string {
  const info = fields(payload.transactionInfo)
  const why = word(payload.triggerReason)
  const state = word(info?.chargingState)
  const stopped = word(info?.stoppedReason)
  const offline = payload.offline === true ? ', recorded offline' : ''
  return `${put(' ', word(payload.eventType))}${place(payload)}${token(payload)}${put(' because of ', why)}${put(', ', state)}${put(', stopped: ', stopped)}${offline}${meter(payload.meterValue)}`
}

function profile(payload: Fields): string {
  const of = fields(payload.csChargingProfiles) ?? fields(payload.chargingProfile)
  if (of === null) return place(payload)
  const schedule = fields(of.chargingSchedule) ?? fields(list(of.chargingSchedule)[0])
  const period = fields(list(schedule?.chargingSchedulePeriod)[0])
  const limit =
    typeof period?.limit === 'number' ? `${period.limit} ${word(schedule?.chargingRateUnit) ?? ''}`.trimEnd() : null
  return `${place(payload)}${put(': ', word(of.chargingProfilePurpose))}${put(' at ', limit)}`
}

const statusOnly: Phrase = (payload) => put(': ', word(payload.status))
const placeOnly: Phrase = (payload) => place(payload)
const tokenAndPlace: Phrase = (payload) => `${place(payload)}${token(payload)}`

const callPhrases: ReadonlyMap<string, Phrase> = new Map<string, Phrase>([
  ['BootNotification', boot],
  ['StatusNotification', status],
  ['MeterValues', (payload) => `${place(payload)}${meter(payload.meterValue)}`],
  [
    'StartTransaction',
    (payload) => `${tokenAndPlace(payload)}${put(', meter at ', ordinal(payload.meterStart), ' Wh')}`,
  ],
  [
    'StopTransaction',
    (payload) =>
      ` of transaction ${String(ordinal(payload.transactionId) ?? 'without a valid id')}${put(', meter at ', ordinal(payload.meterStop), ' Wh')}${put(', reason ', word(payload.reason))}`,
  ],
  ['TransactionEvent', transactionEvent],
  ['Authorize', (payload) => token(payload)],
  ['FirmwareStatusNotification', statusOnly],
  ['SignedFirmwareStatusNotification', statusOnly],
  ['DiagnosticsStatusNotification', statusOnly],
  ['LogStatusNotification', statusOnly],
  ['SecurityEventNotification', (payload) => put(': ', word(payload.type))],
  ['DataTransfer', (payload) => `${put(' of ', word(payload.vendorId))}${put(', ', word(payload.messageId))}`],
  ['SetChargingProfile', profile],
  ['ClearChargingProfile', placeOnly],
  ['RemoteStartTransaction', tokenAndPlace],
  ['RequestStartTransaction', tokenAndPlace],
  ['RemoteStopTransaction', (payload) => put(' of transaction ', ordinal(payload.transactionId))],
  ['RequestStopTransaction', (payload) => put(' of transaction ', word(payload.transactionId))],
  ['ReserveNow', tokenAndPlace],
  ['UnlockConnector', placeOnly],
  [
    'ChangeAvailability',
    (payload) => `${place(payload)}${put(' to ', word(payload.type) ?? word(payload.operationalStatus))}`,
  ],
  ['ChangeConfiguration', (payload) => put(' of ', word(payload.key))],
  ['Reset', (payload) => put(': ', word(payload.type))],
  ['TriggerMessage', (payload) => `${put(' for ', word(payload.requestedMessage))}${place(payload)}`],
  ['ExtendedTriggerMessage', (payload) => `${put(' for ', word(payload.requestedMessage))}${place(payload)}`],
  ['SendLocalList', (payload) => put(', version ', ordinal(payload.listVersion) ?? ordinal(payload.versionNumber))],
])
