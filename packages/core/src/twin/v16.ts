// What an OCPP 1.6 station says about itself. 1.6 knows connectors only: a connector's number stands for its EVSE too,
// and connector 0 is the station as a whole.

import { ordinal, text } from '../base/unchecked.ts'
import { noteClock } from './clock-skew.ts'
import { connectorOf, setStatus, takeReadings } from './connectors.ts'
import { keepBoot, readFirmwareStatus, readSecurityEvent, type TwinRead, type TwinReader } from './reader.ts'

const boot: TwinRead = (twin, payload, at, position) => {
  twin.vendor = text(payload.chargePointVendor, 50)
  twin.model = text(payload.chargePointModel, 50)
  // The box's own number is deprecated, but some stations fill nothing else.
  twin.serial = text(payload.chargePointSerialNumber, 50) ?? text(payload.chargeBoxSerialNumber, 50)
  twin.firmware = text(payload.firmwareVersion, 50)
  keepBoot(twin, payload, at, position)
}

const status: TwinRead = (twin, payload, at) => {
  const number = ordinal(payload.connectorId)
  const connector = number === null ? null : connectorOf(twin, number, number)
  if (connector !== null) setStatus(connector, payload.status, payload.errorCode, payload.timestamp, at)
  noteClock(twin, payload.timestamp, at)
}

const meterValues: TwinRead = (twin, payload) => {
  const number = ordinal(payload.connectorId)
  const connector = number === null ? null : connectorOf(twin, number, number)
  if (connector !== null) takeReadings(connector, payload.meterValue)
}

const transaction: TwinRead = (twin, payload, at) => noteClock(twin, payload.timestamp, at)

export const v16: TwinReader = {
  subprotocol: 'ocpp1.6',
  reads: new Map([
    ['BootNotification', boot],
    ['StatusNotification', status],
    ['MeterValues', meterValues],
    ['StartTransaction', transaction],
    ['StopTransaction', transaction],
    ['FirmwareStatusNotification', readFirmwareStatus],
    ['SignedFirmwareStatusNotification', readFirmwareStatus],
    ['SecurityEventNotification', readSecurityEvent],
  ]),
}
