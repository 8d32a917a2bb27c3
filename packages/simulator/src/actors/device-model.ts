// The device model of a simulated 2.x station: components and variables over the settings of the machine, answered one
// by one (Get/SetVariables) and as a whole in pages (NotifyReport).

import { asList, asObject, asText, type Json, timeText } from './envelope.ts'
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
import { say } from './station-calls.ts'
import { type Station, type StationStep, stationTime } from './station-state.ts'

interface Variable {
  readonly component: string
  readonly variable: string
  readonly instance?: string
  readonly setting: Setting
}

/** Entries of one NotifyReport; small, so that a report has several pages. */
const PAGE = 8

const variables: readonly Variable[] = [
  { component: 'ChargingStation', variable: 'VendorName', setting: fixed((station) => station.options.vendor) },
  { component: 'ChargingStation', variable: 'Model', setting: fixed((station) => station.options.model) },
  { component: 'ChargingStation', variable: 'SerialNumber', setting: fixed((station) => station.options.serial) },
  { component: 'ChargingStation', variable: 'FirmwareVersion', setting: fixed((station) => station.firmware) },
  { component: 'OCPPCommCtrlr', variable: 'HeartbeatInterval', setting: heartbeatInterval },
  { component: 'OCPPCommCtrlr', variable: 'MessageTimeout', instance: 'Default', setting: messageTimeout },
  {
    component: 'OCPPCommCtrlr',
    variable: 'MessageAttempts',
    instance: 'TransactionEvent',
    setting: transactionAttempts,
  },
  {
    component: 'OCPPCommCtrlr',
    variable: 'MessageAttemptInterval',
    instance: 'TransactionEvent',
    setting: transactionRetryInterval,
  },
  {
    component: 'OCPPCommCtrlr',
    variable: 'WebSocketPingInterval',
    setting: kept('WebSocketPingInterval', '0', 'integer'),
  },
  { component: 'OCPPCommCtrlr', variable: 'OfflineThreshold', setting: kept('OfflineThreshold', '60', 'integer') },
  { component: 'SampledDataCtrlr', variable: 'TxUpdatedInterval', setting: sampleInterval },
  {
    component: 'SampledDataCtrlr',
    variable: 'TxUpdatedMeasurands',
    setting: kept(
      'TxUpdatedMeasurands',
      'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Current.Offered,SoC',
    ),
  },
  { component: 'AuthCtrlr', variable: 'AuthorizeRemoteStart', setting: fixed('false', 'boolean') },
  {
    component: 'AuthCtrlr',
    variable: 'LocalAuthorizeOffline',
    setting: kept('LocalAuthorizeOffline', 'true', 'boolean'),
  },
  { component: 'LocalAuthListCtrlr', variable: 'Enabled', setting: kept('LocalAuthListEnabled', 'true', 'boolean') },
  { component: 'TxCtrlr', variable: 'StopTxOnInvalidId', setting: fixed('true', 'boolean') },
  { component: 'TxCtrlr', variable: 'TxStartPoint', setting: fixed('PowerPathClosed') },
  { component: 'TxCtrlr', variable: 'TxStopPoint', setting: fixed('EVConnected,Authorized') },
  { component: 'TxCtrlr', variable: 'EVConnectionTimeOut', setting: kept('EVConnectionTimeOut', '60', 'integer') },
  { component: 'SmartChargingCtrlr', variable: 'Enabled', setting: fixed('true', 'boolean') },
  { component: 'SmartChargingCtrlr', variable: 'ProfileStackLevel', setting: fixed('10', 'integer') },
  { component: 'SmartChargingCtrlr', variable: 'RateUnit', setting: fixed('A,W') },
]

function find(component: Json, variable: Json): Variable | 'UnknownComponent' | 'UnknownVariable' {
  const ofComponent = variables.filter((row) => row.component === component.name)
  if (ofComponent.length === 0) return 'UnknownComponent'
  const instance = typeof variable.instance === 'string' ? variable.instance : undefined
  return ofComponent.find((row) => row.variable === variable.name && row.instance === instance) ?? 'UnknownVariable'
}

/** The results of GetVariables, one per entry asked for, in order. */
export function getVariables(station: Station, asked: readonly unknown[]): Json[] {
  return asked.map((entry) => {
    const data = asObject(entry)
    const component = asObject(data.component)
    const variable = asObject(data.variable)
    const type = data.attributeType === undefined ? {} : { attributeType: data.attributeType }
    const found = find(component, variable)
    if (typeof found === 'string') return { attributeStatus: found, ...type, component, variable }
    if (data.attributeType !== undefined && data.attributeType !== 'Actual') {
      return { attributeStatus: 'NotSupportedAttributeType', ...type, component, variable }
    }
    return { attributeStatus: 'Accepted', attributeValue: found.setting.read(station), ...type, component, variable }
  })
}

/** The results of SetVariables, one per entry, in order. */
export function setVariables(station: Station, asked: readonly unknown[]): Json[] {
  return asked.map((entry) => {
    const data = asObject(entry)
    const component = asObject(data.component)
    const variable = asObject(data.variable)
    const found = find(component, variable)
    if (typeof found === 'string') return { attributeStatus: found, component, variable }
    const changed = found.setting.write?.(station, asText(data.attributeValue)) ?? false
    return { attributeStatus: changed ? 'Accepted' : 'Rejected', component, variable }
  })
}

/** Queues the pages of a report. `criteria` narrows it to components (and variables) where given. False: nothing fits. */
export function report(station: Station, requestId: number, criteria: unknown, step: StationStep): boolean {
  const wanted = asList(criteria).map(asObject)
  const fits = (row: Variable) =>
    wanted.length === 0 ||
    wanted.some((each) => {
      const { name } = asObject(each.variable)
      return asObject(each.component).name === row.component && (name === undefined || name === row.variable)
    })
  const rows = variables.filter(fits)
  for (let first = 0; first < rows.length; first += PAGE) {
    say(station, {
      action: 'NotifyReport',
      payload: {
        requestId,
        generatedAt: timeText(stationTime(station, step)),
        seqNo: first / PAGE,
        tbc: first + PAGE < rows.length,
        reportData: rows.slice(first, first + PAGE).map((row) => reportRow(station, row)),
      },
    })
  }
  return rows.length > 0
}

function reportRow(station: Station, row: Variable): Json {
  const mutability = row.setting.write === null ? 'ReadOnly' : 'ReadWrite'
  return {
    component: { name: row.component },
    variable: row.instance === undefined ? { name: row.variable } : { name: row.variable, instance: row.instance },
    variableAttribute: [{ type: 'Actual', value: row.setting.read(station), mutability }],
    variableCharacteristics: { dataType: row.setting.type, supportsMonitoring: false },
  }
}
