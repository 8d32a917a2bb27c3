// One valid payload for every command a backend may send, by version. For tests that ask a station everything.

import type { Subprotocol } from '@busbar/ocpp/versions.ts'
import { type Json, timeText } from './envelope.ts'

const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '1' }
const idToken = { idToken: 'CARD-2', type: 'ISO14443' }

/**
 * Payloads by action. Those that restart a station come last, so that asking them in order disturbs the least.
 * @param at now, in milliseconds since 1970
 */
export function commandSamples(ocpp: Subprotocol, at: number): Record<string, Json> {
  if (ocpp === 'ocpp1.6') return samples16(at)
  return ocpp === 'ocpp2.0.1' ? samples201(at) : samples21(at)
}

function samples16(at: number): Record<string, Json> {
  const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] }
  return {
    GetConfiguration: { key: ['HeartbeatInterval', 'Nonsense'] },
    ChangeConfiguration: { key: 'MeterValueSampleInterval', value: '30' },
    ClearCache: {},
    DataTransfer: { vendorId: 'somebody' },
    TriggerMessage: { requestedMessage: 'MeterValues', connectorId: 1 },
    ExtendedTriggerMessage: { requestedMessage: 'LogStatusNotification' },
    SendLocalList: {
      listVersion: 3,
      updateType: 'Full',
      localAuthorizationList: [{ idTag: 'A', idTagInfo: { status: 'Accepted' } }],
    },
    GetLocalListVersion: {},
    ReserveNow: { connectorId: 1, expiryDate: timeText(at + 3_600_000), idTag: 'CARD-2', reservationId: 5 },
    CancelReservation: { reservationId: 5 },
    ChangeAvailability: { connectorId: 0, type: 'Operative' },
    SetChargingProfile: {
      connectorId: 0,
      csChargingProfiles: {
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Recurring',
        recurrencyKind: 'Daily',
        chargingSchedule: { ...schedule, startSchedule: timeText(at - 3_600_000), duration: 86_400 },
      },
    },
    GetCompositeSchedule: { connectorId: 1, duration: 100_000, chargingRateUnit: 'W' },
    ClearChargingProfile: { id: 1 },
    RemoteStartTransaction: { connectorId: 1, idTag: 'CARD-2' },
    RemoteStopTransaction: { transactionId: 4_711 },
    UnlockConnector: { connectorId: 1 },
    GetDiagnostics: { location: 'ftp://files.example/' },
    GetLog: { logType: 'SecurityLog', requestId: 4, log: { remoteLocation: 'ftp://files.example/' } },
    CertificateSigned: { certificateChain: 'x' },
    DeleteCertificate: { certificateHashData: hash },
    GetInstalledCertificateIds: { certificateType: 'CentralSystemRootCertificate' },
    InstallCertificate: { certificateType: 'CentralSystemRootCertificate', certificate: 'x' },
    UpdateFirmware: { location: 'ftp://files.example/f.bin', retrieveDate: timeText(at) },
    SignedUpdateFirmware: {
      requestId: 8,
      firmware: {
        location: 'ftp://files.example/f.bin',
        retrieveDateTime: timeText(at),
        signingCertificate: 'x',
        signature: 'x',
      },
    },
    Reset: { type: 'Soft' },
  }
}

function samples201(at: number): Record<string, Json> {
  const variable = { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } }
  const monitor = { value: 1, type: 'Delta', severity: 5, ...variable }
  const message = { id: 1, priority: 'NormalCycle', message: { format: 'UTF8', content: 'hello' } }
  return {
    GetVariables: { getVariableData: [variable, { ...variable, attributeType: 'Target' }] },
    SetVariables: { setVariableData: [{ ...variable, attributeValue: '120' }] },
    GetBaseReport: { requestId: 1, reportBase: 'FullInventory' },
    GetReport: { requestId: 2, componentVariable: [variable] },
    GetMonitoringReport: { requestId: 3 },
    SetMonitoringBase: { monitoringBase: 'All' },
    SetMonitoringLevel: { severity: 5 },
    SetVariableMonitoring: { setMonitoringData: [monitor] },
    ClearVariableMonitoring: { id: [1] },
    SetDisplayMessage: { message },
    GetDisplayMessages: { requestId: 4 },
    ClearDisplayMessage: { id: 1 },
    CostUpdated: { totalCost: 1.5, transactionId: 'T' },
    CustomerInformation: { requestId: 5, report: true, clear: false, customerIdentifier: 'x' },
    ClearCache: {},
    DataTransfer: { vendorId: 'somebody' },
    TriggerMessage: { requestedMessage: 'MeterValues', evse: { id: 1 } },
    SendLocalList: {
      versionNumber: 3,
      updateType: 'Full',
      localAuthorizationList: [{ idToken, idTokenInfo: { status: 'Accepted' } }],
    },
    GetLocalListVersion: {},
    ReserveNow: { id: 5, expiryDateTime: timeText(at + 3_600_000), idToken, evseId: 1 },
    CancelReservation: { reservationId: 5 },
    ChangeAvailability: { operationalStatus: 'Operative' },
    SetChargingProfile: {
      evseId: 0,
      chargingProfile: {
        id: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Recurring',
        recurrencyKind: 'Weekly',
        chargingSchedule: [
          {
            id: 1,
            startSchedule: timeText(at - 3_600_000),
            chargingRateUnit: 'W',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 5_000 }],
          },
        ],
      },
    },
    GetChargingProfiles: { requestId: 6, chargingProfile: { stackLevel: 0 } },
    GetCompositeSchedule: { evseId: 1, duration: 900 },
    ClearChargingProfile: { chargingProfileId: 1 },
    RequestStartTransaction: { evseId: 1, remoteStartId: 7, idToken },
    GetTransactionStatus: { transactionId: 'T' },
    RequestStopTransaction: { transactionId: 'T' },
    UnlockConnector: { evseId: 1, connectorId: 1 },
    GetLog: { logType: 'DiagnosticsLog', requestId: 8, log: { remoteLocation: 'ftp://files.example/' } },
    CertificateSigned: { certificateChain: 'x' },
    DeleteCertificate: { certificateHashData: hash },
    GetInstalledCertificateIds: {},
    InstallCertificate: { certificateType: 'CSMSRootCertificate', certificate: 'x' },
    SetNetworkProfile: {
      configurationSlot: 1,
      connectionData: {
        ocppVersion: 'OCPP20',
        ocppTransport: 'JSON',
        ocppCsmsUrl: 'wss://next.example',
        messageTimeout: 30,
        securityProfile: 2,
        ocppInterface: 'Wired0',
      },
    },
    PublishFirmware: { location: 'ftp://files.example/f.bin', checksum: 'x', requestId: 9 },
    UnpublishFirmware: { checksum: 'x' },
    UpdateFirmware: {
      requestId: 10,
      firmware: { location: 'ftp://files.example/f.bin', retrieveDateTime: timeText(at) },
    },
    Reset: { type: 'Immediate' },
  }
}

function samples21(at: number): Record<string, Json> {
  const tariff = { tariffId: 'T1', currency: 'EUR' }
  return {
    AdjustPeriodicEventStream: { id: 1, params: { interval: 5 } },
    AFRRSignal: { timestamp: timeText(at), signal: 1 },
    ChangeTransactionTariff: { tariff, transactionId: 'T' },
    ClearDERControl: { isDefault: true },
    ClearTariffs: { tariffIds: ['T1'] },
    GetDERControl: { requestId: 1 },
    GetPeriodicEventStream: {},
    GetTariffs: { evseId: 1 },
    NotifyAllowedEnergyTransfer: { transactionId: 'T', allowedEnergyTransfer: ['DC'] },
    NotifyWebPaymentStarted: { evseId: 1, timeout: 60 },
    RequestBatterySwap: { idToken, requestId: 1 },
    SetDefaultTariff: { evseId: 1, tariff },
    SetDERControl: { isDefault: true, controlId: 'C', controlType: 'EnterService' },
    UpdateDynamicSchedule: { chargingProfileId: 1, scheduleUpdate: { limit: 10 } },
    UsePriorityCharging: { transactionId: 'T', activate: true },
    ...samples201(at),
  }
}
