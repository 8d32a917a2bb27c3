// The backend's side of OCPP 1.6. It issues the transaction ids, and answers a start or stop whatever its books say,
// because a station repeats what was not answered and then throws it away.

import { type Answerer, type BackendDialect, judge, noteSession, runningOn } from './backend-state.ts'
import { asNumber, asText, asTime, type Json, timeText } from './envelope.ts'

const nothing: Answerer = () => ({})

const answers: Readonly<Record<string, Answerer>> = {
  Authorize: (backend, _link, payload) => ({ idTagInfo: { status: judge(backend, asText(payload.idTag)) } }),
  BootNotification: (backend, _link, _payload, step) => ({
    status: 'Accepted',
    currentTime: timeText(step.now.at),
    interval: backend.options.heartbeatSeconds,
  }),
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  DiagnosticsStatusNotification: nothing,
  FirmwareStatusNotification: nothing,
  Heartbeat: (_backend, _link, _payload, step) => ({ currentTime: timeText(step.now.at) }),
  LogStatusNotification: nothing,
  MeterValues: nothing,
  SecurityEventNotification: nothing,
  SignCertificate: () => ({ status: 'Rejected' }),
  SignedFirmwareStatusNotification: nothing,
  StartTransaction: (backend, link, payload, step) => {
    const token = asText(payload.idTag)
    const connector = asNumber(payload.connectorId) ?? 0
    const startedAt = asTime(payload.timestamp) ?? step.now.at
    // A repeated start (its answer was lost) is the same transaction and gets the same id.
    const same = runningOn(backend, link.identity, connector)
    const repeated = same !== null && same.startedAt === startedAt && same.token === token
    const id = repeated ? Number(same.id) : backend.nextTransactionId
    if (!repeated) backend.nextTransactionId += 1
    const meterWh = asNumber(payload.meterStart)
    noteSession(backend, link, { event: 'started', id: String(id), connector, token, at: startedAt, meterWh }, step)
    return { transactionId: id, idTagInfo: { status: judge(backend, token) } }
  },
  StatusNotification: nothing,
  StopTransaction: (backend, link, payload, step) => {
    const id = String(asNumber(payload.transactionId) ?? -1)
    const known = backend.transactions.get(`${link.identity} ${id}`)
    const event = {
      event: 'ended',
      id,
      connector: known?.connector ?? 0,
      token: asText(payload.idTag),
      at: asTime(payload.timestamp) ?? step.now.at,
      meterWh: asNumber(payload.meterStop),
    } as const
    noteSession(backend, link, event, step)
    return payload.idTag === undefined ? {} : { idTagInfo: { status: judge(backend, event.token) } }
  },
}

const purposes = { station: 'ChargePointMaxProfile', default: 'TxDefaultProfile', transaction: 'TxProfile' } as const

export const backend16: BackendDialect = {
  answers,
  write: (backend, link, command) => {
    switch (command.kind) {
      case 'remoteStart':
        return { action: 'RemoteStartTransaction', payload: { connectorId: command.connector, idTag: command.token } }
      case 'remoteStop': {
        const running = runningOn(backend, link.identity, command.connector)
        if (running === null) return null
        return { action: 'RemoteStopTransaction', payload: { transactionId: Number(running.id) } }
      }
      case 'limit': {
        const running = runningOn(backend, link.identity, command.connector)
        if (command.purpose === 'transaction' && running === null) return null
        const id = backend.nextProfileId
        backend.nextProfileId += 1
        const csChargingProfiles: Json = {
          chargingProfileId: id,
          ...(command.purpose === 'transaction' && running !== null ? { transactionId: Number(running.id) } : {}),
          stackLevel: 0,
          chargingProfilePurpose: purposes[command.purpose],
          chargingProfileKind: command.purpose === 'transaction' ? 'Relative' : 'Absolute',
          chargingSchedule: {
            chargingRateUnit: 'A',
            // The schema wants steps of a tenth.
            chargingSchedulePeriod: [{ startPeriod: 0, limit: Math.round(command.amps * 10) / 10 }],
          },
        }
        const connectorId = command.purpose === 'transaction' ? command.connector : 0
        return { action: 'SetChargingProfile', payload: { connectorId, csChargingProfiles } }
      }
      case 'clearLimits':
        return { action: 'ClearChargingProfile', payload: {} }
      case 'trigger': {
        const requestedMessage = command.message === 'TransactionEvent' ? 'MeterValues' : command.message
        const connector =
          command.connector === null || command.connector === 0 ? {} : { connectorId: command.connector }
        return { action: 'TriggerMessage', payload: { requestedMessage, ...connector } }
      }
      case 'reset':
        return { action: 'Reset', payload: { type: command.soft ? 'Soft' : 'Hard' } }
      case 'readSettings':
        return { action: 'GetConfiguration', payload: {} }
      case 'raw':
        return { action: command.action, payload: command.payload }
    }
  },
}
