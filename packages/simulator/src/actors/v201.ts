// The station's side of OCPP 2.0.1: how it says things, and how it answers every command a backend may send.

import type { Profile } from './charging-profile.ts'
import { getVariables, report, setVariables } from './device-model.ts'
import { asList, asNumber, asObject, asText, asTime, type Json, timeText } from './envelope.ts'
import { say } from './station-calls.ts'
import {
  answer,
  beginFirmware,
  beginUpload,
  cancelReservation,
  changeAvailability,
  clearProfiles,
  composite,
  connectorWithTransaction,
  malformed,
  remoteStart,
  remoteStop,
  reserve,
  reset,
  resetWhenIdle,
  setProfile,
  takeLocalList,
  trigger,
} from './station-commands.ts'
import {
  type Command,
  type Connector,
  connectorOf,
  type Reading,
  type Station,
  type StationDialect,
  type Status,
  type StopReason,
  stationTime,
  type Token,
  type TransactionMessage,
} from './station-state.ts'

const stopReasons: Readonly<Record<StopReason, string>> = {
  local: 'Local',
  remote: 'Remote',
  carLeft: 'EVDisconnected',
  softReset: 'ImmediateReset',
  hardReset: 'ImmediateReset',
  deauthorised: 'DeAuthorized',
  unlock: 'Other',
}

/** Five states of a connector in 2.x for the nine of 1.6. */
const connectorStates: Readonly<Record<Status, string>> = {
  Available: 'Available',
  Preparing: 'Occupied',
  Charging: 'Occupied',
  SuspendedEVSE: 'Occupied',
  SuspendedEV: 'Occupied',
  Finishing: 'Occupied',
  Reserved: 'Reserved',
  Unavailable: 'Unavailable',
  Faulted: 'Faulted',
}

function chargingState(message: TransactionMessage): string {
  if (message.reason === 'carLeft') return 'Idle'
  switch (message.state) {
    case 'Charging':
    case 'SuspendedEV':
    case 'SuspendedEVSE':
      return message.state
    case 'Faulted':
      return 'SuspendedEVSE'
    default:
      return 'EVConnected'
  }
}

function writeToken(token: Token): Json {
  return { idToken: token.id, type: token.type }
}

function sampledValues(reading: Reading, context: string): Json[] {
  const values: Json[] = [
    { value: reading.energyWh, context, measurand: 'Energy.Active.Import.Register', unitOfMeasure: { unit: 'Wh' } },
    { value: reading.powerW, context, measurand: 'Power.Active.Import', unitOfMeasure: { unit: 'W' } },
    { value: reading.offeredA, context, measurand: 'Current.Offered', unitOfMeasure: { unit: 'A' } },
  ]
  reading.currentsA.forEach((value, index) => {
    const phase = `L${index + 1}`
    values.push({ value, context, measurand: 'Current.Import', phase, unitOfMeasure: { unit: 'A' } })
    const volts = reading.volts[index] ?? 0
    values.push({ value: volts, context, measurand: 'Voltage', phase: `${phase}-N`, unitOfMeasure: { unit: 'V' } })
  })
  if (reading.soc !== null) {
    values.push({ value: reading.soc, context, measurand: 'SoC', location: 'EV', unitOfMeasure: { unit: 'Percent' } })
  }
  return values
}

function meterValue(reading: Reading, context: string, at: number): Json[] {
  return [{ timestamp: timeText(at), sampledValue: sampledValues(reading, context) }]
}

function readingContext(message: TransactionMessage): string {
  if (message.event === 'started') return 'Transaction.Begin'
  if (message.event === 'ended') return 'Transaction.End'
  if (message.trigger === 'Trigger') return 'Trigger'
  return message.trigger === 'MeterValuePeriodic' ? 'Sample.Periodic' : 'Other'
}

function transaction(message: TransactionMessage): { action: string; payload: Json } {
  const { session } = message
  const started = message.event === 'started'
  const first = started
    ? {
        evse: { id: session.connector, connectorId: 1 },
        idToken: writeToken(session.token),
        numberOfPhasesUsed: message.phases,
        ...(session.reservation === null ? {} : { reservationId: session.reservation }),
      }
    : {}
  return {
    action: 'TransactionEvent',
    payload: {
      eventType: started ? 'Started' : message.event === 'updated' ? 'Updated' : 'Ended',
      timestamp: timeText(message.at),
      triggerReason: message.trigger,
      seqNo: message.seqNo,
      ...(message.offline ? { offline: true } : {}),
      transactionInfo: {
        transactionId: session.key,
        chargingState: chargingState(message),
        ...(message.event === 'ended' ? { stoppedReason: stopReasons[message.reason ?? 'local'] } : {}),
        ...(started && session.remoteStartId !== null ? { remoteStartId: session.remoteStartId } : {}),
      },
      ...first,
      ...(message.stopToken === null ? {} : { idToken: writeToken(message.stopToken) }),
      meterValue: meterValue(message.reading, readingContext(message), message.at),
    },
  }
}

const purposes: Readonly<Record<string, Profile['purpose']>> = {
  ChargingStationMaxProfile: 'station',
  TxDefaultProfile: 'default',
  TxProfile: 'transaction',
}

/** Reads a ChargingProfileType; null when it lacks what it must have or has a purpose a backend may not set. */
function readProfile(value: unknown, connector: number): Profile | null {
  const profile = asObject(value)
  const schedule = asObject(asList(profile.chargingSchedule)[0])
  const id = asNumber(profile.id)
  const purpose = purposes[asText(profile.chargingProfilePurpose)]
  if (id === null || purpose === undefined) return null
  const kind = asText(profile.chargingProfileKind).toLowerCase()
  const seconds = asNumber(schedule.duration)
  return {
    id,
    connector,
    stack: asNumber(profile.stackLevel) ?? 0,
    purpose,
    kind: kind === 'recurring' || kind === 'relative' ? kind : 'absolute',
    everyMs: kind === 'recurring' ? (profile.recurrencyKind === 'Weekly' ? 604_800_000 : 86_400_000) : null,
    validFrom: asTime(profile.validFrom),
    validTo: asTime(profile.validTo),
    transaction: typeof profile.transactionId === 'string' ? profile.transactionId : null,
    startAt: asTime(schedule.startSchedule),
    durationMs: seconds === null ? null : seconds * 1000,
    unit: schedule.chargingRateUnit === 'W' ? 'W' : 'A',
    periods: asList(schedule.chargingSchedulePeriod).map((entry) => {
      const period = asObject(entry)
      // 2.1 may name a set point instead of a limit; a car that only charges keeps below either.
      const limit = asNumber(period.limit) ?? asNumber(period.setpoint) ?? Number.POSITIVE_INFINITY
      return { start: asNumber(period.startPeriod) ?? 0, limit, phases: asNumber(period.numberPhases) }
    }),
    source: value,
  }
}

/** The connector a message means by its EVSE; null for the station as a whole. */
function evseId(payload: Json): number | null {
  return asNumber(asObject(payload.evse).id)
}

const rejected: Command = () => answer({ status: 'Rejected' })
const accepted: Command = () => answer({ status: 'Accepted' })

function chargingProfilesReport(station: Station, payload: Json): 'Accepted' | 'NoProfiles' {
  const criterion = asObject(payload.chargingProfile)
  const wantedEvse = asNumber(payload.evseId)
  const ids = asList(criterion.chargingProfileId)
  const found = station.profiles.filter(
    (profile) =>
      (wantedEvse === null || profile.connector === wantedEvse) &&
      (ids.length === 0 || ids.includes(profile.id)) &&
      (criterion.stackLevel === undefined || criterion.stackLevel === profile.stack) &&
      (criterion.chargingProfilePurpose === undefined ||
        purposes[asText(criterion.chargingProfilePurpose)] === profile.purpose),
  )
  const evses = [...new Set(found.map((profile) => profile.connector))]
  evses.forEach((evse, index) => {
    const chargingProfile = found.filter((profile) => profile.connector === evse).map((profile) => profile.source)
    say(station, {
      action: 'ReportChargingProfiles',
      payload: {
        requestId: asNumber(payload.requestId) ?? 0,
        chargingLimitSource: 'CSO',
        evseId: evse,
        tbc: index < evses.length - 1,
        chargingProfile,
      },
    })
  })
  return found.length === 0 ? 'NoProfiles' : 'Accepted'
}

/** Commands of 2.0.1; 2.1 adds to them and replaces a few. */
export const commands201: Readonly<Record<string, Command>> = {
  CancelReservation: (station, payload, step) => {
    const id = asNumber(payload.reservationId)
    if (id === null) return malformed(station, 'reservationId is missing')
    return answer({ status: cancelReservation(station, id, step) ? 'Accepted' : 'Rejected' })
  },
  CertificateSigned: accepted,
  ChangeAvailability: (station, payload, step) => {
    const operative = payload.operationalStatus === 'Operative'
    return answer({ status: changeAvailability(station, evseId(payload) ?? 0, operative, step) })
  },
  ClearCache: accepted,
  ClearChargingProfile: (station, payload, step) => {
    const id = asNumber(payload.chargingProfileId)
    const criteria = asObject(payload.chargingProfileCriteria)
    const evse = asNumber(criteria.evseId)
    const stack = asNumber(criteria.stackLevel)
    const purpose = purposes[asText(criteria.chargingProfilePurpose)]
    const cleared = clearProfiles(
      station,
      (profile) =>
        (id === null || profile.id === id) &&
        (evse === null || profile.connector === evse) &&
        (stack === null || profile.stack === stack) &&
        (purpose === undefined || profile.purpose === purpose),
      step,
    )
    return answer({ status: cleared > 0 ? 'Accepted' : 'Unknown' })
  },
  ClearDisplayMessage: () => answer({ status: 'Unknown' }),
  ClearVariableMonitoring: (_station, payload) =>
    answer({ clearMonitoringResult: asList(payload.id).map((id) => ({ status: 'NotFound', id })) }),
  CostUpdated: () => answer({}),
  CustomerInformation: rejected,
  DataTransfer: (station, payload) =>
    answer({ status: payload.vendorId === station.options.vendor ? 'UnknownMessageId' : 'UnknownVendorId' }),
  DeleteCertificate: () => answer({ status: 'NotFound' }),
  GetBaseReport: (station, payload, step) => {
    const requestId = asNumber(payload.requestId)
    if (requestId === null) return malformed(station, 'requestId is missing')
    if (payload.reportBase === 'SummaryInventory') return answer({ status: 'NotSupported' })
    report(station, requestId, [], step)
    return answer({ status: 'Accepted' })
  },
  GetChargingProfiles: (station, payload) => answer({ status: chargingProfilesReport(station, payload) }),
  GetCompositeSchedule: (station, payload, step) => {
    const id = asNumber(payload.evseId)
    const duration = asNumber(payload.duration)
    if (id === null || duration === null) return malformed(station, 'evseId or duration is missing')
    const unit = payload.chargingRateUnit === 'W' ? 'W' : 'A'
    const schedule = composite(station, id, duration, unit, step)
    if (schedule === null) return answer({ status: 'Rejected' })
    return answer({
      status: 'Accepted',
      schedule: {
        evseId: id,
        duration,
        scheduleStart: schedule.startAt,
        chargingRateUnit: unit,
        chargingSchedulePeriod: schedule.periods,
      },
    })
  },
  GetDisplayMessages: () => answer({ status: 'Unknown' }),
  GetInstalledCertificateIds: () => answer({ status: 'NotFound' }),
  GetLocalListVersion: (station) => answer({ versionNumber: station.localListVersion }),
  GetLog: (station, payload, step) => {
    const requestId = asNumber(payload.requestId)
    if (requestId === null) return malformed(station, 'requestId is missing')
    return answer({ status: 'Accepted', filename: beginUpload(station, requestId, false, step) })
  },
  GetMonitoringReport: () => answer({ status: 'EmptyResultSet' }),
  GetReport: (station, payload, step) => {
    const requestId = asNumber(payload.requestId)
    if (requestId === null) return malformed(station, 'requestId is missing')
    const found = report(station, requestId, payload.componentVariable, step)
    return answer({ status: found ? 'Accepted' : 'EmptyResultSet' })
  },
  GetTransactionStatus: (station, payload) => {
    if (payload.transactionId === undefined) return answer({ messagesInQueue: station.transactions.length > 0 })
    const id = asText(payload.transactionId)
    return answer({
      ongoingIndicator: connectorWithTransaction(station, id) !== null,
      messagesInQueue: station.transactions.some((message) => message.session.key === id),
    })
  },
  GetVariables: (station, payload) =>
    answer({ getVariableResult: getVariables(station, asList(payload.getVariableData)) }),
  InstallCertificate: accepted,
  PublishFirmware: rejected,
  RequestStartTransaction: (station, payload, step) => {
    const { idToken, type } = asObject(payload.idToken)
    const id = asNumber(payload.remoteStartId)
    if (typeof idToken !== 'string' || id === null) return malformed(station, 'idToken or remoteStartId is missing')
    const profile = payload.chargingProfile === undefined ? null : readProfile(payload.chargingProfile, 0)
    const token = { id: idToken, type: asText(type) }
    const chosen = remoteStart(station, asNumber(payload.evseId), token, id, profile, step)
    if (chosen === null) return answer({ status: 'Rejected' })
    const running: Connector = chosen
    return answer(
      running.session === null ? { status: 'Accepted' } : { status: 'Accepted', transactionId: running.session.key },
    )
  },
  RequestStopTransaction: (station, payload, step) =>
    answer({ status: remoteStop(station, asText(payload.transactionId), step) ? 'Accepted' : 'Rejected' }),
  ReserveNow: (station, payload, step) => {
    const id = asNumber(payload.id)
    const until = asTime(payload.expiryDateTime)
    if (id === null || until === null) return malformed(station, 'id or expiryDateTime is missing')
    const reservation = { id, token: asText(asObject(payload.idToken).idToken), until }
    return answer({ status: reserve(station, asNumber(payload.evseId), reservation, step) })
  },
  Reset: (station, payload, step) => {
    // The simulated stations restart as a whole only.
    if (payload.evseId !== undefined) return answer({ status: 'Rejected' })
    const charging = station.connectors.some((connector) => connector.session !== null)
    if (payload.type === 'OnIdle' && charging) {
      resetWhenIdle(station, 'ScheduledReset', step)
      return answer({ status: 'Scheduled' })
    }
    reset(station, true, 'RemoteReset', step)
    return answer({ status: 'Accepted' })
  },
  SendLocalList: (station, payload) => {
    const version = asNumber(payload.versionNumber)
    if (version === null) return malformed(station, 'versionNumber is missing')
    const entries = asList(payload.localAuthorizationList).map((entry) => {
      const { idToken, idTokenInfo } = asObject(entry)
      const status = idTokenInfo === undefined ? null : asText(asObject(idTokenInfo).status)
      return { token: asText(asObject(idToken).idToken), status }
    })
    return answer({ status: takeLocalList(station, version, payload.updateType === 'Full', entries) })
  },
  SetChargingProfile: (station, payload, step) => {
    const profile = readProfile(payload.chargingProfile, asNumber(payload.evseId) ?? 0)
    const set = profile !== null && setProfile(station, profile, step)
    return answer({ status: set ? 'Accepted' : 'Rejected' })
  },
  SetDisplayMessage: rejected,
  SetMonitoringBase: () => answer({ status: 'NotSupported' }),
  SetMonitoringLevel: rejected,
  SetNetworkProfile: rejected,
  SetVariableMonitoring: (_station, payload) =>
    answer({
      setMonitoringResult: asList(payload.setMonitoringData).map((entry) => {
        const { type, severity, component, variable } = asObject(entry)
        return { status: 'UnsupportedMonitorType', type, severity, component, variable }
      }),
    }),
  SetVariables: (station, payload) =>
    answer({ setVariableResult: setVariables(station, asList(payload.setVariableData)) }),
  TriggerMessage: (station, payload, step) => {
    const outcome = trigger(station, asText(payload.requestedMessage), evseId(payload), step)
    return answer({ status: outcome === null ? 'NotImplemented' : outcome ? 'Accepted' : 'Rejected' })
  },
  UnlockConnector: (station, payload) => {
    const connector = connectorOf(station, asNumber(payload.evseId))
    if (connector === null) return answer({ status: 'UnknownConnector' })
    return answer({ status: connector.session === null ? 'Unlocked' : 'OngoingAuthorizedTransaction' })
  },
  UnpublishFirmware: () => answer({ status: 'NoFirmware' }),
  UpdateFirmware: (station, payload, step) => {
    const requestId = asNumber(payload.requestId)
    if (requestId === null) return malformed(station, 'requestId is missing')
    const from = asTime(asObject(payload.firmware).retrieveDateTime) ?? 0
    beginFirmware(station, requestId, from - stationTime(station, step), step)
    return answer({ status: 'Accepted' })
  },
}

export const station201: StationDialect = {
  ocpp: 'ocpp2.0.1',
  statusConnectors: (station) => station.connectors.map((connector) => connector.id),
  boot: (station, reason) => ({
    action: 'BootNotification',
    payload: {
      reason,
      chargingStation: {
        vendorName: station.options.vendor,
        model: station.options.model,
        serialNumber: station.options.serial,
        firmwareVersion: station.firmware,
      },
    },
  }),
  status: (station, id, at) => ({
    action: 'StatusNotification',
    payload: {
      timestamp: timeText(at),
      connectorStatus: connectorStates[connectorOf(station, id)?.status ?? 'Available'],
      evseId: id,
      connectorId: 1,
    },
  }),
  statusName: (connector) => connectorStates[connector.status],
  authorise: (token) => ({ action: 'Authorize', payload: { idToken: writeToken(token) } }),
  tells: () => true,
  transaction: (_station, message) => transaction(message),
  readings: (_station, connector, reading, at) => ({
    action: 'MeterValues',
    payload: { evseId: connector.id, meterValue: meterValue(reading, 'Trigger', at) },
  }),
  firmwareStatus: (status, requestId) => ({
    action: 'FirmwareStatusNotification',
    payload: requestId === null ? { status } : { status, requestId },
  }),
  logStatus: (status, requestId) => ({
    action: 'LogStatusNotification',
    payload: requestId === null ? { status } : { status, requestId },
  }),
  verdict: (_purpose, payload) => {
    const info = asObject(payload.idTokenInfo)
    return { accepted: typeof info.status === 'string' ? info.status === 'Accepted' : null, transactionId: null }
  },
  backendGivesIds: false,
  commands: commands201,
  formatError: 'FormatViolation',
  openStream: null,
  streamData: null,
}
