// Who the station is and how it is linked, in one strip.

import { Link } from '@tanstack/react-router'
import { ChevronDown, ChevronLeft, ChevronUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Station, versionOf } from '../api/stations.ts'
import { formatCount } from '../format/quantity.ts'
import { Ago } from '../parts/ago.tsx'
import { Badge, LinkGlyph, LinkWord } from '../parts/status.tsx'
import { stationNow, usePreference } from '../shell/preferences.ts'

export function StationHeader({ id, station }: { id: string; station: Station | undefined }) {
  return (
    <div className="px-3 pt-2.5 pb-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Link
          to="/stations"
          className="button button-quiet -ml-2 px-0!"
          aria-label="Back to the stations"
          title="Back to the stations"
        >
          <ChevronLeft className="size-4" aria-hidden="true" />
        </Link>
        <h1 className="-ml-2 text-base font-semibold break-all">{id}</h1>
        {station !== undefined && <LinkNow station={station} />}
        {station?.tags.map((tag) => (
          <Badge key={tag} tone="plain">
            {tag}
          </Badge>
        ))}
        <FoldButton />
      </div>
      {station !== undefined && (
        <dl className="mt-1 flex flex-wrap gap-x-6 gap-y-0.5">
          <Fact name="Make">{[station.vendor, station.model].filter(Boolean).join(' ') || 'not reported'}</Fact>
          <Fact name="Firmware">{station.firmware ?? 'not reported'}</Fact>
          {station.serial !== null && <Fact name="Serial">{station.serial}</Fact>}
          <Fact name="OCPP">{versionOf(station.ocpp) ?? 'unknown'}</Fact>
          <Fact name="Last seen">
            <Ago time={station.lastSeen} />
          </Fact>
          <Fact name="Backends">{station.backends.length === 0 ? 'no route' : <Backends station={station} />}</Fact>
        </dl>
      )}
    </div>
  )
}

/** Makes room for the timeline. */
function FoldButton() {
  const isOpen = usePreference(stationNow) === 'open'
  const Icon = isOpen ? ChevronUp : ChevronDown
  return (
    <button
      type="button"
      className="button button-quiet ml-auto"
      aria-expanded={isOpen}
      onClick={() => stationNow.set(isOpen ? 'folded' : 'open')}
    >
      <Icon className="size-4" aria-hidden="true" />
      Connectors and sessions
    </button>
  )
}

function LinkNow({ station }: { station: Station }) {
  const state = station.connected ? 'up' : station.since === null ? 'off' : 'down'
  return (
    <span className="flex items-center gap-1.5">
      <LinkGlyph state={state} />
      <LinkWord state={state}>{station.connected ? 'Connected' : state === 'off' ? 'Never seen' : 'Away'}</LinkWord>
      {station.since !== null && (
        <span className="text-ink-2">
          for <Ago time={station.since} />
        </span>
      )}
    </span>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-1.5">
      <dt className="text-ink-3">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Backends({ station }: { station: Station }) {
  return (
    <span className="flex flex-wrap gap-x-4">
      {station.backends.map(({ name, role, link, pending, quarantined, oldestPendingAt }) => (
        <span key={name} className="flex items-center gap-1.5">
          <LinkGlyph state={link} />
          {name}
          <span className="text-ink-3">{role}</span>
          <LinkWord state={link} />
          {pending > 0 && (
            <span className="text-warning">
              {formatCount(pending)} held
              {oldestPendingAt !== null && (
                <>
                  {' '}
                  for <Ago time={oldestPendingAt} />
                </>
              )}
            </span>
          )}
          {quarantined > 0 && <span className="text-bad">{formatCount(quarantined)} in quarantine</span>}
        </span>
      ))}
    </span>
  )
}
