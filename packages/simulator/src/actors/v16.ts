// The station's side of OCPP 1.6: how it says things, and how it answers every command of the core profile, the optional
// profiles and the security extension.

import type { Profile } from './charging-profile.ts'
import { asList, asNumber, asObject, asText, asTime, type Json, timeText } from './envelope.ts'
import {
  fixed,
  heartbeatInterval,
  kept,
  messageTimeout,
  type Setting,
  sampleInterval,
  transactionAttempts,
  transactionRetryInterval,
} from './settings.ts'
import {
  answer,
  beginFirmware,
  beginUpload,
  cancelReservation,
  changeAvailability,
  clearProfiles,
  composite,
  malformed,
  remoteStart,
  remoteStop,
  reserve,
  reset,
  setProfile,
  takeLocalList,
  trigger,
} from './station-commands.ts'
import { stopSession } from './station-sessions.ts'
import {
  type Command,
  connectorOf,
  type Reading,
  type StationDialect,
  type StopReason,
  stationTime,
  type TransactionMessage,
} from './station-state.ts'

const stopReasons: Readonly<Record<StopReason, string>> = {
  local: 'Local',
  remote: 'Remote',
  carLeft: 'EVDisconnected',
  softReset: 'SoftReset',
  hardReset: 'HardReset',
  deauthorised: 'DeAuthorized',
  unlock: 'UnlockCommand',
}

const keys: Readonly<Record<string, Setting>> = {
  AuthorizeRemoteTxRequests: fixed('false', 'boolean'),
  ClockAlignedDataInterval: kept('ClockAlignedDataInterval', '0', 'integer'),
  ConnectionTimeOut: kept('ConnectionTimeOut', '60', 'integer'),
  GetConfigurationMaxKeys: fixed('50', 'integer'),
  HeartbeatInterval: heartbeatInterval,
  LocalAuthorizeOffline: kept('LocalAuthorizeOffline', 'true', 'boolean'),
  LocalAuthListEnabled: kept('LocalAuthListEnabled', 'true', 'boolean'),
  LocalAuthListMaxLength: fixed('500', 'integer'),
  MessageTimeout: messageTimeout,
  MeterValuesSampledData: kept(
    'MeterValuesSampledData',
    'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Current.Offered,SoC',
  ),
  MeterValueSampleInterval: sampleInterval,
  NumberOfConnectors: fixed((station) => String(station.connectors.length), 'integer'),
  ResetRetries: kept('ResetRetries', '1', 'integer'),
  StopTransactionOnEVSideDisconnect: fixed('true', 'boolean'),
  StopTransactionOnInvalidId: fixed('true', 'boolean'),
  SupportedFeatureProfiles: fixed(
    'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
  ),
  TransactionMessageAttempts: transactionAttempts,
  TransactionMessageRetryInterval: transactionRetryInterval,
  UnlockConnectorOnEVSideDisconnect: kept('UnlockConnectorOnEVSideDisconnect', 'true', 'boolean'),
  WebSocketPingInterval: kept('WebSocketPingInterval', '0', 'integer'),
  ChargeProfileMaxStackLevel: fixed('10', 'integer'),
  ChargingScheduleAllowedChargingRateUnit: fixed('Current,Power'),
  ChargingScheduleMaxPeriods: fixed('100', 'integer'),
  MaxChargingProfilesInstalled: fixed('20', 'integer'),
}

/** The sampled values of a reading; in 1.6 every value is a text. */
function sampledValues(reading: Reading, context: string): Json[] {
  const values: Json[] = [
    {
      value: String(reading.energyWh),
      context,
      measurand: 'Energy.Active.Import.Register',
      unit: 'Wh',
      location: 'Outlet',
    },
    { value: String(reading.powerW), context, measurand: 'Power.Active.Import', unit: 'W' },
    { value: String(reading.offeredA), context, measurand: 'Current.Offered', unit: 'A' },
  ]
  reading.currentsA.forEach((amps, index) => {
    const phase = `L${index + 1}`
    values.push({ value: String(amps), context, measurand: 'Current.Import', unit: 'A', phase })
    values.push({ value: String(reading.volts[index]), context, measurand: 'Voltage', unit: 'V', phase: `${phase}-N` })
  })
  if (reading.soc !== null) {
    values.push({ value: String(reading.soc), context, measurand: 'SoC', unit: 'Percent', location: 'EV' })
  }
  return values
}

function meterValue(reading: Reading, context: string, at: number): Json[] {
  return [{ timestamp: timeText(at), sampledValue: sampledValues(reading, context) }]
}

const purposes: Readonly<Record<string, Profile['purpose']>> = {
  ChargePointMaxProfile: 'station',
  TxDefaultProfile: 'default',
  TxProfile: 'transaction',
}

/** Reads a ChargingProfile of 1.6; null when it lacks what it must have. */
function readProfile(value: unknown, connector: number): Profile | null {
  const profile = asObject(value)
  const schedule = asObject(profile.chargingSchedule)
  const id = asNumber(profile.chargingProfileId)
  const purpose = purposes[asText(profile.chargingProfilePurpose)]
  if (id === null || purpose === undefined) return null
  const kind = asText(profile.chargingProfileKind).toLowerCase()
  const seconds = asNumber(schedule.duration)
  const transaction = asNumber(profile.transactionId)
  return {
    id,
    connector,
    stack: asNumber(profile.stackLevel) ?? 0,
    purpose,
    kind: kind === 'recurring' || kind === 'relative' ? kind : 'absolute',
    everyMs: kind === 'recurring' ? (profile.recurrencyKind === 'Weekly' ? 604_800_000 : 86_400_000) : null,
    validFrom: asTime(profile.validFrom),
    validTo: asTime(profile.validTo),
    transaction: transaction === null ? null : String(transaction),
    startAt: asTime(schedule.startSchedule),
    durationMs: seconds === null ? null : seconds * 1000,
    unit: schedule.chargingRateUnit === 'W' ? 'W' : 'A',
    periods: asList(schedule.chargingSchedulePeriod).map((entry) => {
      const period = asObject(entry)
      const limit = asNumber(period.limit) ?? 0
      return { start: asNumber(period.startPeriod) ?? 0, limit, phases: asNumber(period.numberPhases) }
    }),
    source: value,
  }
}

const triggerAnswer: Command = (station, payload, step) => {
  const outcome = trigger(station, asText(payload.requestedMessage), asNumber(payload.connectorId), step)
  return answer({ status: outcome === null ? 'NotImplemented' : outcome ? 'Accepted' : 'Rejected' })
}

const commands: Readonly<Record<string, Command>> = {
  CancelReservation: (station, payload, step) => {
    const id = asNumber(payload.reservationId)
    if (id === null) return malformed(station, 'reservationId is missing')
    return answer({ status: cancelReservation(station, id, step) ? 'Accepted' : 'Rejected' })
  },
  CertificateSigned: () => answer({ status: 'Accepted' }),
  ChangeAvailability: (station, payload, step) => {
    const id = asNumber(payload.connectorId)
    if (id === null) return malformed(station, 'connectorId is missing')
    return answer({ status: changeAvailability(station, id, payload.type === 'Operative', step) })
  },
  ChangeConfiguration: (station, payload) => {
    const setting = Object.hasOwn(keys, asText(payload.key)) ? keys[asText(payload.key)] : undefined
    if (setting === undefined) return answer({ status: 'NotSupported' })
    const changed = setting.write?.(station, asText(payload.value)) ?? false
    return answer({ status: changed ? 'Accepted' : 'Rejected' })
  },
  ClearCache: () => answer({ status: 'Accepted' }),
  ClearChargingProfile: (station, payload, step) => {
    const id = asNumber(payload.id)
    const connector = asNumber(payload.connectorId)
    const purpose = purposes[asText(payload.chargingProfilePurpose)]
    const stack = asNumber(payload.stackLevel)
    const cleared = clearProfiles(
      station,
      (profile) =>
        (id === null || profile.id === id) &&
        (connector === null || profile.connector === connector) &&
        (purpose === undefined || profile.purpose === purpose) &&
        (stack === null || profile.stack === stack),
      step,
    )
    return answer({ status: cleared > 0 ? 'Accepted' : 'Unknown' })
  },
  DataTransfer: (station, payload) =>
    answer({ status: payload.vendorId === station.options.vendor ? 'UnknownMessageId' : 'UnknownVendorId' }),
  DeleteCertificate: () => answer({ status: 'NotFound' }),
  ExtendedTriggerMessage: triggerAnswer,
  GetCompositeSchedule: (station, payload, step) => {
    const id = asNumber(payload.connectorId)
    const duration = asNumber(payload.duration)
    if (id === null || duration === null) return malformed(station, 'connectorId or duration is missing')
    const unit = payload.chargingRateUnit === 'W' ? 'W' : 'A'
    const schedule = composite(station, id, duration, unit, step)
    if (schedule === null) return answer({ status: 'Rejected' })
    return answer({
      status: 'Accepted',
      connectorId: id,
      scheduleStart: schedule.startAt,
      chargingSchedule: { duration, chargingRateUnit: unit, chargingSchedulePeriod: schedule.periods },
    })
  },
  GetConfiguration: (station, payload) => {
    const asked = asList(payload.key).map(asText)
    const names = asked.length === 0 ? Object.keys(keys) : asked
    const known = names.filter((name) => Object.hasOwn(keys, name))
    const configurationKey = known.map((key) => {
      const setting = keys[key] as Setting
      return { key, readonly: setting.write === null, value: setting.read(station) }
    })
    return answer({ configurationKey, unknownKey: names.filter((name) => !Object.hasOwn(keys, name)) })
  },
  GetDiagnostics: (station, _payload, step) => answer({ fileName: beginUpload(station, null, true, step) }),
  GetInstalledCertificateIds: () => answer({ status: 'NotFound' }),
  GetLocalListVersion: (station) => answer({ listVersion: station.localListVersion }),
  GetLog: (station, payload, step) => {
    const requestId = asNumber(payload.requestId)
    if (requestId === null) return malformed(station, 'requestId is missing')
    return answer({ status: 'Accepted', filename: beginUpload(station, requestId, false, step) })
  },
  InstallCertificate: () => answer({ status: 'Accepted' }),
  RemoteStartTransaction: (station, payload, step) => {
    const idTag = asText(payload.idTag)
    if (idTag === '') return malformed(station, 'idTag is missing')
    const wanted = asNumber(payload.connectorId)
    const profile = payload.chargingProfile === undefined ? null : readProfile(payload.chargingProfile, 0)
    const chosen = remoteStart(station, wanted, { id: idTag, type: 'Central' }, 0, profile, step)
    return answer({ status: chosen === null ? 'Rejected' : 'Accepted' })
  },
  RemoteStopTransaction: (station, payload, step) => {
    const id = asNumber(payload.transactionId)
    if (id === null) return malformed(station, 'transactionId is missing')
    return answer({ status: remoteStop(station, String(id), step) ? 'Accepted' : 'Rejected' })
  },
  ReserveNow: (station, payload, step) => {
    const id = asNumber(payload.reservationId)
    const until = asTime(payload.expiryDate)
    if (id === null || until === null) return malformed(station, 'reservationId or expiryDate is missing')
    const reservation = { id, token: asText(payload.idTag), until }
    return answer({ status: reserve(station, asNumber(payload.connectorId), reservation, step) })
  },
  Reset: (station, payload, step) => {
    reset(station, payload.type === 'Soft', 'RemoteReset', step)
    return answer({ status: 'Accepted' })
  },
  SendLocalList: (station, payload) => {
    const version = asNumber(payload.listVersion)
    if (version === null) return malformed(station, 'listVersion is missing')
    const entries = asList(payload.localAuthorizationList).map((entry) => {
      const { idTag, idTagInfo } = asObject(entry)
      return { token: asText(idTag), status: idTagInfo === undefined ? null : asText(asObject(idTagInfo).status) }
    })
    return answer({ status: takeLocalList(station, version, payload.updateType === 'Full', entries) })
  },
  SetChargingProfile: (station, payload, step) => {
    const profile = readProfile(payload.csChargingProfiles, asNumber(payload.connectorId) ?? 0)
    if (profile === null) return malformed(station, 'csChargingProfiles is not a charging profile')
    return answer({ status: setProfile(station, profile, step) ? 'Accepted' : 'Rejected' })
  },
  SignedUpdateFirmware: (station, payload, step) => {
    const requestId = asNumber(payload.requestId)
    if (requestId === null) return malformed(station, 'requestId is missing')
    beginFirmware(station, requestId, 0, step)
    return answer({ status: 'Accepted' })
  },
  TriggerMessage: triggerAnswer,
  UnlockConnector: (station, payload, step) => {
    const connector = connectorOf(station, asNumber(payload.connectorId))
    if (connector === null) return answer({ status: 'NotSupported' })
    stopSession(station, connector, 'unlock', 'UnlockCommand', null, step)
    return answer({ status: 'Unlocked' })
  },
  UpdateFirmware: (station, payload, step) => {
    const from = asTime(payload.retrieveDate) ?? 0
    beginFirmware(station, null, from - stationTime(station, step), step)
    return answer({})
  },
}

function transaction(message: TransactionMessage): { action: string; payload: Json } {
  const { session, reading } = message
  const timestamp = timeText(message.at)
  const transactionId = session.transactionId ?? -1
  if (message.event === 'started') {
    const meterStart = Math.round(reading.energyWh)
    const payload = { connectorId: session.connector, idTag: session.token.id, meterStart, timestamp }
    const reservation = session.reservation === null ? {} : { reservationId: session.reservation }
    return { action: 'StartTransaction', payload: { ...payload, ...reservation } }
  }
  if (message.event === 'updated') {
    const context = message.trigger === 'Trigger' ? 'Trigger' : 'Sample.Periodic'
    const values = meterValue(reading, context, message.at)
    return { action: 'MeterValues', payload: { connectorId: session.connector, transactionId, meterValue: values } }
  }
  const token = message.stopToken === null ? {} : { idTag: message.stopToken.id }
  return {
    action: 'StopTransaction',
    payload: {
      ...token,
      meterStop: Math.round(reading.energyWh),
      timestamp,
      transactionId,
      reason: stopReasons[message.reason ?? 'local'],
      transactionData: meterValue(reading, 'Transaction.End', message.at),
    },
  }
}

export const station16: StationDialect = {
  ocpp: 'ocpp1.6',
  statusConnectors: (station) => [0, ...station.connectors.map((connector) => connector.id)],
  boot: (station) => ({
    action: 'BootNotification',
    payload: {
      chargePointVendor: station.options.vendor,
      chargePointModel: station.options.model,
      chargePointSerialNumber: station.options.serial,
      firmwareVersion: station.firmware,
    },
  }),
  status: (station, id, at) => {
    const connector = connectorOf(station, id)
    return {
      action: 'StatusNotification',
      payload: {
        connectorId: id,
        errorCode: connector?.errorCode ?? 'NoError',
        status: connector?.status ?? 'Available',
        timestamp: timeText(at),
      },
    }
  },
  statusName: (connector) => `${connector.status} ${connector.errorCode}`,
  authorise: (token) => ({ action: 'Authorize', payload: { idTag: token.id } }),
  // 1.6 has no message for a change of the charging state; StatusNotification tells it.
  tells: (message) => message.event !== 'updated' || message.trigger !== 'ChargingStateChanged',
  transaction: (_station, message) => transaction(message),
  readings: (_station, connector, reading, at) => ({
    action: 'MeterValues',
    payload: { connectorId: connector.id, meterValue: meterValue(reading, 'Trigger', at) },
  }),
  firmwareStatus: (status, requestId) =>
    requestId === null
      ? { action: 'FirmwareStatusNotification', payload: { status } }
      : { action: 'SignedFirmwareStatusNotification', payload: { status, requestId } },
  logStatus: (status, requestId, diagnostics) =>
    diagnostics
      ? { action: 'DiagnosticsStatusNotification', payload: { status } }
      : { action: 'LogStatusNotification', payload: requestId === null ? { status } : { status, requestId } },
  verdict: (_purpose, payload) => {
    const info = asObject(payload.idTagInfo)
    return {
      accepted: typeof info.status === 'string' ? info.status === 'Accepted' : null,
      transactionId: asNumber(payload.transactionId),
    }
  },
  backendGivesIds: true,
  commands,
  formatError: 'FormationViolation',
  openStream: null,
  streamData: null,
}
