// One station of the table, in two lines.

import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { powerOf, type Station, type StationBackend, versionOf } from '../api/stations.ts'
import { millisecondsOf } from '../format/age.ts'
import { formatCount, formatPower } from '../format/quantity.ts'
import { Ago, useNow } from '../parts/ago.tsx'
import { ConnectorGlyph, LinkGlyph, LinkWord, toneText } from '../parts/status.tsx'
import { connectorName, countLooks, lookOf } from './connector-look.ts'

/** A connected station that has said nothing for this long has a link that may be dead. */
const QUIET_MS = 15 * 60_000

interface FleetRowProps {
  readonly station: Station
  readonly id: string
  readonly index: number
  readonly height: number
  readonly isActive: boolean
  readonly onOpen: (index: number) => void
}

export const FleetRow = memo(function FleetRow({ station, id, index, height, isActive, onOpen }: FleetRowProps) {
  const make = [station.vendor, station.model].filter(Boolean).join(' ')
  return (
    <tr
      id={id}
      data-row
      data-active={isActive}
      aria-rowindex={index + 2}
      style={{ height }}
      onClick={(event) => {
        if (!(event.target instanceof Element) || event.target.closest('a') !== null) return
        if (getSelection()?.isCollapsed !== false) onOpen(index)
      }}
    >
      <td className="px-2 pl-3">
        <Link
          to="/stations/$id"
          params={{ id: station.id }}
          tabIndex={-1}
          className="inline-block max-w-full truncate align-bottom leading-6 font-semibold hover:underline"
        >
          {station.id}
        </Link>
        <div className="-mt-1 truncate text-xs text-ink-3">
          {make === '' ? 'make not reported' : make}
          {station.firmware !== null && <span> · {station.firmware}</span>}
        </div>
      </td>
      <td className="px-2">
        <LinkCell station={station} />
      </td>
      <td className="px-2">
        <ConnectorsCell station={station} />
      </td>
      <td className="px-2 text-end">
        <PowerCell station={station} />
      </td>
      <td className="px-2">
        <BackendsCell backends={station.backends} isConnected={station.connected} />
      </td>
      <td className="px-2 pr-3 text-end">
        <LastSeen station={station} />
      </td>
    </tr>
  )
})

function LinkCell({ station }: { station: Station }) {
  const version = versionOf(station.ocpp)
  const state = station.connected ? 'up' : station.since === null ? 'off' : 'down'
  return (
    <>
      <span className="flex items-center gap-1.5">
        <LinkGlyph state={state} />
        <LinkWord state={state}>{station.connected ? 'Connected' : state === 'off' ? 'Never seen' : 'Away'}</LinkWord>
      </span>
      <div className="truncate text-xs text-ink-3">
        {version === null ? (
          'version unknown'
        ) : (
          <>
            <span className="max-[64rem]:sr-only">OCPP </span>
            {version}
          </>
        )}
        {station.since !== null && (
          <>
            {' '}
            · <Ago time={station.since} />
          </>
        )}
      </div>
    </>
  )
}

function ConnectorsCell({ station }: { station: Station }) {
  const { connectors } = station
  if (connectors.length === 0) return <span className="text-ink-3">none reported</span>
  if (connectors.length <= 2)
    return connectors.map((connector) => {
      const look = lookOf(connector)
      const name = connectorName(connector)
      return (
        <div key={`${connector.evse}.${connector.connector}`} className="flex items-center gap-1.5 leading-5">
          <span className="min-w-3 text-xs text-ink-3">{name}</span>
          <ConnectorGlyph {...look} />
          <span className={`truncate ${look.tone === 'bad' ? 'font-medium text-bad' : ''}`}>{look.word}</span>
        </div>
      )
    })
  return (
    <div className="flex max-h-10 flex-wrap gap-x-3 overflow-hidden">
      {countLooks(connectors)
        .slice(0, 4)
        .map(({ look, count }) => (
          <span key={look.word} className="flex items-center gap-1.5 leading-5">
            <ConnectorGlyph {...look} />
            {count} {look.word}
          </span>
        ))}
    </div>
  )
}

function PowerCell({ station }: { station: Station }) {
  const power = powerOf(station)
  if (power === null) return <span className="text-ink-3">–</span>
  return <span className={power === 0 ? 'text-ink-3' : 'font-medium'}>{formatPower(power)}</span>
}

function BackendsCell({ backends, isConnected }: { backends: readonly StationBackend[]; isConnected: boolean }) {
  if (backends.length === 0) return <span className="text-ink-3">no route</span>
  const shown = backends.length > 2 ? backends.slice(0, 1) : backends
  return (
    <>
      {shown.map((backend) => (
        <BackendLine key={backend.name} backend={backend} isConnected={isConnected} />
      ))}
      {backends.length > 2 && <div className="text-xs text-ink-3">and {backends.length - 1} more</div>}
    </>
  )
}

function BackendLine({ backend, isConnected }: { backend: StationBackend; isConnected: boolean }) {
  const { name, role, link, pending, quarantined } = backend
  // Without its station a backend has no link by design.
  const state = !isConnected && link === 'down' ? 'off' : link
  return (
    <div className="flex items-center gap-1.5 leading-5">
      <LinkGlyph state={state} />
      <span className="max-w-[60%] shrink-0 truncate">{name}</span>
      {role !== 'primary' && <span className="text-xs text-ink-3 max-[64rem]:sr-only">{role}</span>}
      <span className="sr-only">{state}</span>
      {state !== 'up' && state !== 'off' && (
        <span className="text-xs" aria-hidden="true">
          <LinkWord state={state} />
        </span>
      )}
      {pending > 0 && <span className="text-xs text-warning">{formatCount(pending)} held</span>}
      {quarantined > 0 && <span className="text-xs text-bad">{formatCount(quarantined)} quarantined</span>}
    </div>
  )
}

function LastSeen({ station }: { station: Station }) {
  const now = useNow()
  const seen = millisecondsOf(station.lastSeen)
  const isQuiet = station.connected && seen !== null && now - seen > QUIET_MS
  if (!isQuiet) return <Ago time={station.lastSeen} className={station.connected ? 'text-ink-2' : 'text-ink-3'} />
  return (
    <>
      <Ago time={station.lastSeen} className={toneText.warning} />
      <div className="text-xs text-warning">quiet</div>
    </>
  )
}
