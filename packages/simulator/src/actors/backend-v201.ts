// The backend's side of OCPP 2.0.1. Transaction ids come from the station; tokens are judged where a message carries one.

import { type Answerer, type BackendDialect, judge, noteSession, runningOn } from './backend-state.ts'
import { asList, asNumber, asObject, asText, asTime, type Json, timeText } from './envelope.ts'

const nothing: Answerer = () => ({})
const refused: Answerer = () => ({ status: 'Rejected' })

/** The energy register in a list of meter values, or null. */
function registerWh(meterValues: unknown): number | null {
  for (const meterValue of asList(meterValues)) {
    for (const sampled of asList(asObject(meterValue).sampledValue)) {
      const { measurand, value, phase } = asObject(sampled)
      const isRegister = measurand === undefined || measurand === 'Energy.Active.Import.Register'
      if (isRegister && phase === undefined) return asNumber(value)
    }
  }
  return null
}

export const answers201: Readonly<Record<string, Answerer>> = {
  Authorize: (backend, _link, payload) => ({
    idTokenInfo: { status: judge(backend, asText(asObject(payload.idToken).idToken)) },
  }),
  BootNotification: (backend, _link, _payload, step) => ({
    status: 'Accepted',
    currentTime: timeText(step.now.at),
    interval: backend.options.heartbeatSeconds,
  }),
  ClearedChargingLimit: nothing,
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  FirmwareStatusNotification: nothing,
  Get15118EVCertificate: () => ({ status: 'Failed', exiResponse: '' }),
  GetCertificateStatus: () => ({ status: 'Failed' }),
  Heartbeat: (_backend, _link, _payload, step) => ({ currentTime: timeText(step.now.at) }),
  LogStatusNotification: nothing,
  MeterValues: nothing,
  NotifyChargingLimit: nothing,
  NotifyCustomerInformation: nothing,
  NotifyDisplayMessages: nothing,
  NotifyEVChargingNeeds: refused,
  NotifyEVChargingSchedule: refused,
  NotifyEvent: nothing,
  NotifyMonitoringReport: nothing,
  NotifyReport: nothing,
  PublishFirmwareStatusNotification: nothing,
  ReportChargingProfiles: nothing,
  ReservationStatusUpdate: nothing,
  SecurityEventNotification: nothing,
  SignCertificate: refused,
  StatusNotification: nothing,
  TransactionEvent: (backend, link, payload, step) => {
    const token = asText(asObject(payload.idToken).idToken)
    const type = payload.eventType
    noteSession(
      backend,
      link,
      {
        event: type === 'Started' ? 'started' : type === 'Ended' ? 'ended' : 'updated',
        id: asText(asObject(payload.transactionInfo).transactionId),
        connector: asNumber(asObject(payload.evse).id) ?? 0,
        token,
        at: asTime(payload.timestamp) ?? step.now.at,
        meterWh: registerWh(payload.meterValue),
      },
      step,
    )
    return payload.idToken === undefined ? {} : { idTokenInfo: { status: judge(backend, token) } }
  },
}

const purposes = {
  station: 'ChargingStationMaxProfile',
  default: 'TxDefaultProfile',
  transaction: 'TxProfile',
} as const

export const backend201: BackendDialect = {
  answers: answers201,
  write: (backend, link, command, step) => {
    switch (command.kind) {
      case 'remoteStart': {
        const remoteStartId = backend.nextTransactionId
        backend.nextTransactionId += 1
        const idToken = { idToken: command.token, type: 'Central' }
        return { action: 'RequestStartTransaction', payload: { evseId: command.connector, remoteStartId, idToken } }
      }
      case 'remoteStop': {
        const running = runningOn(backend, link.identity, command.connector)
        return running === null ? null : { action: 'RequestStopTransaction', payload: { transactionId: running.id } }
      }
      case 'limit': {
        const running = runningOn(backend, link.identity, command.connector)
        if (command.purpose === 'transaction' && running === null) return null
        const id = backend.nextProfileId
        backend.nextProfileId += 1
        const ofTransaction = command.purpose === 'transaction' && running !== null ? { transactionId: running.id } : {}
        const chargingProfile: Json = {
          id,
          stackLevel: 0,
          chargingProfilePurpose: purposes[command.purpose],
          chargingProfileKind: 'Absolute',
          ...ofTransaction,
          chargingSchedule: [
            {
              id,
              startSchedule: timeText(step.now.at),
              chargingRateUnit: 'A',
              chargingSchedulePeriod: [{ startPeriod: 0, limit: command.amps }],
            },
          ],
        }
        const evseId = command.purpose === 'transaction' ? command.connector : 0
        return { action: 'SetChargingProfile', payload: { evseId, chargingProfile } }
      }
      case 'clearLimits':
        return { action: 'ClearChargingProfile', payload: { chargingProfileCriteria: { stackLevel: 0 } } }
      case 'trigger': {
        const evse = command.connector === null || command.connector === 0 ? {} : { evse: { id: command.connector } }
        const withConnector =
          command.message === 'StatusNotification' && command.connector
            ? { evse: { id: command.connector, connectorId: 1 } }
            : evse
        return { action: 'TriggerMessage', payload: { requestedMessage: command.message, ...withConnector } }
      }
      case 'reset':
        return { action: 'Reset', payload: { type: command.soft ? 'OnIdle' : 'Immediate' } }
      case 'readSettings':
        backend.nextProfileId += 1
        return { action: 'GetBaseReport', payload: { requestId: backend.nextProfileId, reportBase: 'FullInventory' } }
      case 'raw':
        return { action: command.action, payload: command.payload }
    }
  },
}
