// The actions of OCPP 2.1: those of 2.0.1, none of which was removed, and what 2.1 added.

import type { ActionTable } from '../action-table.ts'
import { actions201 } from '../v201/actions.ts'

/** Who may send what in OCPP 2.1. */
export const actions21: ActionTable = {
  subprotocol: 'ocpp2.1',
  station: new Set([
    ...actions201.station,
    'BatterySwap',
    'ClosePeriodicEventStream',
    'GetCertificateChainStatus',
    'NotifyDERAlarm',
    'NotifyDERStartStop',
    'NotifyPriorityCharging',
    'NotifySettlement',
    'OpenPeriodicEventStream',
    'PullDynamicScheduleUpdate',
    'ReportDERControl',
    'VatNumberValidation',
  ]),
  backend: new Set([
    ...actions201.backend,
    'AFRRSignal',
    'AdjustPeriodicEventStream',
    'ChangeTransactionTariff',
    'ClearDERControl',
    'ClearTariffs',
    'GetDERControl',
    'GetPeriodicEventStream',
    'GetTariffs',
    'NotifyAllowedEnergyTransfer',
    // A backend's message in spite of its name: it tells the station that a driver opened the payment page.
    'NotifyWebPaymentStarted',
    'RequestBatterySwap',
    'SetDERControl',
    'SetDefaultTariff',
    'UpdateDynamicSchedule',
    'UsePriorityCharging',
  ]),
  both: actions201.both,
  send: new Set(['NotifyPeriodicEventStream']),
}
