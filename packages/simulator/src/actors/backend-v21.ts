// The backend's side of OCPP 2.1: 2.0.1 and the messages that came with 2.1.

import type { Answerer, BackendDialect } from './backend-state.ts'
import { answers201, backend201 } from './backend-v201.ts'
import { asList, asObject, asText, timeText } from './envelope.ts'

const nothing: Answerer = () => ({})

const answers21: Readonly<Record<string, Answerer>> = {
  ...answers201,
  BatterySwap: nothing,
  ClosePeriodicEventStream: nothing,
  GetCertificateChainStatus: (_backend, _link, payload, step) => ({
    certificateStatus: asList(payload.certificateStatusRequests).map((entry) => {
      const { certificateHashData, source } = asObject(entry)
      return { certificateHashData, source, status: 'Unknown', nextUpdate: timeText(step.now.at + 86_400_000) }
    }),
  }),
  NotifyDERAlarm: nothing,
  NotifyDERStartStop: nothing,
  NotifyPriorityCharging: nothing,
  NotifySettlement: nothing,
  OpenPeriodicEventStream: () => ({ status: 'Accepted' }),
  PullDynamicScheduleUpdate: () => ({ status: 'Rejected' }),
  ReportDERControl: nothing,
  VatNumberValidation: (_backend, _link, payload) => ({ vatNumber: asText(payload.vatNumber), status: 'Rejected' }),
}

export const backend21: BackendDialect = { ...backend201, answers: answers21 }
