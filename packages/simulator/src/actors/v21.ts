// The station's side of OCPP 2.1, written as 2.0.1 and its differences: more commands, the periodic event stream (SEND),
// and dynamic charging schedules.

import { asList, asNumber, asObject, type Json, timeText } from './envelope.ts'
import { answer, malformed, setProfile } from './station-commands.ts'
import type { Command, Station, StationDialect } from './station-state.ts'
import { commands201, station201 } from './v201.ts'

/** The one stream a simulated station offers: the active power of its first connector. */
const STREAM_ID = 1

const rejected: Command = () => answer({ status: 'Rejected' })
const notSupported: Command = () => answer({ status: 'NotSupported' })

function streamParams(station: Station): Json {
  return {
    id: STREAM_ID,
    variableMonitoringId: 1,
    params: { interval: Math.ceil((station.options.streamMs ?? 0) / 1000) },
  }
}

const commands21: Readonly<Record<string, Command>> = {
  ...commands201,
  AdjustPeriodicEventStream: (station, payload) =>
    answer({ status: station.stream.open && payload.id === STREAM_ID ? 'Accepted' : 'Rejected' }),
  AFRRSignal: rejected,
  ChangeTransactionTariff: rejected,
  ClearDERControl: notSupported,
  ClearTariffs: (_station, payload) => {
    const ids = asList(payload.tariffIds)
    const results = ids.map((tariffId) => ({ tariffId, status: 'NoTariff' }))
    return answer({ clearTariffsResult: results.length > 0 ? results : [{ status: 'NoTariff' }] })
  },
  GetDERControl: notSupported,
  GetPeriodicEventStream: (station) =>
    answer(station.stream.open ? { constantStreamData: [streamParams(station)] } : {}),
  GetTariffs: () => answer({ status: 'NoTariff' }),
  NotifyAllowedEnergyTransfer: rejected,
  NotifyWebPaymentStarted: () => answer({}),
  RequestBatterySwap: rejected,
  SetDefaultTariff: rejected,
  SetDERControl: notSupported,
  UpdateDynamicSchedule: (station, payload, step) => {
    const id = asNumber(payload.chargingProfileId)
    const update = asObject(payload.scheduleUpdate)
    const limit = asNumber(update.limit) ?? asNumber(update.setpoint)
    if (id === null) return malformed(station, 'chargingProfileId is missing')
    const profile = station.profiles.find((each) => each.id === id)
    if (profile === undefined || limit === null || asObject(profile.source).chargingProfileKind !== 'Dynamic') {
      return answer({ status: 'Rejected' })
    }
    const periods = profile.periods.map((period) => ({ ...period, limit }))
    return answer({ status: setProfile(station, { ...profile, periods }, step) ? 'Accepted' : 'Rejected' })
  },
  UsePriorityCharging: () => answer({ status: 'NoProfile' }),
  Reset: (station, payload, step) => {
    // Resuming a transaction over a restart is not something these stations can do.
    if (payload.type === 'ImmediateAndResume') return answer({ status: 'Rejected' })
    return (commands201.Reset as Command)(station, payload, step)
  },
  ClearChargingProfile: (station, payload, step) => {
    const purpose = asObject(payload.chargingProfileCriteria).chargingProfilePurpose
    // Purposes that only 2.1 has are never installed here, so there is nothing of them to clear.
    if (purpose === 'PriorityCharging' || purpose === 'LocalGeneration') return answer({ status: 'Unknown' })
    return (commands201.ClearChargingProfile as Command)(station, payload, step)
  },
}

export const station21: StationDialect = {
  ...station201,
  ocpp: 'ocpp2.1',
  commands: commands21,
  openStream: (station) => ({
    action: 'OpenPeriodicEventStream',
    payload: { constantStreamData: streamParams(station) },
  }),
  streamData: (station) => ({
    action: 'NotifyPeriodicEventStream',
    payload: {
      id: STREAM_ID,
      pending: 0,
      basetime: timeText(station.stream.baseAt),
      data: station.stream.pending.map(({ t, v }) => ({ t, v })),
    },
  }),
}
