// What an OCPP 2.0.1 station says about itself. Status comes as StatusNotification or as NotifyEvent of the variable
// AvailabilityState (G01.FR.03 allows either), readings come in MeterValues and inside TransactionEvents, and the EVSE of
// a transaction is named once only (E01.FR.16), so the connector remembers the transaction.

import { type Fields, fields, list, ordinal, text } from '../base/unchecked.ts'
import { noteClock } from './clock-skew.ts'
import { connectorOf, MAX_NAME, restConnector, setStatus, takeReadings } from './connectors.ts'
import { keepBoot, readFirmwareStatus, readSecurityEvent, type TwinRead, type TwinReader } from './reader.ts'
import type { ConnectorTwin, StationTwin } from './twin.ts'

/** Events of one NotifyEvent that are looked at; stations split longer reports. */
const MAX_EVENTS = 256
const MAX_TRANSACTION_ID = 255

const boot: TwinRead = (twin, payload, at, position) => {
  const station = fields(payload.chargingStation)
  if (station !== null) {
    twin.vendor = text(station.vendorName, 50)
    twin.model = text(station.model, 50)
    twin.serial = text(station.serialNumber, 50)
    twin.firmware = text(station.firmwareVersion, 50)
  }
  keepBoot(twin, payload, at, position)
}

const status: TwinRead = (twin, payload, at) => {
  const evse = ordinal(payload.evseId)
  const connector = evse === null ? null : connectorOf(twin, evse, ordinal(payload.connectorId))
  if (connector !== null) setStatus(connector, payload.connectorStatus, undefined, payload.timestamp, at)
  noteClock(twin, payload.timestamp, at)
}

const meterValues: TwinRead = (twin, payload) => {
  const evse = ordinal(payload.evseId)
  const connector = evse === null ? null : connectorOf(twin, evse, null)
  if (connector !== null) takeReadings(connector, payload.meterValue)
}

const transactionEvent: TwinRead = (twin, payload, at) => {
  const transaction = text(fields(payload.transactionInfo)?.transactionId, MAX_TRANSACTION_ID)
  const connector = connectorOfTransaction(twin, transaction, fields(payload.evse))
  noteClock(twin, payload.timestamp, at)
  // What was queued while the station was offline is history, not how it stands now (trap T28).
  if (connector === null || payload.offline === true) return
  takeReadings(connector, payload.meterValue)
  if (payload.eventType === 'Ended') {
    if (connector.transaction !== transaction) return
    restConnector(connector)
    connector.transaction = null
    return
  }
  if (payload.eventType === 'Started') connector.transaction = transaction
  const state = text(fields(payload.transactionInfo)?.chargingState, MAX_NAME)
  if (state !== null && (connector.transaction === null || connector.transaction === transaction))
    connector.chargingState = state
}

function connectorOfTransaction(
  twin: StationTwin,
  transaction: string | null,
  evse: Fields | null,
): ConnectorTwin | null {
  const number = evse === null ? null : ordinal(evse.id)
  if (number !== null) return connectorOf(twin, number, ordinal(evse?.connectorId))
  if (transaction === null) return null
  for (const connector of twin.connectors) if (connector.transaction === transaction) return connector
  return null
}

const notifyEvent: TwinRead = (twin, payload, at) => {
  const events = list(payload.eventData)
  for (let i = 0; i < events.length && i < MAX_EVENTS; i++) {
    const event = fields(events[i])
    if (event !== null) takeEvent(twin, event, at)
  }
}

function takeEvent(twin: StationTwin, event: Fields, at: number): void {
  const component = fields(event.component)
  const variable = fields(event.variable)?.name
  if (component === null || (variable !== 'AvailabilityState' && variable !== 'Problem')) return
  const evse = fields(component.evse)
  const isStation = component.name === 'ChargingStation'
  if (!isStation && component.name !== 'Connector' && component.name !== 'EVSE') return
  const number = isStation ? 0 : ordinal(evse?.id)
  const connector = number === null ? null : connectorOf(twin, number, ordinal(evse?.connectorId))
  if (connector === null) return
  if (variable === 'AvailabilityState') setStatus(connector, event.actualValue, undefined, event.timestamp, at)
  else if (event.cleared === true || event.actualValue === 'false') connector.errorCode = 'NoError'
  else connector.errorCode = text(event.techCode, MAX_NAME) ?? 'OtherError'
}

export const v201: TwinReader = {
  subprotocol: 'ocpp2.0.1',
  reads: new Map([
    ['BootNotification', boot],
    ['StatusNotification', status],
    ['NotifyEvent', notifyEvent],
    ['MeterValues', meterValues],
    ['TransactionEvent', transactionEvent],
    ['FirmwareStatusNotification', readFirmwareStatus],
    ['SecurityEventNotification', readSecurityEvent],
  ]),
}
