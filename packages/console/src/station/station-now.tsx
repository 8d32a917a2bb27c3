// The connectors and the latest sessions, side by side above the timeline. It can be folded away for more timeline.

import { useQuery } from '@tanstack/react-query'
import { sessionsQuery } from '../api/sessions.ts'
import type { Connector, Station } from '../api/stations.ts'
import { connectorName, lookOf } from '../fleet/connector-look.ts'
import { formatCurrent, formatEnergy, formatPower } from '../format/quantity.ts'
import { Ago } from '../parts/ago.tsx'
import { ConnectorGlyph } from '../parts/status.tsx'
import { SessionsList } from './sessions-list.tsx'

export function StationNow({ station }: { station: Station }) {
  const { data: sessions } = useQuery(sessionsQuery(station.id))
  return (
    <div className="flex shrink-0 gap-3 px-3 pb-2 max-[48rem]:flex-col max-[48rem]:gap-2">
      <section
        aria-label="Connectors"
        className="flex max-h-30 max-w-[60%] min-w-0 flex-wrap content-start gap-2 overflow-auto max-[48rem]:max-w-none"
      >
        {station.connectors.length === 0 ? (
          <p className="text-ink-3">It has reported no connector yet.</p>
        ) : (
          station.connectors.map((connector) => (
            <ConnectorCard key={`${connector.evse}.${connector.connector}`} connector={connector} />
          ))
        )}
      </section>
      {sessions !== undefined && sessions.items.length > 0 && <SessionsList sessions={sessions.items} />}
    </div>
  )
}

function ConnectorCard({ connector }: { connector: Connector }) {
  const look = lookOf(connector)
  const { powerW, energyWh, offeredA, since } = connector
  return (
    <div className="w-60 rounded-md border border-line bg-surface px-3 py-2">
      <div className="flex items-center gap-1.5">
        <span className="text-ink-3">Connector {connectorName(connector)}</span>
        <span className="ml-auto text-xs text-ink-3">{since !== null && <Ago time={since} />}</span>
      </div>
      <div className="flex items-center gap-1.5 font-semibold">
        <ConnectorGlyph {...look} />
        <span className={look.tone === 'bad' ? 'text-bad' : undefined}>{look.word}</span>
      </div>
      <dl className="mt-0.5 flex flex-wrap gap-x-4 text-xs">
        {powerW !== null && <Reading name="Power" value={formatPower(powerW)} />}
        {offeredA !== null && <Reading name="Offered" value={formatCurrent(offeredA)} />}
        {energyWh !== null && <Reading name="Meter" value={formatEnergy(energyWh)} />}
      </dl>
    </div>
  )
}

function Reading({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="inline text-ink-3">{name} </dt>
      <dd className="inline">{value}</dd>
    </div>
  )
}
